import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { EnvironmentData, InvocationMessage, WorkerMessage } from './environment-protocol.ts';
import { environmentVariables } from './environment-variables.ts';
import { type GatewayBackdrop, startGateway } from './gateway.ts';
import type { InvokeResult } from './runtime.ts';

/** What every environment of one function is started with. */
export type EnvironmentOptions = GatewayBackdrop & {
  readonly functionName: string;
  readonly roleLogicalId: string;
  readonly functionArn: string;
  readonly handler: string;
  readonly timeoutMs: number;
  readonly memorySizeMb: number;
  /** Whether each line of the log is one JSON, rather than text as the function wrote it. */
  readonly logsJson: boolean;
  readonly variables: Readonly<Record<string, string>>;
  readonly codeDirectory: string;
  readonly region: string;
  /** Where the local issuer answers a browser. */
  readonly issuerUrl?: string;
  /** The URL of `environment-bootstrap.ts`. */
  readonly bootstrapUrl: string;
  /** Where compiled code is kept for later environments; it takes a quarter off their start. */
  readonly compileCacheDirectory?: string;
  readonly onLog: (line: string) => void;
};

type Failure = Extract<InvokeResult, { readonly ok: false }>;

/** One process of a function: it serves one invocation at a time, for as long as it lives. */
export type LambdaEnvironment = {
  /** Resolves when the handler is loaded; to the failure if it could not be. */
  readonly started: Promise<Failure | undefined>;
  isAlive(): boolean;
  /** What its objects take, those not yet collected included; none once it has ended. */
  heapBytes(): Promise<number>;
  /** Never rejects. An environment that dies meanwhile answers `Runtime.ExitError`. */
  invoke(event: unknown): Promise<InvokeResult>;
  /** Ends the process at once, with whatever it was doing. */
  kill(): Promise<void>;
};

/** Lambda gives a start 10 s; here several start on few cores. */
const initTimeoutMs = 30_000;
/** Lambda's limit for an event and for a result. */
const largestPayloadBytes = 6 * 1024 * 1024;

/** Starts one environment, with its own gateway: the calls that arrive there are its calls. */
export async function startEnvironment(options: EnvironmentOptions): Promise<LambdaEnvironment> {
  let alive = true;
  let worker: Worker | undefined;
  let settle: ((result: InvokeResult) => void) | undefined;
  let timer: NodeJS.Timeout | undefined;
  /** Why the process is ending: it says so itself, or it is being killed. */
  let reason: InvokeResult | undefined;

  const gateway = await startGateway({
    ...options,
    caller: { functionName: options.functionName, roleLogicalId: options.roleLogicalId },
    killCaller: () => end(failure('Runtime.ExitError', 'Error: Runtime exited with error: signal: killed')),
  });

  function answer(result: InvokeResult): void {
    clearTimeout(timer);
    settle?.(result);
    settle = undefined;
  }

  /** From now on nothing that the process says is believed; the answer comes when it runs no more. */
  async function end(why: InvokeResult): Promise<void> {
    alive = false;
    reason ??= why;
    await worker?.terminate();
  }

  function expect(timeoutMs: number, what: string): Promise<InvokeResult> {
    return new Promise((resolve) => {
      settle = resolve;
      timer = setTimeout(() => {
        const after = `timed out after ${(timeoutMs / 1000).toFixed(2)} seconds`;
        options.onLog(`${what} ${after}`);
        end(failure('Sandbox.Timedout', `Error: Task ${after}`));
      }, timeoutMs);
    });
  }

  const startedResult = expect(initTimeoutMs, 'the start');
  worker = startWorker(options, gateway.origin);
  worker.on('message', (message: WorkerMessage) => {
    if (!alive) return;
    if (message.kind === 'crash') end(failure(message.errorType, message.errorMessage));
    else answer(resultOf(message));
  });
  worker.on('error', (error) => end(failure('Runtime.ExitError', String(error))));
  worker.on('exit', (code) => {
    alive = false;
    gateway.close();
    answer(reason ?? failure('Runtime.ExitError', `Error: Runtime exited with error: exit status ${code}`));
  });

  return {
    started: startedResult.then((result) => (result.ok ? undefined : result)),
    isAlive: () => alive,
    async heapBytes() {
      const statistics = await worker?.getHeapStatistics().catch(() => undefined);
      return statistics?.used_heap_size ?? 0;
    },
    kill: () => end(failure('Runtime.ExitError', 'Error: Runtime exited with error: signal: killed')),
    invoke(event) {
      const json = JSON.stringify(event) ?? 'null';
      if (Buffer.byteLength(json) > largestPayloadBytes) {
        return Promise.resolve(failure('RequestEntityTooLargeException', 'The event is larger than 6 MB.'));
      }
      if (!alive) return Promise.resolve(failure('Runtime.ExitError', 'The environment has ended.'));
      const result = expect(options.timeoutMs, 'the invocation');
      const message: InvocationMessage = { requestId: randomUUID(), event: json, timeoutMs: options.timeoutMs };
      worker?.postMessage(message);
      return result;
    },
  };
}

function startWorker(options: EnvironmentOptions, gatewayOrigin: string): Worker {
  // A handler is named as the file, without its ending, and what the file exports: `index.handler`.
  const dot = options.handler.lastIndexOf('.');
  const bundle = findBundle(join(options.codeDirectory, options.handler.slice(0, dot)));
  const logs = { logGroupName: `/aws/lambda/${options.functionName}`, logStreamName: randomBytes(8).toString('hex') };
  const workerData: EnvironmentData = {
    bundleUrl: pathToFileURL(bundle).href,
    exportName: options.handler.slice(dot + 1),
    offset: options.clock.offset,
    functionName: options.functionName,
    functionArn: options.functionArn,
    memorySizeMb: options.memorySizeMb,
    logsJson: options.logsJson,
    ...logs,
  };
  const worker = new Worker(new URL(options.bootstrapUrl), {
    workerData,
    env: {
      ...environmentVariables({ ...options, gatewayOrigin, ...logs }),
      ...(options.compileCacheDirectory && { NODE_COMPILE_CACHE: options.compileCacheDirectory }),
    },
    argv: [],
    execArgv: [],
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: options.memorySizeMb },
  });
  onLines(worker.stdout, options.onLog);
  onLines(worker.stderr, options.onLog);
  return worker;
}

function findBundle(path: string): string {
  const [first, ...others] = ['.mjs', '.js', '.cjs'].map((ending) => path + ending);
  return others.find((file) => !existsSync(String(first)) && existsSync(file)) ?? String(first);
}

/** Hands over whole lines only, and what is left at the end. */
function onLines(stream: Readable, onLine: (line: string) => void): void {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
  });
  stream.on('end', () => {
    if (rest !== '') onLine(rest);
  });
}

function resultOf(message: WorkerMessage): InvokeResult {
  if (message.kind === 'ready') return { ok: true, payload: undefined };
  if (message.kind !== 'result') return failure(message.errorType, message.errorMessage);
  if (Buffer.byteLength(message.payload) > largestPayloadBytes) {
    return failure('Function.ResponseSizeTooLarge', 'The result is larger than 6 MB.');
  }
  return { ok: true, payload: JSON.parse(message.payload) };
}

function failure(errorType: string, errorMessage: string): Failure {
  return { ok: false, errorType, errorMessage };
}
