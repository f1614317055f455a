import type { CatalogStore } from '#ports/catalog-store.ts';
import { updateCustomer } from '#use-cases/catalog/update-customer.ts';
import { withoutGuard } from '../contracts/rewritten-writes.ts';
import { claimKey, clean, EMAIL, overtaken, putClaim, removes } from './cleaning.ts';
import { createRepairWorld, HOUR_MS, type RepairWorld, type Twins } from './repair-world.ts';

const claimOf = async (world: RepairWorld, email: string) => (await world.store.read([claimKey(email)]))[0];

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
    name: 'reserved by an unfinished operation that does not hold its customer',
    is: 'left',
    make: async (world, { id }) => {
      await world.putOperation('op', id);
      await putClaim(world, EMAIL, reserved(id));
    },
  },
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

describe('an email claim, met by cleanup,', () => {
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
