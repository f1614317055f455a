import { absent, type CatalogStore, put } from '#ports/catalog-store.ts';
import { createCustomer } from '#use-cases/catalog/create-customer.ts';
import type { CleanupLimits } from '#use-cases/repair/cleanup.ts';
import { withoutGuard } from '../contracts/rewritten-writes.ts';
import { claimKey, clean, countOf, EMAIL, overtaken, putClaim, removes } from './cleaning.ts';
import { createRepairWorld, HOUR_MS, whatever } from './repair-world.ts';

const DAY_MS = 24 * HOUR_MS;
const leaseKey = (name: string) => ({ type: 'lease', name }) as const;
const requestOf = (key: string) => ({ scope: 'scope', key, fingerprint: 'f', requestId: 'r' });

describe('expired request keys', () => {
  /** A key of a default create, and one of a protected operation. */
  async function keyed(status: 'running' | 'needs_attention' | 'succeeded' | undefined) {
    const world = createRepairWorld();
    await createCustomer(world.deps, { name: 'Keyed', email: EMAIL }, requestOf('first'));
    await world.drain();
    const expiresAtSeconds = Math.floor((world.deps.clock.nowMs() + DAY_MS) / 1000);
    await world.write({
      key: { type: 'requestKey', scope: 'scope', key: 'second' },
      put: { fingerprint: 'f', requestId: 'r', operationId: 'op', expiresAtSeconds },
      when: absent,
    });
    if (status !== undefined) await world.putOperation('op', 'somebody', { status });
    return world;
  }

  it('stay until their day is over, and go then; what they were for stays', async () => {
    const world = await keyed('succeeded');
    world.pass(DAY_MS - 1_000);
    expect(await clean(world)).toMatchObject({ expiredKeys: 0, failed: 0 });
    world.pass(1_000);
    const others = countOf(world, 'customer') + countOf(world, 'operation') + countOf(world, 'emailClaim');
    expect(await clean(world)).toMatchObject({ expiredKeys: 2, failed: 0 });
    expect(countOf(world, 'requestKey')).toBe(0);
    expect(countOf(world, 'customer') + countOf(world, 'operation') + countOf(world, 'emailClaim')).toBe(others);
    expect(await clean(world)).toMatchObject({ expiredKeys: 0 });
  });

  it.each([
    ['running', 1],
    ['needs_attention', 1],
    ['succeeded', 0],
    [undefined, 0],
  ] as const)('of an operation that is %s: %d stays', async (status, left) => {
    const world = await keyed(status);
    world.pass(2 * DAY_MS);
    await clean(world);
    expect(countOf(world, 'requestKey')).toBe(left);
  });

  /** A caller uses the key anew in the very moment. */
  async function usedAnew(guard: (store: CatalogStore) => CatalogStore) {
    const world = await keyed('succeeded');
    world.pass(DAY_MS);
    const again = { name: 'Again', email: 'again@example.com' };
    const store = overtaken(guard(world.store), removes('requestKey'), () =>
      createCustomer(world.deps, again, requestOf('first')),
    );
    const { expiredKeys } = (await clean(world, { store })) as { expiredKeys: number };
    const repeated = await createCustomer(world.deps, again, requestOf('first')).catch(() => 'email-taken');
    return { expiredKeys, repeated };
  }

  it('are another request’s once they are used anew, and stay', async () => {
    const { expiredKeys, repeated } = await usedAnew((store) => store);
    expect([expiredKeys, repeated]).toMatchObject([1, { is: 'completed', replayed: {} }]);
  });

  it('would go then, if the removal did not ask', async () => {
    const unasked = (store: CatalogStore) => withoutGuard(store, ({ is }) => is === 'atMost');
    expect((await usedAnew(unasked)).repeated).toBe('email-taken');
  });
});

describe('expired leases', () => {
  it('are given back and keep their fence; live ones are left', async () => {
    const world = createRepairWorld();
    const { clock } = world.deps;
    const lease = (name: string, lateMs: number) =>
      world.write(put(leaseKey(name), { fence: 7, owner: 'dead', expiresAtMs: clock.nowMs() + lateMs }, absent));
    await lease('of a job', 0);
    await lease('of a live job', 1);
    await world.write(put(leaseKey('given back'), { fence: 3 }, absent));
    expect(await clean(world)).toMatchObject({ expiredLeases: 1 });
    const names = ['of a job', 'of a live job', 'given back'].map(leaseKey);
    expect(await world.store.read(names)).toEqual([
      { fence: 7 },
      expect.objectContaining({ owner: 'dead' }),
      { fence: 3 },
    ]);
  });

  /** Somebody takes the lease in the very moment. */
  async function takenAnew(guard: (store: CatalogStore) => CatalogStore) {
    const world = createRepairWorld();
    const nowMs = world.deps.clock.nowMs();
    await world.write(put(leaseKey('job'), { fence: 7, owner: 'dead', expiresAtMs: nowMs }, absent));
    const taken = { fence: 8, owner: 'alive', expiresAtMs: nowMs + HOUR_MS };
    const store = overtaken(
      guard(world.store),
      ({ key }) => key.type === 'lease',
      () => world.write(put(leaseKey('job'), taken, whatever)),
    );
    await clean(world, { store });
    return { taken, is: (await world.store.read([leaseKey('job')]))[0] };
  }

  it('are another’s once they are taken anew, and stay', async () => {
    const { taken, is } = await takenAnew((store) => store);
    expect(is).toEqual(taken);
  });

  it('would be lost then, if giving back did not ask', async () => {
    const fenceless = (store: CatalogStore) =>
      withoutGuard(
        store,
        (condition) => condition.is === 'equal' && ['fence', 'expiresAtMs'].includes(condition.field),
      );
    expect((await takenAnew(fenceless)).is).toEqual({ fence: 8 });
  });
});

describe('a run', () => {
  /** Many claims of nobody, one a page at most. */
  async function littered() {
    const world = createRepairWorld();
    for (let n = 0; n < 12; n += 1) await putClaim(world, `n${n}@example.com`, { state: 'held', customerId: 'nobody' });
    return world;
  }
  const SOME: CleanupLimits = { pages: 2, recordsAPage: 3, longestMs: HOUR_MS };

  it('takes so many pages and no more, and the next one goes on where it stopped, round and round', async () => {
    const world = await littered();
    const runs = [];
    for (let run = 0; run < 3; run += 1) runs.push(await clean(world, {}, SOME));
    expect(runs).toMatchObject([{ lookedAt: 6, next: expect.any(String) }, {}, { next: undefined }]);
    expect(countOf(world, 'emailClaim')).toBe(0);
    await putClaim(world, EMAIL, { state: 'held', customerId: 'nobody' });
    expect(await clean(world, {}, SOME)).toMatchObject({ freedClaims: 1, next: undefined });
  });

  it('begins no page when its time is over', async () => {
    const world = await littered();
    expect(await clean(world, {}, { ...SOME, longestMs: 0 })).toMatchObject({ lookedAt: 0, freedClaims: 0 });
  });

  it('that dies is gone on with from its last page', async () => {
    const world = await littered();
    let scans = 0;
    const store = withoutGuard(world.store, () => false);
    const scan: CatalogStore['scan'] = (...asked) => {
      scans += 1;
      return scans === 2 ? Promise.reject(new Error('It dies.')) : store.scan(...asked);
    };
    await expect(clean(world, { store: { ...store, scan } }, SOME)).rejects.toThrow('It dies.');
    const froms: unknown[] = [];
    const noting: CatalogStore['scan'] = (part, of, limit, from) => {
      froms.push(from);
      return store.scan(part, of, limit, from);
    };
    await clean(world, { store: { ...store, scan: noting } }, SOME);
    expect(froms[0]).toEqual(expect.any(String));
  });

  it('is not kept from the others by one that cannot be cleared, and says so', async () => {
    const world = await littered();
    const broken = claimKey('n5@example.com');
    const [hash] = [world.deps.digest(broken.email)];
    const store = withoutGuard(world.store, () => false);
    const commit: CatalogStore['commit'] = (writes) => {
      const isBroken = Object.values(writes).some(
        (write) => write !== undefined && JSON.stringify(write.key).includes(hash),
      );
      return isBroken ? Promise.reject(new Error('It breaks.')) : store.commit(writes);
    };
    expect(await clean(world, { store: { ...store, commit } })).toMatchObject({ freedClaims: 11, failed: 1 });
  });

  it('is one at a time', async () => {
    const world = await littered();
    const lease = await world.deps.leases.tryAcquire(['cleanup'], 'another', 60_000);
    expect(await clean(world)).toEqual({ skipped: true });
    if (lease !== undefined) await world.deps.leases.release(lease);
    expect(await clean(world)).toMatchObject({ freedClaims: 12 });
  });

  it('finds nothing to do where all is well, and writes nothing but its place', async () => {
    const world = createRepairWorld();
    for (let n = 0; n < 5; n += 1) await world.twins();
    world.pass(HOUR_MS);
    const records = () => JSON.stringify(world.store.dump().filter(({ key }) => key.type !== 'cleanupPosition'));
    const before = records();
    expect(await clean(world)).toMatchObject({ expiredKeys: 0, expiredLeases: 0, freedClaims: 0, heldClaims: 0 });
    expect(records()).toBe(before);
  });
});
