import type { IntegrationName } from '#domain/integrations.ts';
import { IntegrationUnavailableError } from '#ports/integration.ts';
import { createCustomer } from '#use-cases/catalog/create-customer.ts';
import { linkCustomer } from '#use-cases/catalog/link-customer.ts';
import { resolveConflict } from '#use-cases/catalog/resolve-conflict.ts';
import { createRepairWorld, type RepairWorld } from '../../repair/repair-world.ts';
import { answering } from '../answering.ts';

const THEIRS = 'theirs@example.com';
const problem = (type: string) => ({ problem: { type } });

/** The latest change of a customer, as the audit tells it. */
const lastOf = async ({ deps }: RepairWorld, id: string) => (await deps.store.listAudit(id, 1, undefined)).entries[0];

/** A customer whose email in Stripe could not be taken. */
async function inConflict(stripeValue: string | null = THEIRS) {
  const world = createRepairWorld();
  const twins = await world.twins();
  await world.dashboard('POST', `/${twins.externalId}`, { email: stripeValue ?? '' });
  const conflict = { field: 'email', stripeValue, since: '2026-01-01T00:00:00.000Z' } as const;
  await world.setSync(twins.id, { status: 'conflict', conflict, retryAt: '2027' });
  const resolve = (keep: 'catalog' | 'stripe') => resolveConflict(world.deps, twins.id, keep);
  const inStripe = () => world.inside(() => world.deps.integration.findCustomer(twins.externalId));
  return { world, ...twins, resolve, inStripe };
}

describe('a conflict that a person decides', () => {
  it('for the catalog gives Stripe our email, and tells whose lost', async () => {
    const { world, id, email, resolve, inStripe } = await inConflict();
    const { version } = (await world.deps.store.read([{ type: 'customer', customerId: id }]))[0] ?? {};
    expect(await resolve('catalog')).toMatchObject({
      ...{ email, version, integrations: { stripe: { syncStatus: 'pending', conflict: null } } },
    });
    expect(await lastOf(world, id)).toMatchObject({ cause: 'api', overruled: { email: THEIRS }, after: { email } });
    await world.drain();
    expect([(await inStripe())?.email, (await world.sync(id)).status]).toEqual([email, 'synced']);
    // What is told once is not told again by the run.
    expect(await lastOf(world, id)).toMatchObject({ cause: 'api' });
  });

  it('for Stripe takes its email, and lets ours go', async () => {
    const { world, id, email, resolve } = await inConflict();
    const { version = 0 } = (await world.deps.store.read([{ type: 'customer', customerId: id }]))[0] ?? {};
    expect(await resolve('stripe')).toMatchObject({ email: THEIRS, version: version + 1, name: 'Twin 1' });
    const entry = await lastOf(world, id);
    expect(entry).toMatchObject({ cause: 'api', before: { email }, after: { email: THEIRS } });
    expect(entry).not.toHaveProperty('overruled');
    await world.drain();
    expect((await world.sync(id)).status).toBe('synced');
    expect(await createCustomer(world.deps, { name: 'New', email })).toMatchObject({ is: 'completed' });
    await expect(createCustomer(world.deps, { name: 'New', email: THEIRS })).rejects.toMatchObject(
      problem('email-taken'),
    );
  });

  it('for Stripe may take that it has none', async () => {
    const { world, id, email, resolve } = await inConflict(null);
    expect(await resolve('stripe')).toMatchObject({ email: null });
    await world.drain();
    expect((await world.sync(id)).status).toBe('synced');
    expect(await createCustomer(world.deps, { name: 'New', email })).toMatchObject({ is: 'completed' });
  });

  it('is not decided for an email that another customer has', async () => {
    const { world, id, email, resolve } = await inConflict();
    await createCustomer(world.deps, { name: 'Theirs', email: THEIRS });
    await expect(resolve('stripe')).rejects.toMatchObject(problem('email-taken'));
    expect((await world.deps.store.read([{ type: 'customer', customerId: id }]))[0]).toMatchObject({ email });
  });

  it('is not decided while somebody is writing to Stripe', async () => {
    const { world, id, resolve } = await inConflict();
    for (const busy of [{ attemptKey: `${id}:1` }, { attemptKey: undefined, runExpiresAt: '2027' }]) {
      await world.setSync(id, busy);
      await expect(resolve('catalog')).rejects.toMatchObject(problem('customer-busy'));
    }
    await world.setSync(id, { runExpiresAt: '2025' });
    expect(await resolve('catalog')).toMatchObject({ id });
  });

  it('changes nothing where there is none', async () => {
    const { world, id, resolve } = await inConflict();
    await resolve('catalog');
    await world.drain();
    const [before, view] = [await world.sync(id), await resolve('stripe')];
    expect([await world.sync(id), view.email === THEIRS]).toEqual([before, false]);
    await expect(resolveConflict(world.deps, 'nobody', 'stripe')).rejects.toMatchObject(problem('not-found'));
  });
});

/** A customer that Stripe does not have, and one of Stripe's that nobody has. */
async function apart() {
  const world = createRepairWorld();
  const made = await createCustomer(world.deps, { name: 'Jane', email: 'jane@example.com' });
  if (made.is !== 'completed' || made.reply.is !== 'created') throw new Error('It was not made.');
  const { id } = made.reply.customer;
  const { id: externalId } = await world.dashboard('POST', '', { name: 'Janet', email: 'jane@example.com' });
  const link = (to = externalId, deps = {}) => world.inside(() => linkCustomer({ ...world.deps, ...deps }, id, to));
  return { world, id, externalId, link };
}

describe('a customer that is linked by hand', () => {
  it('is one with its twin, whose values the catalog’s replace', async () => {
    const { world, id, externalId, link } = await apart();
    expect(await link()).toMatchObject({ integrations: { stripe: { externalId, syncStatus: 'pending' } } });
    expect(await lastOf(world, id)).toMatchObject({ cause: 'api', linkedTo: externalId, before: { name: 'Jane' } });
    await world.drain();
    const twin = await world.inside(() => world.deps.integration.findCustomer(externalId));
    expect(twin).toMatchObject({ name: 'Jane', owner: { customerId: id } });
    const [tied] = await world.store.read([{ type: 'link', integration: 'stripe', externalId }]);
    expect(tied).toEqual({ customerId: id });
    // What is wrong is told of customers that are not young.
    world.pass(3_600_000);
    expect(await world.kinds()).toEqual([]);
    expect(await link()).toMatchObject({ integrations: { stripe: { externalId, syncStatus: 'synced' } } });
  });

  it('may be whom the link names already; its run is poked', async () => {
    const { world, id, externalId, link } = await apart();
    await world.setLink(externalId, { customerId: id });
    const poked: unknown[] = [];
    const pokes = { poke: async (poke: unknown) => void poked.push(poke) };
    expect(await link(externalId, { pokes })).toMatchObject({ integrations: { stripe: { externalId } } });
    expect(poked).toEqual([{ customerId: id }]);
  });

  it('is not linked to one that another was linked to just then', async () => {
    const { world, id, externalId, link } = await apart();
    const commit: typeof world.store.commit = async (writes) => {
      await world.setLink(externalId, { customerId: 'another' });
      return world.store.commit(writes);
    };
    const store = answering(world.store, { commit });
    await expect(link(externalId, { store })).rejects.toMatchObject(problem('already-linked'));
    expect(await world.sync(id)).not.toHaveProperty('externalId');
  });

  it('waits for the operation that holds it, and until it stands with the integration', async () => {
    const { world, id, externalId, link } = await apart();
    const crm = 'crm' as IntegrationName;
    const integration = answering(world.deps.integration, { name: crm });
    await expect(link('crm_1', { integration, integrations: ['stripe', crm] })).rejects.toMatchObject(
      problem('customer-busy'),
    );
    await world.setCustomer(id, { owner: 'o1' });
    await expect(link(externalId)).rejects.toMatchObject(problem('customer-busy'));
  });

  it('is linked to nobody else, ever, and neither is its twin', async () => {
    const { world, id, link } = await apart();
    const { id: theirs } = await world.dashboard('POST', '', { name: 'Theirs' });
    await world.setLink(theirs, { customerId: 'another' });
    await expect(link(theirs)).rejects.toMatchObject(problem('already-linked'));
    expect(await link()).toMatchObject({ id });
    const { id: free } = await world.dashboard('POST', '', { name: 'Free' });
    await expect(link(free)).rejects.toMatchObject(problem('already-linked'));
  });

  it('is not linked to one whose metadata names another, or another deployment', async () => {
    const { world, id, link } = await apart();
    await expect(link(await world.marked('another'))).rejects.toMatchObject(problem('already-linked'));
    await expect(link(await world.marked(id, 'o1', 'elsewhere'))).rejects.toMatchObject(problem('already-linked'));
    expect(await link(await world.marked(id))).toMatchObject({ id });
  });

  it('waits for the operation that made it', async () => {
    const { world, id, link } = await apart();
    const marked = await world.marked(id, 'o1');
    await world.putOperation('o1', id);
    await expect(link(marked)).rejects.toMatchObject(problem('customer-busy'));
    await world.putOperation('o1', id, { status: 'compensated' });
    expect(await link(marked)).toMatchObject({ id });
  });

  it('is not linked while somebody is making its twin', async () => {
    const { world, id, link } = await apart();
    for (const busy of [{ attemptKey: `${id}:1` }, { attemptKey: undefined, runExpiresAt: '2027' }]) {
      await world.setSync(id, busy);
      await expect(link()).rejects.toMatchObject(problem('customer-busy'));
    }
  });

  it('is not linked to nobody, nor while Stripe does not answer', async () => {
    const { world, externalId, link } = await apart();
    await expect(link('cus_unknown')).rejects.toMatchObject({
      problem: { type: 'validation', errors: [{ pointer: '/external_id' }] },
    });
    const failing = (error: Error) => ({
      integration: Object.assign(Object.create(world.deps.integration), { findCustomer: () => Promise.reject(error) }),
    });
    const cause = new IntegrationUnavailableError();
    await expect(link(externalId, failing(cause))).rejects.toMatchObject({ ...problem('stripe-unavailable'), cause });
    await expect(link(externalId, failing(new Error('a bug')))).rejects.toThrow('a bug');
    await world.dashboard('DELETE', `/${externalId}`);
    await expect(link()).rejects.toMatchObject(problem('validation'));
  });
});
