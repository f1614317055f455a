import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '#ports/system.ts';

/** A clock that stands still until the test lets time pass. */
export type ManualClock = Clock & {
  /** Lets time pass, and wakes who slept, in order. What they then do without waiting is done when it resolves. */
  pass(ms: number): Promise<void>;
};

export function manualClock(): ManualClock {
  let nowMs = Date.UTC(2026, 0, 1);
  let sleepers: { readonly atMs: number; readonly wake: () => void }[] = [];
  return {
    nowMs: () => nowMs,
    sleep: (ms) => new Promise((wake) => sleepers.push({ atMs: nowMs + ms, wake })),
    async pass(ms) {
      const untilMs = nowMs + ms;
      for (;;) {
        await turn();
        const next = sleepers.filter(({ atMs }) => atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)[0];
        if (next === undefined) break;
        sleepers = sleepers.filter((sleeper) => sleeper !== next);
        nowMs = Math.max(nowMs, next.atMs);
        next.wake();
      }
      nowMs = untilMs;
      await turn();
    },
  };
}
