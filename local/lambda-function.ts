import type { GatewayBackdrop } from './gateway.ts';
import { type EnvironmentOptions, type LambdaEnvironment, startEnvironment } from './lambda-environment.ts';
import { type InvokeResult, type LocalFunction, THROTTLED } from './runtime.ts';

/** The properties of an `AWS::Lambda::Function` that the runner follows, every intrinsic function answered. */
export type FunctionProperties = {
  readonly Handler?: string;
  readonly Timeout?: number;
  readonly MemorySize?: number;
  readonly Environment?: { readonly Variables?: Readonly<Record<string, unknown>> };
  readonly ReservedConcurrentExecutions?: number;
  readonly LoggingConfig?: { readonly LogFormat?: string };
};

export type LambdaFunctionOptions = GatewayBackdrop & {
  readonly logicalId: string;
  /** The physical name. */
  readonly name: string;
  readonly arn: string;
  readonly roleLogicalId: string;
  readonly properties: FunctionProperties;
  /** Where the asset with the bundle is. */
  readonly codeDirectory: string;
  readonly region: string;
  /** Where the local issuer answers a browser. */
  readonly issuerUrl?: string;
  /** The URL of `environment-bootstrap.ts`. */
  readonly bootstrapUrl: string;
  /** Where compiled code is kept for later environments. */
  readonly compileCacheDirectory?: string;
  /** How long an environment waits for work, in real time, before it ends; the only one never does. */
  readonly idleMs?: number;
  /** One line that the function, or the runner about it, has written. */
  readonly onLog: (functionName: string, line: string) => void;
};

/** A function whose memory can be looked at. */
export type LambdaFunction = LocalFunction & {
  /** What the objects of each of its environments take. */
  heapBytes(): Promise<readonly number[]>;
};

type Waiting = {
  readonly event: unknown;
  readonly onStart: (() => void) | undefined;
  readonly settle: (result: InvokeResult) => void;
};

/** An environment that waits for work, and since when in real time. */
type Idle = { readonly environment: LambdaEnvironment; readonly sinceMs: number };

/** AWS would start a thousand; one machine is busy enough with these. */
const mostEnvironments = 8;
/** More starts at a time only make each of them slow, while a free environment is often nearer. */
const mostStarts = 2;
const longestIdleMs = 60_000;

/** One function of the template, with the environments that it needs. They start when somebody asks, as in Lambda. */
export function createLambdaFunction(options: LambdaFunctionOptions): LambdaFunction {
  const { ReservedConcurrentExecutions: reserved = Number.POSITIVE_INFINITY } = options.properties;
  const limit = Math.min(reserved, mostEnvironments);
  const { idleMs = longestIdleMs } = options;
  const environmentOptions = environmentOptionsOf(options);
  const environments = new Set<LambdaEnvironment>();
  /** Who worked last is last, and works next: those that nobody needs gather at the front. */
  const idle: Idle[] = [];
  const waiting: Waiting[] = [];
  /** Of `size` environments, those that are not ready yet. */
  let starting = 0;
  let size = 0;
  let running = 0;
  let closed = false;
  let sweep: NodeJS.Timeout | undefined;

  /** Puts those who wait to free environments, and starts others while there are too few. */
  function next(): void {
    while (waiting.length > 0) {
      const found = idle.pop();
      if (!found) break;
      if (found.environment.isAlive()) serve(found.environment, waiting.shift());
      else drop(found.environment);
    }
    while (!closed && size < limit && starting < Math.min(waiting.length, mostStarts)) start();
  }

  function rest(environment: LambdaEnvironment): void {
    idle.push({ environment, sinceMs: performance.now() });
    if (size > 1) sweep ??= setTimeout(endUnneeded, idleMs).unref();
  }

  /** A burst leaves more environments behind than a quiet time needs, and each holds memory. One always stays. */
  function endUnneeded(): void {
    const unneeded = idle.findLastIndex(({ sinceMs }) => performance.now() - sinceMs >= idleMs) + 1;
    for (const { environment } of idle.splice(0, Math.min(unneeded, size - 1))) {
      drop(environment);
      environment.kill();
    }
    sweep = size > 1 ? setTimeout(endUnneeded, idleMs).unref() : undefined;
  }

  function drop(environment: LambdaEnvironment): void {
    environments.delete(environment);
    size -= 1;
  }

  async function start(): Promise<void> {
    size += 1;
    starting += 1;
    const environment = await startEnvironment(environmentOptions);
    environments.add(environment);
    if (closed) await environment.kill();
    const failed = await environment.started;
    starting -= 1;
    if (failed) {
      drop(environment);
      if (!closed) options.onLog(options.name, `could not start: ${failed.errorType}: ${failed.errorMessage}`);
      // The invocation that asked for this environment learns why it got none, as in Lambda.
      waiting.shift()?.settle(failed);
    } else {
      rest(environment);
    }
    next();
  }

  async function serve(environment: LambdaEnvironment, invocation: Waiting | undefined): Promise<void> {
    invocation?.onStart?.();
    const result = await environment.invoke(invocation?.event);
    if (environment.isAlive()) rest(environment);
    else drop(environment);
    invocation?.settle(result);
    next();
  }

  return {
    logicalId: options.logicalId,
    name: options.name,
    roleLogicalId: options.roleLogicalId,
    running: () => running,
    heapBytes: () => Promise.all([...environments].map((environment) => environment.heapBytes())),
    async invoke(event, onStart) {
      if (closed) return closing;
      // Those in line for an environment of this machine would be at work in AWS.
      if (running >= reserved) return { ok: false, errorType: THROTTLED, errorMessage: 'Rate Exceeded.' };
      running += 1;
      const result = await new Promise<InvokeResult>((settle) => {
        waiting.push({ event, onStart, settle });
        next();
      });
      running -= 1;
      return result;
    },
    async close() {
      closed = true;
      clearTimeout(sweep);
      for (const { settle } of waiting.splice(0)) settle(closing);
      await Promise.all([...environments].map((environment) => environment.kill()));
    },
  };
}

const closing: InvokeResult = { ok: false, errorType: 'Runtime.ExitError', errorMessage: 'The runner is closing.' };

/** Lambda's own defaults: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-function.html */
function environmentOptionsOf(options: LambdaFunctionOptions): EnvironmentOptions {
  const { Handler: handler = 'index.handler', Timeout: timeoutSeconds = 3, MemorySize = 128 } = options.properties;
  const variables = Object.entries(options.properties.Environment?.Variables ?? {});
  return {
    ...options,
    functionName: options.name,
    functionArn: options.arn,
    handler,
    timeoutMs: timeoutSeconds * 1000,
    memorySizeMb: MemorySize,
    logsJson: options.properties.LoggingConfig?.LogFormat === 'JSON',
    variables: Object.fromEntries(variables.map(([name, value]) => [name, String(value)])),
    onLog: (line) => options.onLog(options.name, line),
  };
}
