import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import type { IdleReport } from '../../local/idle.ts';
import { assertDescribed } from './described.ts';

/** A stack that is busy for longer than this does not come to rest any more. */
const LONGEST_MS = 120_000;
/** Who is still at work then, while a call is held up, is taken to wait for it. */
const HELD_FOR_MS = 250;
const CALLERS_PASS_SECONDS = 5;

/** What `npm start -- --json` says when it is ready. */
type Ready = {
  readonly api: string;
  readonly webhook: string;
  readonly stripe: string;
  readonly dynamodb: string;
  readonly control: string;
  readonly token: string;
  readonly tokens: { readonly read: string; readonly write: string; readonly admin: string };
  readonly webhook_secret: string;
};

export type Reply = { readonly status: number; readonly headers: Headers; readonly text: string; readonly body: Body };
type Body = Readonly<Record<string, unknown>>;

export type Call = {
  readonly function: string;
  readonly service: string;
  readonly action: string;
  /** Null while the call is under way. */
  readonly duration_ms: number | null;
  readonly fault?: string;
};

/** What there is still to come once nothing runs. */
export type Settled = { readonly waiting: number };

/** The whole of Concord, as synthesized, running in a process of its own. */
export type Stack = Ready & {
  readonly process: ChildProcess;
  /**
   * Calls the HTTP API, with the token of all scopes unless the headers say otherwise. Fails when docs/openapi.json does
   * not allow the reply.
   */
  call(method: string, path: string, options?: { body?: unknown; headers?: Record<string, string> }): Promise<Reply>;
  control$(method: string, path: string, body?: unknown): Promise<Body>;
  sandbox(method: string, path: string, body?: unknown): Promise<Body>;
  calls(): Promise<Call[]>;
  /**
   * Waits until nothing runs and nothing is due; but for what a fault holds back, if so asked. Answers how much is due
   * later by the clock.
   */
  settle(options?: { readonly exceptHeld: true }): Promise<Settled>;
  /** Faults off, clock past all due times, schedules run: three rounds, as the design promises. */
  quiesce(): Promise<void>;
  stop(): Promise<void>;
  /** Ends it at once, in the middle of whatever it does, and waits until nothing listens on its ports any more. */
  kill(): Promise<void>;
};

type StartOptions = {
  readonly directory?: string;
  readonly args?: readonly string[];
  readonly port?: number;
  /** What its runner finds in its environment, besides what there is. */
  readonly env?: Readonly<Record<string, string>>;
  /** Whether docs/openapi.json has to allow its replies: by default, unless it is a copy with a planted bug. */
  readonly isJudged?: boolean;
};

/** Starts the stack of a checkout (this one by default), without schedules, on five free ports unless told which. */
export async function startStack({
  directory = process.cwd(),
  args = [],
  port,
  env,
  ...options
}: StartOptions = {}): Promise<Stack> {
  const first = port ?? (await freePorts());
  const child = spawn(
    process.execPath,
    ['bin/local.ts', '--json', '--schedules', 'off', '--port', String(first), ...args],
    { cwd: directory, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let said = '';
  child.stderr.on('data', (chunk) => {
    said = (said + chunk).slice(-20_000);
  });
  const ready = await new Promise<Ready>((resolve, reject) => {
    createInterface(child.stdout).once('line', (line) => resolve(JSON.parse(line)));
    child.once('exit', (code) => reject(new Error(`The stack did not start (exit ${code}):\n${said}`)));
  });
  return stackOf(ready, child, options.isJudged ?? directory === process.cwd());
}

function stackOf(ready: Ready, child: ChildProcess, isJudged: boolean): Stack {
  const control$ = (method: string, path: string, body?: unknown) => ask(`${ready.control}${path}`, method, body);
  const pass = (seconds: number) => control$('POST', '/clock', { advance_seconds: seconds });
  const settle = async (options?: { readonly exceptHeld: true }): Promise<Settled> => {
    const path = options?.exceptHeld
      ? `/idle?except=gathered&except=held&within_ms=${HELD_FOR_MS}`
      : '/idle?except=gathered';
    const endsAtMs = performance.now() + LONGEST_MS;
    while (performance.now() < endsAtMs) {
      const { idle, waiting, held = 0, gathered } = (await control$('GET', path)) as unknown as IdleReport;
      if (idle && gathered === 0) return { waiting };
      // Pokes are gathered for a second of the clock: once there is nobody left who could send one, it may pass.
      if (idle) await pass(1);
      // Callers wait by the clock, too, for an operation that is held up.
      else if (held > 0) await pass(CALLERS_PASS_SECONDS);
    }
    throw new Error('The stack is still busy after two minutes.');
  };
  return {
    ...ready,
    process: child,
    control$,
    settle,
    sandbox: (method, path, body) => ask(`${ready.stripe}/_sandbox${path}`, method, body),
    calls: async () => (await control$('GET', '/calls'))['calls'] as unknown as Call[],
    async call(method, path, { body, headers: given = {} } = {}) {
      const headers = new Headers({
        authorization: `Bearer ${ready.token}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...given,
      });
      const sent = typeof body === 'string' ? body : JSON.stringify(body);
      const response = await fetch(`${ready.api}${path}`, {
        method,
        headers,
        ...(body !== undefined && { body: sent }),
      });
      const text = await response.text();
      const reply = { status: response.status, headers: response.headers, text, body: parsed(text) };
      if (isJudged) assertDescribed({ method, path, request: { body, headers }, reply });
      return reply;
    },
    async quiesce() {
      await control$('DELETE', '/faults');
      for (let round = 0; round < 3; round += 1) {
        await settle();
        await pass(7 * 60);
        await settle();
        // What webhooks lost is looked for once: the other rounds have nothing new to find there.
        const due = ['sweep-operations', 'retry-failed-syncs', ...(round === 1 ? ['sweep-events'] : [])];
        await Promise.all(due.map((name) => control$('POST', `/schedules/${name}/run`)));
      }
      await settle();
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
    },
    async kill() {
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
      const first = Number(new URL(ready.api).port);
      for (let tries = 0; tries < 600; tries += 1) {
        if (await areFree(first)) return;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      throw new Error('Something of the stack has outlived it for half a minute.');
    },
  };
}

function parsed(text: string): Body {
  try {
    return JSON.parse(text);
  } catch {
    return {} as Body;
  }
}

async function ask(url: string, method: string, body?: unknown): Promise<Body> {
  const response = await fetch(url, {
    method,
    ...(body !== undefined && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${url} answered ${response.status}: ${text}`);
  return text === '' ? {} : JSON.parse(text);
}

/** The first of five neighbouring free ports. */
async function freePorts(): Promise<number> {
  for (let tries = 0; tries < 50; tries += 1) {
    // Below the ports that the system gives out by itself, which another stack may be given at any moment.
    const first = 20_000 + Math.floor(Math.random() * 2_400) * 5;
    if (await areFree(first)) return first;
  }
  throw new Error('There are no five neighbouring free ports.');
}

async function areFree(first: number): Promise<boolean> {
  const free = await Promise.all([0, 1, 2, 3, 4].map((offset) => isFree(first + offset)));
  return free.every(Boolean);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
