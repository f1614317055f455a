import type { Clock } from '#ports/system.ts';

/** Lets requests go at most so many a second. */
export type Pace = {
  /** Resolves when the next request may go. In the order in which it was asked for. */
  turn(): Promise<void>;
  /** Nobody goes for this long. */
  pause(ms: number): void;
};

/**
 * A token bucket that holds one token: requests are spread over the second rather than sent in bursts, so that no window
 * of a second has more than the rate, wherever it begins.
 */
export function paceOf(clock: Clock, requestsPerSecond: number): Pace {
  const everyMs = 1000 / requestsPerSecond;
  let nextMs = 0;
  let last: Promise<void> = Promise.resolve();

  async function wait(): Promise<void> {
    // Asked again, since somebody may have paused meanwhile.
    for (let leftMs = nextMs - clock.nowMs(); leftMs > 0; leftMs = nextMs - clock.nowMs()) await clock.sleep(leftMs);
    // From when it really goes: what was slept too long is not caught up by a burst.
    nextMs = clock.nowMs() + everyMs;
  }

  return {
    turn() {
      last = last.then(wait);
      return last;
    },
    pause(ms) {
      nextMs = Math.max(nextMs, clock.nowMs() + ms);
    },
  };
}
