import type { Clock } from '#ports/system.ts';

/** How one environment of a function divides its time among those who call it. It serves one request at a time. */
export type FairShares = {
  /**
   * Whether to work for this caller now. No is said only to one that sends several requests at once and has had more
   * than its share, when the environment was busy and others have called it within the last minute.
   * @param sentAtMs when the request reached API Gateway
   */
  admits(caller: string, sentAtMs: number): boolean;
  /** Notes that the environment has worked for an admitted caller since then, until now. */
  note(caller: string, sinceMs: number): void;
};

/** What is longer ago than this hardly counts as work any more. */
const RECENT_MS = 10_000;
/** Somebody who waits, or is turned away elsewhere, is rarely seen: it counts as there for longer. */
const PRESENT_MS = 60_000;
/** Below this there is room for everybody. */
const BUSY = 0.5;

type Caller = {
  /** How much of the recent time went into it, from 0 to 1, as of `notedAtMs`; the older the less it counts. */
  part: number;
  notedAtMs: number;
  seenAtMs: number;
  /** When it last turned out to have sent a request before it had the answer to another one. */
  severalAtMs: number;
};

/** Shares that begin with nobody known. Only those who have called within the last minute are remembered. */
export function fairShares(clock: Clock): FairShares {
  const callers = new Map<string, Caller>();

  const partOf = ({ part, notedAtMs }: Caller, nowMs: number) => part * fade(nowMs - notedAtMs);

  function meet(name: string, nowMs: number): Caller {
    for (const [other, { seenAtMs }] of callers) if (nowMs - seenAtMs > PRESENT_MS) callers.delete(other);
    const caller = callers.get(name) ?? { part: 0, notedAtMs: 0, seenAtMs: 0, severalAtMs: Number.NEGATIVE_INFINITY };
    callers.set(name, caller);
    caller.seenAtMs = nowMs;
    return caller;
  }

  return {
    admits(name, sentAtMs) {
      const nowMs = clock.nowMs();
      const caller = meet(name, nowMs);
      // Sent before the answer to its last one here was there: so there are several at once.
      if (sentAtMs < caller.notedAtMs) caller.severalAtMs = nowMs;
      if (nowMs - caller.severalAtMs > PRESENT_MS) return true;
      if (callers.size === 1) return true;
      const busy = [...callers.values()].reduce((sum, one) => sum + partOf(one, nowMs), 0);
      return busy <= BUSY || partOf(caller, nowMs) <= 1 / callers.size;
    },
    note(name, sinceMs) {
      const nowMs = clock.nowMs();
      const caller = meet(name, nowMs);
      caller.part = partOf(caller, nowMs) + 1 - fade(nowMs - sinceMs);
      caller.notedAtMs = nowMs;
    },
  };
}

/** What is left of a part after so long; of always being at work, the parts add up to 1. */
function fade(ms: number): number {
  return Math.exp(-ms / RECENT_MS);
}
