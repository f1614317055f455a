/**
 * The words that the rooms of the runner share. Each resource type of the template has one file; what they need of one
 * another is here.
 */

/** The clock that functions, leases, backoffs, queue delays, state machine waits and the sandbox see. It only moves forward. */
export type Clock = {
  /** Milliseconds since 1970: real time plus all advances. */
  now(): number;
  /** Moves the time, and fires what became due by it, earliest first. */
  advance(seconds: number): void;
  /** Calls back once `delayMs` of this clock have passed. Returns what cancels it. */
  setTimer(callback: () => void, delayMs: number): () => void;
  /** Timers set and not yet fired; `due` of them are due now. */
  timers(): { readonly waiting: number; readonly due: number };
  /** The milliseconds of all advances, as one Float64 that function environments read without a message. */
  readonly offset: SharedArrayBuffer;
};

/** What a Lambda invocation answers: its result, or how it failed, in the words of Lambda's own Invoke API. */
export type InvokeResult =
  | { readonly ok: true; readonly payload: unknown }
  | { readonly ok: false; readonly errorType: string; readonly errorMessage: string };

/** What Lambda says when as many executions as are reserved for a function are at work. */
export const THROTTLED = 'TooManyRequestsException';

/** One `AWS::Lambda::Function` of the template, runnable. */
export type LocalFunction = {
  readonly logicalId: string;
  /** The physical name, as `/calls` and `/faults` spell it. */
  readonly name: string;
  /** The logical id of its role, for checks against the synthesized policies. */
  readonly roleLogicalId: string;
  /**
   * Waits for a free environment, then invokes, and calls `onStart` in between. Never rejects. `THROTTLED` at once, when
   * no execution is left of those that are reserved.
   */
  invoke(event: unknown, onStart?: () => void): Promise<InvokeResult>;
  /** Invocations running now, those waiting for an environment included. */
  running(): number;
  close(): Promise<void>;
};

/** Who makes an outgoing call: known from the environment's own endpoint, never from what the call says. */
export type CallerIdentity = { readonly functionName: string; readonly roleLogicalId: string };

/** An answer of an AWS JSON service. A failure carries the service's own exception name in `body.__type`. */
export type AwsReply = {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
};

/** An AWS service that the runner provides in process: `action` is the operation's name, say `SendMessage`. */
export type AwsService = (action: string, body: Record<string, unknown>, caller: CallerIdentity) => Promise<AwsReply>;

/** The services a function can call, as `/calls` and `/faults` spell them. */
export type ServiceName = 'dynamodb' | 'stripe' | 'states' | 'sqs' | 'secrets';

/** Where the gateway takes each call: to an HTTP server, or to a service in process. */
export type Backends = {
  readonly dynamodb: { readonly url: string };
  readonly stripe: { readonly url: string };
  readonly states: AwsService;
  readonly sqs: AwsService;
  readonly secrets: AwsService;
};
