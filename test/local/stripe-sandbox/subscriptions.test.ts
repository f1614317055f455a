import { type Fixture, refusalOf, startFixture } from './sandbox-fixture.ts';

describe('subscriptions of the Stripe sandbox', () => {
  let fixture: Fixture;
  let customer: string;
  beforeEach(async () => {
    fixture = await startFixture();
    customer = (await fixture.stripe.customers.create()).id;
  });
  afterEach(() => fixture.close());

  const subscribe = (trialDays?: number) =>
    fixture.stripe.subscriptions.create({
      customer,
      items: [{ price: 'price_1', quantity: 2 }],
      ...(trialDays !== undefined && { trial_period_days: trialDays }),
    });
  const eventTypes = async () => (await fixture.stripe.events.list()).data.map(({ type }) => type);

  it('are active, or trialing for a trial', async () => {
    const subscription = await subscribe();
    expect(subscription).toMatchObject({
      id: expect.stringMatching(/^sub_[0-9A-Za-z]{24}$/),
      status: 'active',
      customer,
      items: { data: [{ price: { id: 'price_1' }, quantity: 2, subscription: subscription.id }] },
    });
    expect(await subscribe(7)).toMatchObject({
      status: 'trialing',
      trial_end: Math.floor(fixture.clock.now() / 1000) + 7 * 86_400,
    });
    expect(await fixture.stripe.subscriptions.retrieve(subscription.id)).toEqual(subscription);
    expect((await eventTypes())[0]).toBe('customer.subscription.created');
  });

  it('are refused for a customer that is gone or never was, and without items', async () => {
    const { stripe } = fixture;
    const items = [{ price: 'price_1' }];
    await stripe.customers.del(customer);
    for (const id of [customer, 'cus_none']) {
      expect(await refusalOf(stripe.subscriptions.create({ customer: id, items }))).toMatchObject({
        statusCode: 400,
        code: 'resource_missing',
        param: 'customer',
      });
    }
    expect(await refusalOf(stripe.subscriptions.create({ customer }))).toMatchObject({
      statusCode: 400,
      param: 'items',
    });
  });

  it('are canceled once, with an event', async () => {
    const { subscriptions } = fixture.stripe;
    const { id } = await subscribe();
    expect(await subscriptions.cancel(id)).toMatchObject({
      id,
      status: 'canceled',
      ended_at: Math.floor(fixture.clock.now() / 1000),
    });
    expect((await eventTypes())[0]).toBe('customer.subscription.deleted');
    expect(await refusalOf(subscriptions.cancel(id))).toMatchObject({ statusCode: 404, code: 'resource_missing' });
    expect(await subscriptions.retrieve(id)).toMatchObject({ status: 'canceled' });
  });

  it('are listed without the canceled ones unless these are asked for', async () => {
    const { subscriptions } = fixture.stripe;
    const [canceled, trialing, active] = [await subscribe(), await subscribe(3), await subscribe()];
    await subscriptions.cancel(canceled.id);
    const listed = async (filter: Parameters<typeof subscriptions.list>[0]) =>
      (await subscriptions.list(filter)).data.map(({ id }) => id);
    expect(await listed({ customer })).toEqual([active.id, trialing.id]);
    expect(await listed({ customer, status: 'all' })).toHaveLength(3);
    expect(await listed({ customer, status: 'canceled' })).toEqual([canceled.id]);
    expect(await listed({ customer, status: 'trialing' })).toEqual([trialing.id]);
    const other = await fixture.stripe.customers.create();
    expect(await listed({ customer: other.id })).toEqual([]);
  });

  it('are canceled with their customer, before it', async () => {
    const { stripe } = fixture;
    const { id } = await subscribe();
    await stripe.customers.del(customer);
    expect(await stripe.subscriptions.retrieve(id)).toMatchObject({ status: 'canceled' });
    const [last, before] = (await stripe.events.list()).data;
    expect([last?.type, before?.type]).toEqual(['customer.deleted', 'customer.subscription.deleted']);
    expect(last?.request).toEqual(before?.request);
    expect((await stripe.subscriptions.list({ customer, status: 'all' })).data).toHaveLength(1);
  });

  it('are updated, with what was before', async () => {
    const { stripe } = fixture;
    const { id } = await subscribe();
    expect(await stripe.subscriptions.update(id, { metadata: { a: '1' }, cancel_at_period_end: true })).toMatchObject({
      status: 'active',
      cancel_at_period_end: true,
    });
    expect((await stripe.events.list({ limit: 1 })).data[0]).toMatchObject({
      type: 'customer.subscription.updated',
      data: { previous_attributes: { cancel_at_period_end: false, cancel_at: null, metadata: { a: null } } },
    });
  });
});
