import { setTimeout as passMs } from 'node:timers/promises';
import type { CallLog } from './calls.ts';
import type { EventSourceMapping } from './event-source-mapping.ts';
import type { Clock, LocalFunction } from './runtime.ts';
import type { StateMachine } from './state-machine.ts';

/** Everything of the runner that can be at work by itself. */
export type IdleParts = {
  readonly clock: Clock;
  readonly calls: CallLog;
  readonly functions: readonly LocalFunction[];
  readonly machines: readonly StateMachine[];
  readonly mappings: readonly EventSourceMapping[];
  /** Requests from outside that are not answered. */
  readonly requestsUnderWay: () => number;
  /** Deliveries under way or due now. */
  readonly webhooksUnderWay: () => number;
  /** When the next delivery is tried again, in milliseconds of the clock. */
  readonly nextWebhookRetryAt: () => number | undefined;
};

/** `running` counts what runs or is due now, `waiting` what is due later by the clock. */
export type IdleReport = { readonly idle: boolean; readonly running: number; readonly waiting: number };

/** Resolves once nothing runs and nothing is due, or with `idle: false` after `withinMs`. */
export type Idle = (withinMs?: number) => Promise<IdleReport>;

const defaultWithinMs = 10_000;
const lookEveryMs = 10;
/** Being idle must last: a request on its way through a socket is counted by nobody yet. */
const looksInARow = 3;

export function createIdle(parts: IdleParts): Idle {
  const { clock, calls, functions, machines, mappings } = parts;

  function running(): number {
    const invocations = sum(functions.map((one) => one.running()));
    const messages = sum(mappings.map(({ queue }) => queue.depth().visible));
    const arrivals = parts.requestsUnderWay() + parts.webhooksUnderWay();
    return invocations + messages + arrivals + calls.running() + clock.timers().due;
  }

  function waiting(): number {
    const executions = sum(machines.map((machine) => machine.running()));
    const depths = mappings.map(({ queue }) => queue.depth());
    const messages = sum(depths.map(({ inFlight, delayed }) => inFlight + delayed));
    return executions + messages + (parts.nextWebhookRetryAt() === undefined ? 0 : 1);
  }

  return async (withinMs = defaultWithinMs) => {
    const endsAtMs = performance.now() + withinMs;
    let quietLooks = 0;
    while (true) {
      const busy = running();
      quietLooks = busy === 0 ? quietLooks + 1 : 0;
      const idle = quietLooks >= looksInARow;
      if (idle || performance.now() >= endsAtMs) return { idle, running: busy, waiting: waiting() };
      await passMs(lookEveryMs);
    }
  };
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
