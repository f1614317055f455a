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
  /** Whose calls a fault holds back: a function's name for each. */
  readonly held: () => readonly string[];
  /** Requests from outside that are not answered. */
  readonly requestsUnderWay: () => number;
  /** Deliveries under way or due now. */
  readonly webhooksUnderWay: () => number;
  /** When the next delivery is tried again, in milliseconds of the clock. */
  readonly nextWebhookRetryAt: () => number | undefined;
};

/** `running` counts what runs or is due now, `waiting` what is due later by the clock. */
export type IdleReport = {
  readonly idle: boolean;
  readonly running: number;
  readonly waiting: number;
  /** Calls that a fault holds back, if these do not count. */
  readonly held?: number;
  /** Messages that nobody has taken yet, if these do not count. */
  readonly gathered?: number;
};

/** `exceptHeld`: what waits for a call that a fault holds back does not count. `exceptGathered`: nor do waiting messages. */
type IdleOptions = { readonly withinMs?: number; readonly exceptHeld?: boolean; readonly exceptGathered?: boolean };

/** Resolves once nothing runs and nothing is due, or with `idle: false` after `withinMs`. */
export type Idle = (options?: IdleOptions) => Promise<IdleReport>;

const defaultWithinMs = 10_000;
const lookEveryMs = 10;
/** Being idle must last: a request on its way through a socket is counted by nobody yet. */
const looksInARow = 3;

export function createIdle(parts: IdleParts): Idle {
  const { clock, calls, functions, machines, mappings } = parts;

  const gathered = () => sum(mappings.map(({ queue }) => queue.depth().visible));

  function running(held: readonly string[], messages: number): number {
    const invocations = sum(functions.map((one) => Math.max(one.running() - countOf(one.name, held), 0)));
    // Behind a call that is held there may be a request; what else has arrived shows in the invocations soon.
    const arrivals = held.length > 0 ? 0 : parts.requestsUnderWay() + parts.webhooksUnderWay();
    return invocations + messages + arrivals + calls.running() - held.length + clock.timers().due;
  }

  function waiting(): number {
    const executions = sum(machines.map((machine) => machine.running()));
    const depths = mappings.map(({ queue }) => queue.depth());
    const messages = sum(depths.map(({ inFlight, delayed }) => inFlight + delayed));
    return executions + messages + (parts.nextWebhookRetryAt() === undefined ? 0 : 1);
  }

  return async ({ withinMs = defaultWithinMs, exceptHeld = false, exceptGathered = false } = {}) => {
    const endsAtMs = performance.now() + withinMs;
    let quietLooks = 0;
    while (true) {
      const busy = running(exceptHeld ? parts.held() : [], exceptGathered ? 0 : gathered());
      quietLooks = busy === 0 ? quietLooks + 1 : 0;
      const idle = quietLooks >= looksInARow;
      if (idle || performance.now() >= endsAtMs) {
        return {
          ...{ idle, running: busy, waiting: waiting() },
          ...(exceptHeld && { held: parts.held().length }),
          ...(exceptGathered && { gathered: gathered() }),
        };
      }
      await passMs(lookEveryMs);
    }
  };
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}

function countOf(name: string, names: readonly string[]): number {
  return names.filter((one) => one === name).length;
}
