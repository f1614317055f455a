import { ASYNC, advance, fault, hold, letGo, PROTECTED, SAGA, SYNC, sweep, until } from '../faults/telling.ts';
import { dashboard } from '../stack/dashboard.ts';
import { violations } from '../stack/invariants.ts';
import { type Stack, startStack } from '../stack/stack.ts';
import { readWorld } from '../stack/world.ts';

describe('what is changed in Stripe while we are at work', () => {
  let stack: Stack;
  let stripe: ReturnType<typeof dashboard>;
  let made = 0;
  beforeAll(async () => {
    stack = await startStack();
    stripe = dashboard(stack);
  });
  afterAll(() => stack.stop());
  beforeEach(() => webhooks('deliver'));
  afterEach(async () => {
    expect(violations(await readWorld(stack))).toEqual([]);
  });

  const webhooks = (mode: 'deliver' | 'hold') => stack.sandbox('POST', '/webhooks', { mode });
  const read = async (id: string) => (await stack.call('GET', `/customers/${id}`)).body;

  async function create() {
    made += 1;
    const email = `race${made}@example.com`;
    const { body } = await stack.call('POST', '/customers', { body: { name: 'Ann', email }, headers: PROTECTED });
    const { stripe: twin } = body['integrations'] as { stripe: { external_id: string } };
    return { id: String(body['id']), email, externalId: twin.external_id };
  }

  /** Delivers the latest events, oldest first. */
  async function deliverLatest(count: number): Promise<void> {
    const { events } = (await stack.sandbox('GET', '/state')) as unknown as { events: { id: string }[] };
    await stack.sandbox('POST', '/webhooks/deliver', { events: events.slice(-count).map(({ id }) => id) });
  }

  it('two customers who swap their emails, and swap back half way, end as they were', async () => {
    const [one, two] = [await create(), await create()];
    await webhooks('hold');
    await stripe.customers.update(one.externalId, { email: two.email });
    await deliverLatest(1);
    await stack.settle();
    await stripe.customers.update(two.externalId, { email: one.email });
    // The second one gives up its email; the first one's turn then is held up.
    await hold(stack, { function: SYNC, service: 'stripe', nth: 2 }, () => deliverLatest(1));
    expect(await read(two.id)).toMatchObject({ email: null });
    await stripe.customers.update(one.externalId, { email: one.email });
    await stripe.customers.update(two.externalId, { email: two.email });
    await deliverLatest(2);
    await letGo(stack);
    await stack.quiesce();

    expect([await read(one.id), await read(two.id)]).toMatchObject([{ email: one.email }, { email: two.email }]);
  });

  it('our mark on one born there is not taken for written when its key was forgotten before Stripe got it', async () => {
    await fault(stack, { function: SYNC, service: 'stripe', action: 'POST /v1/customers/{id}', kind: 'kill-before' });
    const born = await stripe.customers.create({ name: 'Born', email: 'born@example.com' });
    await stack.settle();
    await advance(stack, 25 * 3600);
    await sweep(stack);
    await stack.settle();
    await advance(stack, 3600);
    await stack.quiesce();

    const { metadata } = (await stripe.customers.retrieve(born.id)) as { metadata: Record<string, string> };
    expect(metadata).toMatchObject({ concord_stage: 'local' });
  });

  it('an edit made there before we know that our create has succeeded is taken', async () => {
    const body = { name: 'Ann', email: 'edited-early@example.com' };
    await hold(stack, { function: SAGA, service: 'dynamodb', action: 'TransactWriteItems' }, () =>
      stack.call('POST', '/customers', { body, headers: ASYNC }),
    );
    const [twin] = (await stripe.customers.list({ email: body.email })).data;
    await stripe.customers.update(twin?.id ?? '', { name: 'Anna' });
    // Its event finds nobody who is linked yet, and leaves it to the operation.
    await until(
      async () => (await readWorld(stack)).items.some(({ pk, tries }) => pk === `LINK#stripe#${twin?.id}` && tries),
      'its event is read',
    );
    await letGo(stack);

    const { data } = (await stack.call('GET', `/customers?email=${body.email}`)).body;
    expect(data).toMatchObject([{ name: 'Anna', integrations: { stripe: { sync_status: 'synced' } } }]);
  });

  it('a value that lost once to a push that Stripe refused is audited when it loses again', async () => {
    const { id, email, externalId } = await create();
    await webhooks('hold');
    await stripe.customers.update(externalId, { name: 'Loser' });
    const path = `/customers/${id}`;
    await stack.call('PATCH', path, { body: { name: 'Ours', email: `${id}@rejected.example` } });
    await stack.settle();
    await stack.call('PATCH', path, { body: { email }, headers: PROTECTED });
    await stripe.customers.update(externalId, { name: 'Loser' });
    await stack.call('PATCH', path, { body: { name: 'Ours again' } });
    await stack.quiesce();

    const { data } = (await stack.call('GET', `${path}/audit`)).body as { data: { overruled?: unknown }[] };
    expect(data.filter(({ overruled }) => JSON.stringify(overruled) === '{"name":"Loser"}')).toHaveLength(2);
  });

  it('a protected edit replaces a value there that a refused push has met, also when it is the older value again', async () => {
    const { id, email, externalId } = await create();
    await webhooks('hold');
    await stripe.customers.update(externalId, { name: 'Loser' });
    const path = `/customers/${id}`;
    await stack.call('PATCH', path, { body: { name: 'Ours', email: `${id}@rejected.example` } });
    await stack.settle();
    const back = await stack.call('PATCH', path, { body: { name: 'Ann', email }, headers: PROTECTED });
    expect([back.status, (await stripe.customers.retrieve(externalId)) as unknown]).toMatchObject([
      200,
      { name: 'Ann' },
    ]);
    await stack.quiesce();
    expect(await read(id)).toMatchObject({ name: 'Ann', email });
  });
});
