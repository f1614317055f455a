/**
 * What runs inside the worker of a function environment: Lambda's own runtime in small. It shifts the clock, loads the
 * bundle, and calls its handler once for each message.
 */
import { flushCompileCache } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import type { EnvironmentData, InvocationMessage, WorkerMessage } from './environment-protocol.ts';
import { logAsJson } from './function-console.ts';
import { shiftDate } from './shifted-date.ts';

type Handler = (event: unknown, context: unknown) => unknown;

const port = parentPort;
if (!port) throw new Error('environment-bootstrap.ts runs in a worker thread only.');
const data = workerData as EnvironmentData;
const offsetMs = new Float64Array(data.offset);
shiftDate(() => offsetMs[0] ?? 0);
/** What is worked on: one invocation at a time. */
let requestId: string | undefined;
if (data.logsJson) logAsJson(() => requestId);

// It is there for the thread itself: the function's environment has only what the template says, and Lambda's own.
delete process.env['NODE_COMPILE_CACHE'];

function answer(message: WorkerMessage): void {
  port?.postMessage(message);
}

/** After this the environment is of no use: whoever invokes next gets a new one. */
function crash(errorType: string, reason: unknown): void {
  answer({ kind: 'crash', errorType, errorMessage: messageOf(reason) });
  process.exit(1);
}

process.on('unhandledRejection', (reason) => crash('Runtime.UnhandledPromiseRejection', reason));
process.on('uncaughtException', (error) => crash(nameOf(error), error));

async function loadHandler(): Promise<Handler | undefined> {
  let bundle: Record<string, unknown>;
  try {
    bundle = await import(data.bundleUrl);
  } catch (error) {
    console.error(error);
    crash(nameOf(error), error);
    return undefined;
  }
  const handler = bundle[data.exportName];
  if (typeof handler === 'function') return handler as Handler;
  crash('Runtime.HandlerNotFound', `${data.bundleUrl} has no function ${data.exportName}.`);
  return undefined;
}

/** https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html. Time runs out by real time, as the kill does. */
function contextOf({ requestId, timeoutMs }: InvocationMessage): Record<string, unknown> {
  const endsAt = performance.now() + timeoutMs;
  return {
    awsRequestId: requestId,
    callbackWaitsForEmptyEventLoop: true,
    functionName: data.functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: data.functionArn,
    memoryLimitInMB: String(data.memorySizeMb),
    logGroupName: data.logGroupName,
    logStreamName: data.logStreamName,
    getRemainingTimeInMillis: () => Math.max(Math.round(endsAt - performance.now()), 0),
  };
}

async function invoke(handler: Handler, message: InvocationMessage): Promise<WorkerMessage> {
  requestId = message.requestId;
  try {
    const result = await handler(JSON.parse(message.event), contextOf(message));
    return { kind: 'result', payload: JSON.stringify(result) ?? 'null' };
  } catch (error) {
    // Lambda logs what a handler throws, with its stack; the caller learns the name and the message only.
    console.error(error);
    return { kind: 'failure', errorType: nameOf(error), errorMessage: messageOf(error) };
  }
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'Error';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

const handler = await loadHandler();
if (handler) {
  port.on('message', async (message: InvocationMessage) => answer(await invoke(handler, message)));
  answer({ kind: 'ready' });
  // The next environment of this function finds the compiled bundle, and starts the sooner.
  flushCompileCache();
}
