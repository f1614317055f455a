import { createServer, type IncomingMessage, type Server } from 'node:http';
import { json as readJson } from 'node:stream/consumers';
import type { CallLog } from './calls.ts';
import type { CodeFlow } from './code-flow.ts';
import { ControlProblem } from './control-problem.ts';
import { type Faults, InvalidFault } from './faults.ts';
import { type GatewayOptions, serveCall } from './gateway.ts';
import type { Access } from './iam/access.ts';
import type { Idle } from './idle.ts';
import type { TokenRequest } from './issuer.ts';
import type { LambdaFunction } from './lambda-function.ts';
import type { Queue } from './queue.ts';
import type { Clock } from './runtime.ts';
import type { Schedule } from './schedule.ts';
import { findService } from './service-of-call.ts';
import { asRecord } from './template.ts';
import { parseTokenRequest } from './token-request.ts';
import type { Usage } from './usage.ts';

/** What the control server steers. */
export type ControlParts = {
  readonly clock: Clock;
  /** Called after each advance of the clock. */
  readonly onAdvanced: () => void;
  readonly calls: CallLog;
  readonly faults: Faults;
  readonly access: Access;
  readonly usage: Usage;
  readonly queues: readonly Queue[];
  readonly schedules: readonly Schedule[];
  readonly functions: readonly LambdaFunction[];
  readonly idle: Idle;
  readonly codeFlow: CodeFlow;
  readonly createToken: (request: TokenRequest) => Promise<string>;
  /** The template's outputs. */
  readonly outputs: Readonly<Record<string, string>>;
  /** How the AWS and Stripe calls of a program outside the stack are served. */
  readonly script: GatewayOptions;
};

type Call = { readonly name: string; readonly query: URLSearchParams; readonly body: unknown };
type Reply = { readonly status: number; readonly body: unknown };
type Route = readonly [method: string, path: RegExp, answer: (call: Call) => unknown];

/** The control server of the runner: it is never deployed, and listens on 127.0.0.1 only. */
export function createControlServer(parts: ControlParts): Server {
  const routes = controlRoutes(parts);
  // Idle connections are kept long: a script that reuses one just as it is closed would see a broken call.
  return createServer({ keepAliveTimeout: 65_000 }, (request, response) => {
    const { method = 'GET', url: path = '/', headers } = request;
    if (findService({ method, path, headers })) return serveCall(request, response, parts.script);
    if (parts.codeFlow.serves(request)) return parts.codeFlow.serve(request, response);
    answer(routes, request).then(({ status, body }) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      // A line of its own, for whoever asks from a terminal.
      response.end(`${JSON.stringify(body)}\n`);
    });
  });
}

function controlRoutes(parts: ControlParts): readonly Route[] {
  const { clock, calls, faults, access, queues, schedules } = parts;
  return [
    ['GET', /^\/outputs$/, () => parts.outputs],
    ['GET', /^\/schedules$/, () => ({ schedules: schedules.map(describeSchedule) })],
    ['POST', /^\/schedules\/([^/]+)\/run$/, ({ name }) => runSchedule(schedules, name)],
    ['GET', /^\/queues$/, () => ({ queues: queues.map((queue) => describeQueue(queue, queues)) })],
    ['POST', /^\/queues\/([^/]+)\/redrive$/, ({ name }) => ({ redriven: redrive(queues, name) })],
    ['GET', /^\/calls$/, ({ query }) => ({ calls: calls.list(parseSince(query.get('since'))) })],
    ['DELETE', /^\/calls$/, () => calls.clear()],
    ['GET', /^\/faults$/, () => ({ faults: faults.list() })],
    ['POST', /^\/faults$/, ({ body }) => faults.add(body)],
    ['DELETE', /^\/faults$/, () => faults.clear()],
    ['GET', /^\/permissions$/, () => ({ permissions: access.permissions(), denials: access.denials() })],
    ['GET', /^\/usage$/, () => parts.usage.report()],
    ['GET', /^\/idle$/, ({ query }) => parts.idle(parseIdle(query))],
    ['GET', /^\/memory$/, () => readMemory(parts.functions)],
    ['POST', /^\/tokens$/, async ({ body }) => ({ token: await parts.createToken(parseTokenRequest(body)) })],
    [
      'POST',
      /^\/clock$/,
      ({ body }) => {
        const seconds = parseAdvance(body);
        if (seconds > 0) {
          clock.advance(seconds);
          parts.onAdvanced();
        }
        return { now: new Date(clock.now()).toISOString() };
      },
    ],
  ];
}

async function answer(routes: readonly Route[], request: IncomingMessage): Promise<Reply> {
  try {
    const { pathname, searchParams: query } = new URL(request.url ?? '/', 'http://control');
    const here = routes.filter(([, path]) => path.test(pathname));
    const route = here.find(([method]) => method === request.method);
    if (!route) {
      if (here.length === 0) throw new ControlProblem(404, `There is no ${pathname} here.`);
      throw new ControlProblem(405, `${pathname} takes ${here.map(([method]) => method).join(' or ')}.`);
    }
    const name = decodeURIComponent(route[1].exec(pathname)?.[1] ?? '');
    const body = await route[2]({ name, query, body: await readBody(request) });
    return { status: 200, body: body ?? {} };
  } catch (error) {
    if (error instanceof ControlProblem) return { status: error.status, body: { error: error.message } };
    if (error instanceof InvalidFault) return { status: 400, body: { error: error.message } };
    if (error instanceof URIError) return { status: 400, body: { error: 'The path is not well encoded.' } };
    return { status: 500, body: { error: error instanceof Error ? error.message : String(error) } };
  }
}

/** Undefined when there is no body. */
async function readBody(request: IncomingMessage): Promise<unknown> {
  if (request.method !== 'POST' || request.headers['content-length'] === '0') return undefined;
  if (request.headers['content-length'] === undefined && request.headers['transfer-encoding'] === undefined) {
    return undefined;
  }
  try {
    return await readJson(request);
  } catch {
    throw new ControlProblem(400, 'The body is not JSON.');
  }
}

function describeSchedule(schedule: Schedule): object {
  const { name, expression, functionName } = schedule;
  return { name, expression, function: functionName, last_run_at: schedule.lastRunAt() ?? null };
}

async function runSchedule(schedules: readonly Schedule[], name: string): Promise<unknown> {
  const schedule = schedules.find((candidate) => candidate.name === name);
  if (!schedule) throw new ControlProblem(404, `There is no schedule ${name}; GET /schedules lists them.`);
  const result = await schedule.run();
  if (result.ok) return result.payload;
  throw new ControlProblem(502, `${schedule.functionName} failed with ${result.errorType}: ${result.errorMessage}`);
}

/** What the runner's process takes in all, and what the objects of each environment do, by its function. */
async function readMemory(functions: readonly LambdaFunction[]): Promise<object> {
  const heaps = await Promise.all(
    functions.map(async (one) => ({ function: one.name, heap_bytes: await one.heapBytes() })),
  );
  const { rss, heapUsed } = process.memoryUsage();
  return { rss_bytes: rss, heap_bytes: heapUsed, functions: heaps };
}

function describeQueue(queue: Queue, queues: readonly Queue[]): object {
  const { visible, inFlight, delayed } = queue.depth();
  const deadLetters = queues.find(({ arn }) => arn === queue.deadLetterArn);
  const depth = { visible, in_flight: inFlight, delayed };
  return { name: queue.name, ...depth, dead_letter_queue: deadLetters?.name ?? null };
}

/** `name` is a queue, whose dead letters come back, or a dead-letter queue, whose messages go back to where they failed. */
function redrive(queues: readonly Queue[], name: string): number {
  const named = queues.find((queue) => queue.name === name);
  if (!named) throw new ControlProblem(404, `There is no queue ${name}; GET /queues lists them.`);
  const source = queues.find((queue) => queue.deadLetterArn === named.arn);
  if (source) return named.moveTo(source);
  const deadLetters = queues.find((queue) => queue.arn === named.deadLetterArn);
  if (!deadLetters) throw new ControlProblem(400, `${name} neither has nor is a dead-letter queue.`);
  return deadLetters.moveTo(named);
}

function parseSince(text: string | null): number | undefined {
  if (text === null) return undefined;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new ControlProblem(400, 'since is the seq of a call, a whole number.');
}

const longestIdleMs = 10_000;

function parseIdle(query: URLSearchParams): Parameters<Idle>[0] {
  const withinMs = Number(query.get('within_ms') ?? longestIdleMs);
  if (!(withinMs >= 0 && withinMs <= longestIdleMs)) {
    throw new ControlProblem(400, `within_ms is a number from 0 to ${longestIdleMs}.`);
  }
  const except = query.getAll('except');
  return { withinMs, exceptHeld: except.includes('held'), exceptGathered: except.includes('gathered') };
}

const longestAdvanceSeconds = 10 * 366 * 86_400;

function parseAdvance(body: unknown): number {
  const seconds = asRecord(body)['advance_seconds'];
  if (typeof seconds === 'number' && seconds >= 0 && seconds <= longestAdvanceSeconds) return seconds;
  throw new ControlProblem(
    400,
    'The body is {"advance_seconds": n} with n from 0 to ten years: the clock only moves forward.',
  );
}
