import { dashboard } from '../stack/dashboard.ts';
import { violations } from '../stack/invariants.ts';
import { type Stack, startStack } from '../stack/stack.ts';
import { readWorld } from '../stack/world.ts';
import { bothSides, createTwins, overruled, type Twins } from './told.ts';

describe('what an administrator decides', () => {
  let stack: Stack;
  let stripe: ReturnType<typeof dashboard>;
  beforeAll(async () => {
    stack = await startStack();
    stripe = dashboard(stack);
  });
  afterAll(() => stack.stop());
  afterEach(async () => {
    await stack.settle();
    expect(violations(await readWorld(stack))).toEqual([]);
  });

  /** Somebody gives a customer an email in Stripe that another one has here. */
  async function inConflict(name: string): Promise<{ holder: Twins; twins: Twins }> {
    const holder = await createTwins(stack, `${name}-holder@example.com`);
    const twins = await createTwins(stack, `${name}@example.com`);
    await stripe.customers.update(twins.externalId, { email: holder.email });
    await stack.settle();
    return { holder, twins };
  }
  const decide = (twins: Twins, keep: string) =>
    stack.call('POST', `${twins.path}/resolve-conflict`, { body: { keep } });
  const link = (path: string, external_id: unknown) => stack.call('POST', `${path}/link`, { body: { external_id } });

  /** A customer whom Stripe has refused, so that nobody in Stripe is its twin. */
  async function createUnlinked(name: string): Promise<string> {
    await stack.control$('POST', '/faults', {
      ...{ service: 'stripe', action: 'POST /v1/customers', kind: 'error', status: 400, times: 1 },
    });
    const reply = await stack.call('POST', '/customers', { body: { name, email: `${name}@example.com` } });
    await stack.settle();
    await stack.control$('DELETE', '/faults');
    return `/customers/${reply.body['id']}`;
  }

  it('a conflict is told of: in the customer, in its health, and in the list', async () => {
    const { holder, twins } = await inConflict('told');
    const conflict = { field: 'email', stripe_value: holder.email, other_customer_id: holder.id };
    expect((await stack.call('GET', twins.path)).body).toMatchObject({
      email: twins.email,
      integrations: { stripe: { sync_status: 'conflict', conflict } },
    });
    expect((await stack.call('GET', `${twins.path}/sync-health`)).body).toMatchObject({
      healthy: false,
      integrations: { stripe: { status: 'conflict', conflict } },
    });
    const { data } = (await stack.call('GET', '/customers?sync_status=conflict')).body as { data: { id: string }[] };
    expect(data.map(({ id }) => id)).toEqual([twins.id]);
    await decide(twins, 'catalog');
  });

  it('keep: catalog gives Stripe our value, and its own is in the audit', async () => {
    const { holder, twins } = await inConflict('catalog');
    const reply = await decide(twins, 'catalog');
    expect([reply.status, reply.body['email']]).toEqual([200, twins.email]);
    await stack.settle();
    const { here, there } = await bothSides(stack, twins);
    expect([here.email, there.email]).toEqual([twins.email, twins.email]);
    expect(await overruled(stack, twins)).toEqual([{ email: holder.email }]);
    expect((await stack.call('GET', twins.path)).body).toMatchObject({
      integrations: { stripe: { sync_status: 'synced', conflict: null } },
    });
  });

  it('keep: catalog of a customer without an email leaves Stripe its own, and tells of it no more', async () => {
    const holder = await createTwins(stack, 'nobody-holder@example.com');
    const { id } = await stripe.customers.create({ name: 'Without', email: holder.email });
    await stack.settle();
    const sync = (await readWorld(stack)).syncs.find(({ externalId }) => externalId === id);
    const path = `/customers/${String(sync?.pk).slice('CUSTOMER#'.length)}`;
    const reply = await stack.call('POST', `${path}/resolve-conflict`, { body: { keep: 'catalog' } });
    expect(reply.status).toBe(200);
    await stack.settle();
    expect((await stack.call('GET', path)).body).toMatchObject({
      email: null,
      integrations: { stripe: { sync_status: 'synced', conflict: null } },
    });
    expect(((await stripe.customers.retrieve(id)) as { email?: string }).email).toBe(holder.email);
    // An email of its own ends what the two differ in.
    await stack.call('PATCH', path, { body: { email: 'own@example.com' } });
    await stack.settle();
  });

  it('keep: stripe is refused while another customer has the email, and takes it as soon as it is free', async () => {
    const { holder, twins } = await inConflict('stripe');
    const refused = await decide(twins, 'stripe');
    expect([refused.status, refused.body['type']]).toEqual([409, expect.stringMatching(/email-taken$/)]);
    await stack.sandbox('POST', '/webhooks', { mode: 'hold' });
    await stack.call('PATCH', holder.path, { body: { email: 'let-go@example.com' } });
    const reply = await decide(twins, 'stripe');
    await stack.sandbox('POST', '/webhooks', { mode: 'deliver' });
    expect([reply.status, reply.body['email']]).toEqual([200, holder.email]);
  });

  it('without a conflict changes nothing', async () => {
    const twins = await createTwins(stack, 'peace@example.com');
    expect((await decide(twins, 'stripe')).body).toMatchObject({ email: twins.email, version: 1 });
    expect((await decide(twins, 'neither')).status).toBe(400);
    expect((await stack.call('POST', '/customers/unknown/resolve-conflict', { body: { keep: 'stripe' } })).status).toBe(
      404,
    );
  });

  it('links a customer to one of Stripe’s, marks it, and merges the two; twice is as good as once', async () => {
    const path = await createUnlinked('linked');
    await stack.sandbox('POST', '/webhooks', { mode: 'hold' });
    const { id } = await stripe.customers.create({ name: 'Old name', email: 'linked@example.com' });
    const reply = await link(path, id);
    expect([reply.status, reply.body['integrations']]).toMatchObject([200, { stripe: { external_id: id } }]);
    expect((await link(path, id)).status).toBe(200);
    await stack.settle();
    await stack.sandbox('POST', '/webhooks', { mode: 'deliver' });

    const twins = { id: '', path, externalId: id, email: '' };
    const both = { name: 'linked', email: 'linked@example.com' };
    expect(await bothSides(stack, twins)).toEqual({ here: both, there: both });
    expect(await overruled(stack, twins)).toEqual([{ name: 'Old name' }]);
    const { data } = (await stack.call('GET', `${path}/audit`)).body as { data: { linked_to?: string }[] };
    expect(data.filter(({ linked_to }) => linked_to === id)).toHaveLength(1);
  });

  it('links nobody to whom another owns, or who is not there', async () => {
    const path = await createUnlinked('unlinked');
    const other = await createTwins(stack, 'other@example.com');
    const gone = await stripe.customers.create({ name: 'Gone' });
    await stripe.customers.del(gone.id);
    const statuses = async (external: unknown) => {
      const { status, body } = await link(path, external);
      return [status, String(body['type']).split('/').at(-1)];
    };
    expect(await statuses(other.externalId)).toEqual([409, 'already-linked']);
    expect(await statuses('cus_nobody')).toEqual([400, 'validation']);
    expect(await statuses(gone.id)).toEqual([400, 'validation']);
    expect(await statuses(7)).toEqual([400, 'validation']);
    expect((await link(other.path, (await stripe.customers.create({})).id)).status).toBe(409);
    await stack.settle();
    await stack.quiesce();
  });

  it('is an administrator’s alone', async () => {
    const { path } = await createTwins(stack, 'alone@example.com');
    const headers = { authorization: `Bearer ${stack.tokens.write}` };
    for (const [verb, body] of [
      ['link', { external_id: 'cus_1' }],
      ['resolve-conflict', { keep: 'stripe' }],
    ] as const) {
      expect((await stack.call('POST', `${path}/${verb}`, { body, headers })).status).toBe(403);
    }
  });
});
