/** Time. Every deadline, lease and expiry is decided by this clock. */
export interface Clock {
  nowMs(): number;
  sleep(ms: number): Promise<void>;
}

/** Randomness. */
export interface Random {
  /** A new identifier, unique for ever. */
  id(): string;
  /** A number in [0, 1). */
  fraction(): number;
}

/** Hands a begun operation to the saga. */
export interface SagaStarter {
  /** Starts the execution `<operationId>-<fence>`; one that exists already is as good. */
  start(operationId: string, fence: number): Promise<void>;
}

/** Hands a begun run, which compares both sides at size, to whoever drives it. */
export interface RunStarter {
  /** Starts the execution `<runId>-<fence>`; one that exists already is as good. */
  start(runId: string, fence: number): Promise<void>;
}

/** `iso(clock.nowMs())` is how every time is stored: ISO 8601 UTC with milliseconds, so that text order is time order. */
export function iso(ms: number): string {
  return new Date(ms).toISOString();
}

/** What an operator reads later. Never given personal data. */
export interface Log {
  warn(message: string, details: Record<string, unknown>): void;
}
