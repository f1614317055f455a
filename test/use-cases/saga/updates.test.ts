import type { Integration } from '#ports/integration.ts';
import { changed, endingsWorld } from './endings-world.ts';
import { NEW } from './saga-world.ts';

const HOUR_MS = 3600_000;
const OTHER = 'janet@example.com';

describe('an update of what Stripe has already', () => {
  it.each([{ name: 'Janet' }, { email: OTHER }])('changes the catalog, and asks Stripe nothing: %j', async (change) => {
    const it = await endingsWorld();
    const { id, externalId, email } = await it.twins();
    const base = { name: 'Twin 1', email, ...change };
    await it.setSync(id, { base });
    const operationId = await it.beginUpdate(id, change);
    const updateCustomer = () => Promise.reject(new Error('It was asked.'));
    expect(await it.take('apply', operationId, { updateCustomer })).toBe('succeeded');
    expect(await it.customer(id)).toMatchObject({ ...base, version: 2 });
    expect(await it.standing(id)).toMatchObject({ externalId, base, status: 'synced' });
    expect(await it.operation(operationId)).toMatchObject({ externalId, status: 'succeeded' });
  });
});

describe('an update that is too old for its key', () => {
  type World = Awaited<ReturnType<typeof changed>>;
  const isUpdated: Partial<Integration> = { hasUpdated: async () => true };
  const neverThere = ({ setOperation, operationId }: World) => setOperation(operationId, { externalId: undefined });

  it.each([
    ['came to nothing', () => {}, {}, 'rejected'],
    ['has happened, says its event', () => {}, isUpdated, 'succeeded'],
    [
      'is of one whom Stripe does not know',
      ({ setOperation, operationId }: World) => setOperation(operationId, { externalId: 'cus_unknown' }),
      ...[isUpdated, 'rejected'],
    ],
    [
      'is of one who was deleted there since',
      ({ dashboard, externalId }: World) => dashboard('DELETE', `/${externalId}`),
      ...[isUpdated, 'rejected'],
    ],
    ['was to make one whom Stripe has not got', neverThere, isUpdated, 'rejected'],
    [
      'has made one whom Stripe had not got',
      async (world: World) => {
        const { id: customerId, operationId, deps, inside, setSync } = world;
        await neverThere(world);
        await setSync(customerId, { externalId: undefined });
        const ownership = { customerId, operationId };
        await inside(() => deps.integration.createCustomer({ ...NEW, ownership }, `${operationId}:1`));
      },
      ...[{}, 'succeeded'],
    ],
  ] as const)('%s', async (_, make, answers: Partial<Integration>, outcome) => {
    const world = await changed({ name: 'Janet' });
    await make(world);
    world.pass(24 * HOUR_MS);
    expect(await world.take('resolve', world.operationId, answers)).toBe(outcome);
  });

  it('is looked for by its key, for as long as it can have travelled', async () => {
    const { take, operationId, externalId, operation, pass } = await changed({ name: 'Janet' });
    const { attemptSince, lastSentAt } = await operation(operationId);
    pass(24 * HOUR_MS);
    const asked: unknown[] = [];
    const hasUpdated = async (...those: unknown[]) => asked.push(those) > 0;
    expect(await take('resolve', operationId, { hasUpdated })).toBe('succeeded');
    const sent = { sinceMs: Date.parse(attemptSince), untilMs: Date.parse(lastSentAt) + HOUR_MS };
    expect(asked).toEqual([[externalId, `${operationId}:1`, sent]]);
  });
});

describe('a customer without an email', () => {
  const THEIRS = 'theirs@example.com';

  async function without(base: { name: string; email: string | null }) {
    const it = await endingsWorld();
    const twins = await it.twins();
    await it.setCustomer(twins.id, { email: null });
    await it.setSync(twins.id, { base });
    return { ...it, ...twins };
  }

  it('is given one, and lets none go', async () => {
    const { beginUpdate, take, id, claim, customer, email } = await without({ name: 'Twin 1', email: null });
    expect(await take('apply', await beginUpdate(id, { email: OTHER }))).toBe('succeeded');
    expect(await customer(id)).toMatchObject({ email: OTHER });
    expect([await claim(OTHER), await claim(email)]).toMatchObject([{ state: 'held' }, { state: 'held' }]);
  });

  it('is known to have in Stripe the one that could not be taken', async () => {
    const { beginUpdate, take, id, standing } = await without({ name: 'Twin 1', email: THEIRS });
    expect(await take('apply', await beginUpdate(id, { name: 'Janet' }))).toBe('succeeded');
    expect(await standing(id)).toMatchObject({ base: { name: 'Janet', email: THEIRS } });
  });

  it('is deleted like any other', async () => {
    const { beginDelete, take, id, customer } = await without({ name: 'Twin 1', email: null });
    expect(await take('apply', await beginDelete(id))).toBe('succeeded');
    expect(await customer(id)).toMatchObject({ status: 'deleted' });
  });
});
