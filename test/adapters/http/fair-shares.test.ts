import { type FairShares, fairShares } from '#adapters/http/fair-shares.ts';
import type { Clock } from '#ports/system.ts';
import { type Caller, callPool } from './environment-pool.ts';

/** An environment on a clock that stands still while nobody works. */
function environment() {
  let nowMs = 1_000_000;
  const shares = fairShares({ nowMs: () => nowMs, sleep: () => Promise.reject(new Error('Nobody sleeps here.')) });
  return {
    pass: (seconds: number) => {
      nowMs += seconds * 1000;
    },
    /** One request, that was sent so long before: whether it is admitted, and if so it is worked on for so long. */
    call: (caller: string, workSeconds: number, sentSecondsAgo = 0): boolean => {
      const isAdmitted = shares.admits(caller, nowMs - sentSecondsAgo * 1000);
      const sinceMs = nowMs;
      if (isAdmitted) {
        nowMs += workSeconds * 1000;
        shares.note(caller, sinceMs);
      }
      return isAdmitted;
    },
  };
}

/** Twenty seconds of work, of which each request was sent before the answer to the one before. */
const isBusyFor = (caller: string, { call }: ReturnType<typeof environment>) =>
  Array.from({ length: 20 }, () => call(caller, 1, 0.5)).every(Boolean);

describe('an environment', () => {
  it('turns away who sends several at once and has had more than its share, while others are there', () => {
    const { call, ...one } = environment();
    expect(isBusyFor('noisy', { call, ...one })).toBe(true);
    expect(call('quiet', 0.1)).toBe(true);
    expect(call('noisy', 1, 0.5)).toBe(false);
    // Several at once, too, but little of it.
    expect(call('quiet', 0.1, 0.05)).toBe(true);
  });

  it('turns nobody away who is alone, and nobody for long after the others have gone', () => {
    const one = environment();
    expect(isBusyFor('noisy', one)).toBe(true);
    expect(isBusyFor('noisy', one)).toBe(true);
    one.call('quiet', 0.1);
    expect(one.call('noisy', 1, 0.5)).toBe(false);
    one.pass(61);
    expect(isBusyFor('noisy', one)).toBe(true);
  });

  it('turns nobody away who waits for each answer before it sends the next', () => {
    const { call } = environment();
    for (let nth = 0; nth < 50; nth += 1) expect([call('one by one', 5), call('quiet', 0.1)]).toEqual([true, true]);
  });

  it('turns nobody away while it has room', () => {
    const { call, pass } = environment();
    for (let nth = 0; nth < 50; nth += 1) {
      // More than its share among eleven, of an environment that is at work for less than half of the time.
      expect([call('noisy', 1, 5), call(`quiet ${nth % 10}`, 0.1)]).toEqual([true, true]);
      pass(1.5);
    }
  });

  it('lets two who are as busy have it in turn, and wastes nothing', () => {
    const { call } = environment();
    const served = { one: 0, other: 0 };
    const nextOf = (nth: number) => (nth % 2 === 0 ? 'one' : 'other');
    for (let nth = 0; nth < 400; nth += 1) if (call(nextOf(nth), 1, 0.5)) served[nextOf(nth)] += 1;
    expect(served.one + served.other).toBeGreaterThan(300);
    expect(Math.abs(served.one - served.other)).toBeLessThan(20);
  });
});

describe('a function that can do no more', () => {
  const NOISY: Caller = { name: 'noisy', places: 32, pauseMs: 200, workMs: 1000 };
  const QUIET: Caller = { name: 'quiet', places: 1, pauseMs: 1000, workMs: 300 };
  const call = (callers: readonly Caller[], sharesOf: (clock: Clock) => FairShares) =>
    callPool({ environments: 8, seconds: 300, callers, sharesOf });
  const unlimited = (clock: Clock): FairShares => ({ ...fairShares(clock), admits: () => true });
  const partServed = ({ sent, served }: { sent: number; served: number } = { sent: 0, served: 0 }) => served / sent;

  it('has room for a quiet caller beside a noisy one, which without shares it has not', () => {
    const [fair, without] = [call([NOISY, QUIET], fairShares), call([NOISY, QUIET], unlimited)];
    expect(partServed(without['quiet'])).toBeLessThan(0.25);
    expect(partServed(fair['quiet'])).toBeGreaterThan(0.75);
    expect(fair['quiet']?.turnedAway).toBe(0);
    // Who is turned away is served less, but served.
    expect(fair['noisy']?.served).toBeGreaterThan(0.5 * (without['noisy']?.served ?? 0));
  });

  it('serves as many of a noisy caller who is alone as without shares', () => {
    expect(call([NOISY], fairShares)).toEqual(call([NOISY], unlimited));
  });
});
