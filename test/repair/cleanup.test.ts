import { normalizeEmail } from '#domain/email.ts';
import { absent, type CatalogStore, type NamedWrites, put, type Write } from '#ports/catalog-store.ts';
import type { RecordKey } from '#ports/records.ts';
import { createCustomer } from '#use-cases/catalog/create-customer.ts';
import { updateCustomer } from '#use-cases/catalog/update-customer.ts';
import { type CleanupDeps, type CleanupLimits, cleanup } from '#use-cases/repair/cleanup.ts';
import { withoutGuard } from '../contracts/rewritten-writes.ts';
import { createRepairWorld, HOUR_MS, type RepairWorld, type Twins, whatever } from './repair-world.ts';

const DAY_MS = 24 * HOUR_MS;
const EMAIL = 'wanted@example.com';
const claimKey = (email: string) => ({ type: 'emailClaim', email: normalizeEmail(email) }) as const;
const leaseKey = (name: string) => ({ type: 'lease', name }) as const;

const clean = (world: RepairWorld, deps: Partial<CleanupDeps> = {}, limits?: CleanupLimits) =>
  world.inside(() => cleanup({ ...world.deps, ...deps }, limits));
const claimOf = async (world: RepairWorld, email: string) => (await world.store.read([claimKey(email)]))[0];
const putClaim = (world: RepairWorld, email: string, record: object) =>
  world.write({ key: claimKey(email), put: record, when: absent } as Write);
const requestOf = (key: string) => ({ scope: 'scope', key, fingerprint: 'f', requestId: 'r' });
const count = (world: RepairWorld, type: string) => world.store.dump().filter(({ key }) => key.type === type).length;

/** Does something else just before the first commit that writes this. */
function overtaken(store: CatalogStore, name: (write: Write) => boolean, meanwhile: () => Promise<unknown>) {
  let isDone = false;
  const commit = async <const W extends NamedWrites>(writes: W) => {
    const isIt = Object.values(writes).some((write) => write !== undefined && name(write));
    if (isIt && !isDone) {
      isDone = true;
      await meanwhile();
    }
    return store.commit(writes);
  };
  return { ...withoutGuard(store, () => false), commit } satisfies CatalogStore;
}

const removes = (type: RecordKey['type']) => (write: Write) => write.key.type === type && 'remove' in write;

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
    const others = count(world, 'customer') + count(world, 'operation') + count(world, 'emailClaim');
    expect(await clean(world)).toMatchObject({ expiredKeys: 2, failed: 0 });
    expect(count(world, 'requestKey')).toBe(0);
    expect(count(world, 'customer') + count(world, 'operation') + count(world, 'emailClaim')).toBe(others);
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
    expect(count(world, 'requestKey')).toBe(left);
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

type Story = {
  readonly name: string;
  readonly make: (world: RepairWorld, twins: Twins) => Promise<unknown>;
  readonly is: 'freed' | 'held' | 'left';
};

const reserved = (customerId: string) => ({ state: 'reserved', customerId, operationId: 'op' }) as const;

const STORIES: readonly Story[] = [
  { name: 'reserved, its operation gone', is: 'freed', make: (world, { id }) => putClaim(world, EMAIL, reserved(id)) },
  {
    name: 'reserved, its operation ended',
    is: 'freed',
    make: async (world, { id }) => {
      await world.putOperation('op', id, { status: 'compensated' });
      await putClaim(world, EMAIL, reserved(id));
    },
  },
  {
    name: 'reserved for an email that its customer has, its operation ended',
    is: 'held',
    make: async (world, { id, email }) => {
      await world.putOperation('op', id, { status: 'succeeded' });
      await world.setCustomer(id, { email: EMAIL });
      await world.remove(claimKey(email));
      await putClaim(world, EMAIL, reserved(id));
    },
  },
  {
    name: 'held by a customer that never was',
    is: 'freed',
    make: (world) => putClaim(world, EMAIL, { state: 'held', customerId: 'nobody' }),
  },
  {
    name: 'held by a tombstone',
    is: 'freed',
    make: async (world, { id, email }) => {
      await putClaim(world, EMAIL, { state: 'held', customerId: id });
      await world.remove(claimKey(email));
      await world.setCustomer(id, { status: 'deleted', name: null, email: null, listKey: undefined });
    },
  },
  {
    name: 'held by a customer with another email',
    is: 'freed',
    make: (world, { id }) => putClaim(world, EMAIL, { state: 'held', customerId: id }),
  },
  ...(['running', 'compensating', 'needs_attention'] as const).map((status) => ({
    name: `reserved by an operation that is ${status}`,
    is: 'left' as const,
    make: async (world: RepairWorld, { id }: Twins) => {
      await world.putOperation('op', id, { status });
      await world.setCustomer(id, { owner: 'op' });
      await putClaim(world, EMAIL, reserved(id));
    },
  })),
  {
    name: 'held by a customer that an unfinished operation holds',
    is: 'left',
    make: async (world, { id }) => {
      await world.putOperation('another', id);
      await world.setCustomer(id, { owner: 'another' });
      await putClaim(world, EMAIL, { state: 'held', customerId: id });
    },
  },
  {
    name: 'held by whose email it is, however it is spelt',
    is: 'left',
    make: async (world, { id, email }) => {
      await world.setCustomer(id, { email: EMAIL.toUpperCase() });
      await world.remove(claimKey(email));
      await putClaim(world, EMAIL, { state: 'held', customerId: id });
    },
  },
  {
    name: 'held by a customer that has changed a minute ago',
    is: 'left',
    make: async (world, { id }) => {
      await putClaim(world, EMAIL, { state: 'held', customerId: id });
      await world.setCustomer(id, { updatedAt: new Date(world.deps.clock.nowMs() + HOUR_MS - 60_000).toISOString() });
    },
  },
];

describe('an email claim', () => {
  async function made({ make }: Story) {
    const world = createRepairWorld();
    const twins = await world.twins();
    await world.twins();
    await make(world, twins);
    world.pass(HOUR_MS);
    return world;
  }

  it.each(STORIES.map((story) => [story.name, story.is, story] as const))('%s is %s', async (_, is, story) => {
    const world = await made(story);
    const before = world.store.dump().filter(({ key }) => key.type === 'emailClaim');
    const [freedClaims, heldClaims] = [Number(is === 'freed'), Number(is === 'held')];
    expect(await clean(world)).toMatchObject({ freedClaims, heldClaims, failed: 0 });
    if (is === 'freed') expect(await claimOf(world, EMAIL)).toBeUndefined();
    if (is === 'held') expect(await claimOf(world, EMAIL)).toEqual({ state: 'held', customerId: expect.any(String) });
    if (is === 'left') expect(world.store.dump().filter(({ key }) => key.type === 'emailClaim')).toEqual(before);
    expect(await clean(world)).toMatchObject({ freedClaims: 0, heldClaims: 0 });
    // Neither asks Stripe.
    expect(world.requests.filter((request) => request.startsWith('GET'))).toEqual([]);
  });

  /** Its customer takes the very email, by a request, between the judgement and the removal. */
  async function overtakenBy(guard: (store: CatalogStore) => CatalogStore) {
    const world = createRepairWorld();
    const { id, email } = await world.twins();
    await world.setCustomer(id, { email: 'moved@example.com' });
    await world.remove(claimKey(email));
    await putClaim(world, 'moved@example.com', { state: 'held', customerId: id });
    await putClaim(world, EMAIL, reserved(id));
    world.pass(HOUR_MS);
    const store = overtaken(guard(world.store), removes('emailClaim'), async () => {
      await world.remove(claimKey(EMAIL));
      await updateCustomer(world.deps, id, { email: EMAIL }, undefined);
    });
    const report = await clean(world, { store });
    return { report, claim: await claimOf(world, EMAIL), id };
  }

  it('that has become somebody’s meanwhile stays', async () => {
    const { report, claim, id } = await overtakenBy((store) => store);
    expect([report, claim]).toMatchObject([
      { freedClaims: 0, failed: 0 },
      { state: 'held', customerId: id },
    ]);
  });

  it.each([['customer'], ['claim']])(
    'stays also by one of both conditions alone, without that on the %s',
    async (name) => {
      const one = (store: CatalogStore) => withoutGuard(store, (_, write) => write === name);
      expect((await overtakenBy(one)).claim).toBeDefined();
    },
  );

  it('would go without either', async () => {
    const neither = (store: CatalogStore) =>
      withoutGuard(store, (_, write) => write === 'customer' || write === 'claim');
    expect((await overtakenBy(neither)).claim).toBeUndefined();
  });

  it('lets whoever waits for it in Stripe have the email at once, also when nobody knew of them', async () => {
    const world = createRepairWorld();
    const { id, externalId } = await world.twins();
    await putClaim(world, EMAIL, { state: 'held', customerId: 'nobody' });
    await world.dashboard('POST', `/${externalId}`, { email: EMAIL });
    await world.deps.pokes.poke({ externalId, event: { id: 'evt_1', kind: 'updated', createdAt: '' } });
    await world.drain();
    expect((await world.sync(id)).status).toBe('conflict');
    world.pass(1_000);
    expect(await clean(world)).toMatchObject({ freedClaims: 1 });
    await world.drain();
    expect((await world.sync(id)).status).toBe('synced');
    expect(await claimOf(world, EMAIL)).toEqual({ state: 'held', customerId: id });
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
    expect(count(world, 'emailClaim')).toBe(0);
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
