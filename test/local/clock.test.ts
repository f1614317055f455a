import { createClock } from '../../local/clock.ts';

const hourMs = 3_600_000;

describe('the clock', () => {
  it('runs with real time, ahead by what it was advanced', () => {
    const clock = createClock();
    expect(Math.abs(clock.now() - Date.now())).toBeLessThan(5_000);
    clock.advance(3600);
    expect(Math.abs(clock.now() - Date.now() - hourMs)).toBeLessThan(5_000);
    expect(new Float64Array(clock.offset)[0]).toBe(hourMs);
  });

  it('only moves forward', () => {
    const clock = createClock();
    for (const seconds of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => clock.advance(seconds)).toThrow('only moves forward');
    }
  });

  it('fires a timer when real time has passed', async () => {
    const clock = createClock();
    const started = Date.now();
    await new Promise<void>((resolve) => clock.setTimer(resolve, 40));
    expect(Date.now() - started).toBeGreaterThanOrEqual(38);
  });

  it('fires what an advance made due, earliest first, and nothing else', () => {
    const clock = createClock();
    const fired: string[] = [];
    clock.setTimer(() => fired.push('third'), 30_000);
    clock.setTimer(() => fired.push('first'), 10_000);
    clock.setTimer(() => fired.push('second'), 20_000);
    clock.setTimer(() => fired.push('later'), 60_000);
    clock.advance(31);
    expect(fired).toEqual(['first', 'second', 'third']);
    expect(clock.timers()).toEqual({ waiting: 1, due: 0 });
  });

  it('fires timers that are due at the same time in the order in which they were set', () => {
    const clock = createClock();
    const fired: number[] = [];
    const realNow = Date.now;
    Date.now = () => 1_000;
    try {
      for (const number of [1, 2, 3]) clock.setTimer(() => fired.push(number), 5_000);
      clock.advance(5);
    } finally {
      Date.now = realNow;
    }
    expect(fired).toEqual([1, 2, 3]);
  });

  it('does not fire a cancelled timer, also when one before it cancels it', () => {
    const clock = createClock();
    const fired: string[] = [];
    let cancelSecond = () => {};
    clock.setTimer(() => cancelSecond(), 1_000);
    cancelSecond = clock.setTimer(() => fired.push('second'), 2_000);
    clock.setTimer(() => fired.push('third'), 3_000)();
    clock.advance(10);
    expect(fired).toEqual([]);
    expect(clock.timers().waiting).toBe(0);
  });

  it('is not held up by a timer that sets itself again', async () => {
    const clock = createClock();
    let fired = 0;
    const again = () => {
      fired += 1;
      if (fired < 3) clock.setTimer(again, 0);
    };
    clock.setTimer(again, 1_000);
    clock.advance(2);
    expect(fired).toBe(1);
    expect(clock.timers()).toEqual({ waiting: 1, due: 1 });
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(fired).toBe(3);
  });

  it('waits longer than the longest setTimeout', async () => {
    const clock = createClock();
    let fired = false;
    clock.setTimer(() => {
      fired = true;
    }, 100 * 86_400_000);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(fired).toBe(false);
    clock.advance(100 * 86_400);
    expect(fired).toBe(true);
  });
});
