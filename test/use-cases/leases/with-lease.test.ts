import { getFence } from '#ports/lease-store.ts';
import { LeaseTimeoutError, withLease } from '#use-cases/leases/with-lease.ts';
import { setUp, unrenewed } from './lease-world.ts';

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
