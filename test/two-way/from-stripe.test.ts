import { dashboard } from '../stack/dashboard.ts';
import { violations } from '../stack/invariants.ts';
import { type Stack, startStack } from '../stack/stack.ts';
import { readWorld } from '../stack/world.ts';

describe('what is changed in Stripe', () => {
  let stack: Stack;
  let stripe: ReturnType<typeof dashboard>;
  let made = 0;
  beforeAll(async () => {
    stack = await startStack();
    stripe = dashboard(stack);
  });
  afterAll(() => stack.stop());
  afterEach(async () => {
    await stack.settle();
    expect(violations(await readWorld(stack))).toEqual([]);
  });

  async function create() {
    made += 1;
    const reply = await stack.call('POST', '/customers', {
      body: { name: 'Ann', email: `ann${made}@example.com` },
      headers: { 'x-use-integrity-protection': 'true' },
    });
    const integrations = reply.body['integrations'] as { stripe: { external_id: string } };
    return {
      id: String(reply.body['id']),
      email: `ann${made}@example.com`,
      externalId: integrations.stripe.external_id,
    };
  }
  const read = async (id: string) => (await stack.call('GET', `/customers/${id}`)).body;
  const audit = async (id: string) =>
    (await stack.call('GET', `/customers/${id}/audit`)).body['data'] as Record<string, unknown>[];

  it('is in the catalog when the webhook has come, and in the audit', async () => {
    const { id, email, externalId } = await create();
    await stripe.customers.update(externalId, { name: 'Anna' });
    await stack.settle();

    expect(await read(id)).toMatchObject({ name: 'Anna', email, version: 2 });
    expect((await audit(id))[0]).toMatchObject({
      cause: 'webhook',
      before: { name: 'Ann' },
      after: { name: 'Anna' },
      stripe_event_id: expect.stringMatching(/^evt_/),
    });
  });

  it('moves the email claim along: the old email is free, the new one is taken', async () => {
    const { id, email, externalId } = await create();
    await stripe.customers.update(externalId, { email: `moved-${email}` });
    await stack.settle();

    expect(await read(id)).toMatchObject({ email: `moved-${email}` });
    const taken = await stack.call('POST', '/customers', { body: { name: 'B', email: `Moved-${email}` } });
    const free = await stack.call('POST', '/customers', { body: { name: 'B', email } });
    expect([taken.status, free.status]).toEqual([409, 201]);
  });

  it('a deletion leaves a tombstone, which no later event brings back', async () => {
    const { id, externalId } = await create();
    await stack.sandbox('POST', '/webhooks', { mode: 'hold' });
    await stripe.customers.update(externalId, { name: 'Late' });
    await stripe.customers.del(externalId);
    const { events } = (await stack.sandbox('GET', '/state')) as unknown as { events: { id: string }[] };
    const last = events.slice(-2).map((event) => event.id);
    await stack.sandbox('POST', '/webhooks/deliver', { events: [...last].reverse() });
    await stack.settle();
    expect((await stack.call('GET', `/customers/${id}`)).status).toBe(404);

    await stack.sandbox('POST', '/webhooks/deliver', { events: [...last, ...last] });
    await stack.settle();
    expect((await stack.call('GET', `/customers/${id}`)).status).toBe(404);
    await stack.sandbox('POST', '/webhooks', { mode: 'deliver' });
  });

  it('a customer born there is imported, linked and marked as ours', async () => {
    const born = await stripe.customers.create({ name: 'Born', email: 'born@example.com' });
    await stack.settle();

    const { data } = (await stack.call('GET', '/customers?email=born@example.com')).body as { data: { id: string }[] };
    expect(data).toMatchObject([
      { name: 'Born', status: 'active', integrations: { stripe: { external_id: born.id, sync_status: 'synced' } } },
    ]);
    const { metadata } = (await stripe.customers.retrieve(born.id)) as { metadata: Record<string, string> };
    expect(metadata['concord_customer_id']).toBe(data[0]?.id);
  });

  it('one with the email of another customer is imported without it, in a conflict that ends with the email', async () => {
    const { id, email } = await create();
    const twin = await stripe.customers.create({ name: 'Double', email: email.toUpperCase() });
    await stack.settle();
    const world = await readWorld(stack);
    const doubleId = String(world.syncs.find((sync) => sync['externalId'] === twin.id)?.pk).slice('CUSTOMER#'.length);
    expect(await read(doubleId)).toMatchObject({
      name: 'Double',
      email: null,
      integrations: {
        stripe: {
          sync_status: 'conflict',
          conflict: { field: 'email', stripe_value: email.toUpperCase(), other_customer_id: id },
        },
      },
    });

    await stack.call('DELETE', `/customers/${id}`);
    await stack.settle();
    expect(await read(doubleId)).toMatchObject({
      email: email.toUpperCase(),
      integrations: { stripe: { sync_status: 'synced', conflict: null } },
    });
  });

  it('two customers who swap their emails there end swapped here', async () => {
    const [one, two] = [await create(), await create()];
    await stripe.customers.update(one.externalId, { email: two.email });
    await stripe.customers.update(two.externalId, { email: one.email });
    await stack.settle();
    await stack.quiesce();

    expect([(await read(one.id))['email'], (await read(two.id))['email']]).toEqual([two.email, one.email]);
  });
});
