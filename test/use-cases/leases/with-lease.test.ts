import { randomUUID } from 'node:crypto';
import { MemoryLeaseStore } from '#adapters/memory/memory-lease-store.ts';
import { getFence, type LeaseStore } from '#ports/lease-store.ts';
import { LeaseLostError, type LeaseOptions, LeaseTimeoutError, withLease } from '#use-cases/leases/with-lease.ts';
import { type ManualClock, manualClock } from '../../contracts/manual-clock.ts';

/** A store, and what `withLease` needs beside it. Methods given here replace the store's own. */
function setUp(broken: (store: LeaseStore) => Partial<LeaseStore> = () => ({})) {
  const clock = manualClock();
  const store = new MemoryLeaseStore(clock);
  const leases: LeaseStore = {
    tryAcquire: (...request) => store.tryAcquire(...request),
    renew: (...request) => store.renew(...request),
    release: (...request) => store.release(...request),
    ...broken(store),
  };
  const warnings: [message: string, details: Record<string, unknown>][] = [];
  const random = { id: randomUUID, fraction: () => 0.5 };
  const deps = {
    leases,
    clock,
    random,
    log: { warn: (...warning: (typeof warnings)[number]) => void warnings.push(warning) },
  };
  return { clock, store, warnings, deps };
}

/** Work that takes this long, and tells when and why it was told that the lease is lost. */
function workFor(clock: ManualClock, ms: number) {
  const seen: { lostAtMs?: number; reason?: unknown } = {};
  const beganAtMs = clock.nowMs();
  const work = async (_: unknown, lost: AbortSignal) => {
    lost.addEventListener('abort', () => {
      seen.lostAtMs = clock.nowMs() - beganAtMs;
      seen.reason = lost.reason;
    });
    await clock.sleep(ms);
    return 'worked';
  };
  return { work, seen };
}

const unrenewed: LeaseOptions = { durationMs: 9_000 };
const renewing: LeaseOptions = { durationMs: 9_000, renews: true };

describe('work under a lease', () => {
  it('is given the lease with its fence, alone, and its result is answered', async () => {
    const { deps, store } = setUp();
    const result = await withLease(deps, ['a', 'b'], unrenewed, async (lease, lost) => {
      expect([getFence(lease, 'a'), getFence(lease, 'b'), lost.aborted]).toEqual([1, 1, false]);
      expect(await store.tryAcquire(['b'], 'ben', 1)).toBeUndefined();
      return 'worked';
    });
    expect(result).toBe('worked');
    expect(await store.tryAcquire(['a', 'b'], 'ben', 1)).toMatchObject({ fences: { a: 2, b: 2 } });
  });

  it('gives the names back when it throws, and its error is told', async () => {
    const { deps, store } = setUp();
    const work = async () => {
      throw new Error('the work failed');
    };
    await expect(withLease(deps, ['a'], unrenewed, work)).rejects.toThrow('the work failed');
    expect(await store.tryAcquire(['a'], 'ben', 1)).toBeDefined();
  });

  it('does not change its end when the names cannot be given back: the lease expires by itself', async () => {
    const release = () => Promise.reject(new TypeError('no reply'));
    const { deps, store, clock, warnings } = setUp(() => ({ release }));
    expect(await withLease(deps, ['a'], unrenewed, async () => 'worked')).toBe('worked');
    expect(warnings).toEqual([['A lease was not given back.', { names: ['a'], error: 'TypeError' }]]);
    await clock.pass(9_000);
    expect(await store.tryAcquire(['a'], 'ben', 1)).toBeDefined();
  });

  it('is alone, also among works that do not say whose lease it is', async () => {
    const { deps, clock } = setUp();
    let inside = 0;
    const works = Array.from({ length: 3 }, () =>
      withLease(deps, ['a'], { ...unrenewed, waitMs: 8_000 }, async () => {
        inside += 1;
        const isAlone = inside === 1;
        await clock.sleep(1_000);
        inside -= 1;
        return isAlone;
      }),
    );
    await clock.pass(8_000);
    expect(await Promise.all(works)).toEqual([true, true, true]);
  });

  it('enters the lease of its owner, such as an operation that is resumed', async () => {
    const { deps, store } = setUp();
    await store.tryAcquire(['a'], 'operation', 9_000);
    const options = { ...unrenewed, owner: 'operation' };
    expect(await withLease(deps, ['a'], options, async (lease) => getFence(lease, 'a'))).toBe(1);
  });
});

describe('waiting for a lease', () => {
  it('goes on as soon as the names are given back', async () => {
    const { deps, store, clock } = setUp();
    const held = await store.tryAcquire(['a'], 'ben', 60_000);
    const result = withLease(deps, ['a'], unrenewed, async () => clock.nowMs());
    const beganAtMs = clock.nowMs();
    await clock.pass(1_000);
    await store.release(held as NonNullable<typeof held>);
    await clock.pass(1_000);
    expect((await result) - beganAtMs).toBeGreaterThan(1_000);
    expect((await result) - beganAtMs).toBeLessThanOrEqual(1_400);
  });

  it.each([undefined, 5_000])('ends with an error after the time that was allowed (%s ms)', async (waitMs) => {
    let tries = 0;
    const { deps, clock } = setUp(() => ({
      tryAcquire: async () => {
        tries += 1;
        return undefined;
      },
    }));
    let end: unknown;
    let worked = false;
    const options = waitMs === undefined ? unrenewed : { ...unrenewed, waitMs };
    const result = withLease(deps, ['a', 'b'], options, async () => {
      worked = true;
    }).catch((error) => {
      end = error;
    });
    await clock.pass((waitMs ?? 2_000) - 1);
    expect(end).toBeUndefined();
    await clock.pass(1);
    await result;
    expect(end).toBeInstanceOf(LeaseTimeoutError);
    expect(String(end)).toContain('a, b');
    expect(worked).toBe(false);
    expect(tries).toBeGreaterThanOrEqual(10);
    expect(tries).toBeLessThan(25);
  });

  it('tries once when no time is allowed', async () => {
    const { deps, store } = setUp();
    await store.tryAcquire(['a'], 'ben', 60_000);
    const result = withLease(deps, ['a'], { ...unrenewed, waitMs: 0 }, async () => 'worked');
    await expect(result).rejects.toBeInstanceOf(LeaseTimeoutError);
  });

  it('does not hide an error of the store', async () => {
    const { deps } = setUp(() => ({ tryAcquire: () => Promise.reject(new Error('the store is down')) }));
    await expect(withLease(deps, ['a'], unrenewed, async () => 'worked')).rejects.toThrow('the store is down');
  });
});

describe('a lease during the work', () => {
  it('is renewed while the work runs, if asked', async () => {
    const { deps, store, clock } = setUp();
    const { work, seen } = workFor(clock, 90_000);
    const result = withLease(deps, ['a'], renewing, work);
    for (let second = 1; second < 90; second += 1) {
      await clock.pass(1_000);
      expect(await store.tryAcquire(['a'], 'ben', 1)).toBeUndefined();
    }
    await clock.pass(1_000);
    expect(await result).toBe('worked');
    expect(seen).toEqual({});
    expect(await store.tryAcquire(['a'], 'ben', 1)).toMatchObject({ fences: { a: 2 } });
  });

  it('is not renewed once the work has ended', async () => {
    let renewals = 0;
    const { deps, clock } = setUp((store) => ({
      renew: (lease, durationMs) => {
        renewals += 1;
        return store.renew(lease, durationMs);
      },
    }));
    await withLease(deps, ['a'], renewing, async () => 'worked');
    await clock.pass(60_000);
    expect(renewals).toBe(0);
  });

  it('is not told as lost by a renewal that comes after the work has ended', async () => {
    const { deps, clock } = setUp((store) => ({
      renew: async (lease, durationMs) => {
        await clock.sleep(2_000);
        return store.renew(lease, durationMs);
      },
    }));
    const { work, seen } = workFor(clock, 4_000);
    const result = withLease(deps, ['a'], renewing, work);
    await clock.pass(20_000);
    expect(await result).toBe('worked');
    expect(seen).toEqual({});
  });

  it('is told as lost when it expires unrenewed; the work decides what comes of it', async () => {
    const { deps, clock } = setUp();
    const { work, seen } = workFor(clock, 20_000);
    const result = withLease(deps, ['a'], unrenewed, work);
    await clock.pass(20_000);
    expect(await result).toBe('worked');
    expect(seen.lostAtMs).toBe(9_000);
    expect(seen.reason).toBeInstanceOf(LeaseLostError);
  });

  it('is told as lost when a renewal finds that it was given back', async () => {
    const { deps, store, clock } = setUp();
    const { work, seen } = workFor(clock, 20_000);
    const result = withLease(deps, ['a'], { ...renewing, owner: 'ann' }, work);
    await clock.pass(1_000);
    await store.release({ owner: 'ann', fences: { a: 1 }, expiresAtMs: 0 });
    const successor = await store.tryAcquire(['a'], 'ben', 60_000);
    await clock.pass(19_000);
    expect(await result).toBe('worked');
    expect(seen.lostAtMs).toBe(3_000);
    expect(await store.renew(successor as NonNullable<typeof successor>, 1)).toBeDefined();
  });

  it('survives renewals that fail, while a later one succeeds in time', async () => {
    let renewals = 0;
    const { deps, clock, warnings } = setUp((store) => ({
      renew: (lease, durationMs) => {
        renewals += 1;
        return renewals % 2 === 1 ? Promise.reject(new TypeError('no reply')) : store.renew(lease, durationMs);
      },
    }));
    const { work, seen } = workFor(clock, 60_000);
    const result = withLease(deps, ['a'], renewing, work);
    await clock.pass(60_000);
    expect(await result).toBe('worked');
    expect(seen).toEqual({});
    expect(warnings[0]).toEqual(['A lease was not renewed yet.', { names: ['a'], error: 'TypeError' }]);
  });

  it.each([
    ['fail', () => Promise.reject(new TypeError('no reply'))],
    ['hang', () => new Promise<undefined>(() => {})],
  ])('is told as lost no later than it expires when renewals %s', async (_, renew) => {
    const { deps, clock } = setUp(() => ({ renew }));
    const { work, seen } = workFor(clock, 20_000);
    const result = withLease(deps, ['a'], renewing, work);
    await clock.pass(20_000);
    expect(await result).toBe('worked');
    expect(seen.lostAtMs).toBe(9_000);
  });
});
