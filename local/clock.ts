import type { Clock } from './runtime.ts';

type Timer = { readonly dueAtMs: number; readonly order: number; readonly callback: () => void };

/** The longest delay that setTimeout takes; a longer one would fire at once. */
const longestRealDelayMs = 2 ** 31 - 1;

/** A clock that runs with real time and can be advanced. Its timers do not keep the process alive. */
export function createClock(): Clock {
  const offset = new SharedArrayBuffer(Float64Array.BYTES_PER_ELEMENT);
  const offsetMs = new Float64Array(offset);
  const timers = new Set<Timer>();
  let lastOrder = 0;
  let real: NodeJS.Timeout | undefined;

  const now = () => Date.now() + (offsetMs[0] ?? 0);

  function earliest(): Timer | undefined {
    let found: Timer | undefined;
    for (const timer of timers) {
      const sooner = !found || timer.dueAtMs < found.dueAtMs;
      if (sooner || (found && timer.dueAtMs === found.dueAtMs && timer.order < found.order)) found = timer;
    }
    return found;
  }

  /** One real timer, for the earliest of ours: however it fires, what is due is decided by this clock. */
  function arm(): void {
    clearTimeout(real);
    const next = earliest();
    if (!next) return;
    const delayMs = Math.min(Math.max(next.dueAtMs - now(), 0), longestRealDelayMs);
    real = setTimeout(fireDue, delayMs);
    real.unref();
  }

  function fireDue(): void {
    const at = now();
    // A timer that a callback sets waits for the next round: one that sets itself again cannot hold up the process.
    const newest = lastOrder;
    for (let next = earliest(); next && next.dueAtMs <= at && next.order <= newest; next = earliest()) {
      timers.delete(next);
      run(next.callback);
    }
    arm();
  }

  return {
    now,
    offset,
    advance(seconds) {
      if (!Number.isFinite(seconds) || seconds < 0) throw new RangeError('The clock only moves forward.');
      offsetMs[0] = (offsetMs[0] ?? 0) + Math.round(seconds * 1000);
      fireDue();
    },
    setTimer(callback, delayMs) {
      lastOrder += 1;
      const timer = { dueAtMs: now() + Math.max(delayMs, 0), order: lastOrder, callback };
      timers.add(timer);
      arm();
      return () => {
        if (timers.delete(timer)) arm();
      };
    },
    timers() {
      const at = now();
      return { waiting: timers.size, due: [...timers].filter((timer) => timer.dueAtMs <= at).length };
    },
  };
}

/** A callback that throws must not take the later ones with it, nor go unseen. */
function run(callback: () => void): void {
  try {
    callback();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
