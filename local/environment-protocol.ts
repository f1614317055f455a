/** What an environment's worker is started with. */
export type EnvironmentData = {
  /** The file of the bundle, as a URL. */
  readonly bundleUrl: string;
  /** The name that the bundle exports the handler under. */
  readonly exportName: string;
  /** The clock's advances, as one Float64 of milliseconds. */
  readonly offset: SharedArrayBuffer;
  readonly functionName: string;
  readonly functionArn: string;
  readonly memorySizeMb: number;
  readonly logGroupName: string;
  readonly logStreamName: string;
  readonly logsJson: boolean;
};

/** One invocation, sent to the worker. The event travels as JSON, as it does to Lambda. */
export type InvocationMessage = { readonly requestId: string; readonly event: string; readonly timeoutMs: number };

/** What the worker answers: once that it is ready or could not start, then once for each invocation. */
export type WorkerMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'result'; readonly payload: string }
  | { readonly kind: 'failure'; readonly errorType: string; readonly errorMessage: string }
  | { readonly kind: 'crash'; readonly errorType: string; readonly errorMessage: string };
