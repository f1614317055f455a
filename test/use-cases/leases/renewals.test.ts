import { LeaseLostError, withLease } from '#use-cases/leases/with-lease.ts';
import { renewing, setUp, unrenewed, workFor } from './lease-world.ts';

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

  it('is renewed every third of its duration, and no more often', async () => {
    const renewedAtMs: number[] = [];
    const { deps, clock } = setUp((store) => ({
      renew: (lease, durationMs) => {
        renewedAtMs.push(clock.nowMs() - beganAtMs);
        return store.renew(lease, durationMs);
      },
    }));
    const beganAtMs = clock.nowMs();
    const result = withLease(deps, ['a'], renewing, workFor(clock, 10_000).work);
    await clock.pass(10_000);
    expect(await result).toBe('worked');
    expect(renewedAtMs).toEqual([3_000, 6_000, 9_000]);
  });

  it('lasts as long as its latest renewal says, whichever is heard of last', async () => {
    let renewals = 0;
    const { deps, clock } = setUp((store) => ({
      renew: async (lease, durationMs) => {
        renewals += 1;
        if (renewals > 2) return new Promise(() => {});
        const isLate = renewals === 1;
        const renewed = await store.renew(lease, durationMs);
        if (isLate) await clock.sleep(4_000);
        return renewed;
      },
    }));
    const { work, seen } = workFor(clock, 20_000);
    const result = withLease(deps, ['a'], renewing, work);
    await clock.pass(20_000);
    expect(await result).toBe('worked');
    expect(seen.lostAtMs).toBe(15_000);
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

  it('is told as lost just when it expires, however short it is', async () => {
    const { deps, clock } = setUp();
    const { work, seen } = workFor(clock, 2_000);
    const result = withLease(deps, ['a'], { durationMs: 950 }, work);
    await clock.pass(2_000);
    expect([await result, seen.lostAtMs]).toEqual(['worked', 950]);
  });

  it('is told as lost when a renewal finds that it was given back', async () => {
    const { deps, store, clock, warnings } = setUp();
    const { work, seen } = workFor(clock, 20_000);
    const result = withLease(deps, ['a'], { ...renewing, owner: 'ann' }, work);
    await clock.pass(1_000);
    await store.release({ owner: 'ann', fences: { a: 1 }, expiresAtMs: 0 });
    const successor = await store.tryAcquire(['a'], 'ben', 60_000);
    await clock.pass(19_000);
    expect(await result).toBe('worked');
    expect(seen.lostAtMs).toBe(3_000);
    // It was no failure to renew it.
    expect(warnings).toEqual([]);
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
