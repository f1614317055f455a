import type { Clock } from '#ports/system.ts';

/** Lets requests go at most so many a second. */
export type Pace = {
  /** Resolves when the next request may go. In the order in which it was asked for. */
  turn(): Promise<void>;
  /** Nobody goes for this long. */
  pause(ms: number): void;
};

/**
 * Lets a request go at once while fewer than `mostASecond`, a whole number, have gone within the last second. So no second
 * has more, wherever it begins, and nobody waits who asks for less.
 */
export function paceOf(clock: Clock, mostASecond: number): Pace {
  /** When the latest went, the oldest first; as many as may go in a second. */
  const wentMs: number[] = [];
  let pausedUntilMs = 0;
  let last: Promise<void> = Promise.resolve();

  function freeAtMs(): number {
    const [oldestMs = 0] = wentMs;
    return wentMs.length < mostASecond ? pausedUntilMs : Math.max(pausedUntilMs, oldestMs + 1000);
  }

  async function wait(): Promise<void> {
    // Asked again, since a timer may be early, and somebody may have paused meanwhile.
    for (let leftMs = freeAtMs() - clock.nowMs(); leftMs > 0; leftMs = freeAtMs() - clock.nowMs()) {
      await clock.sleep(leftMs);
    }
    if (wentMs.length === mostASecond) wentMs.shift();
    wentMs.push(clock.nowMs());
  }

  return {
    turn() {
      last = last.then(wait);
      return last;
    },
    pause(ms) {
      pausedUntilMs = Math.max(pausedUntilMs, clock.nowMs() + ms);
    },
  };
}
