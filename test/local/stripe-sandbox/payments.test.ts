import { type Fixture, refusalOf, startFixture } from './sandbox-fixture.ts';

describe('payments of the Stripe sandbox', () => {
  let fixture: Fixture;
  let customer: string;
  beforeAll(async () => {
    fixture = await startFixture();
  });
  beforeEach(async () => {
    customer = (await fixture.stripe.customers.create()).id;
  });
  afterAll(() => fixture.close());

  it('are paid by a charge when confirmed, and wait for a payment method otherwise', async () => {
    const { stripe } = fixture;
    const order = { amount: 1250, currency: 'eur', customer };
    expect(await stripe.paymentIntents.create(order)).toMatchObject({
      ...{ status: 'requires_payment_method', amount: 1250, amount_received: 0, latest_charge: null },
    });
    const paid = await stripe.paymentIntents.create({ ...order, payment_method: 'pm_card_visa', confirm: true });
    expect(paid).toMatchObject({ status: 'succeeded', amount_received: 1250 });
    expect(await stripe.paymentIntents.retrieve(paid.id)).toEqual(paid);
    const { data } = await stripe.charges.list({ customer });
    expect(data).toMatchObject([{ id: paid.latest_charge, amount: 1250, paid: true, payment_intent: paid.id }]);
    expect(await stripe.charges.retrieve(data[0]?.id ?? '')).toEqual(data[0]);
    const types = (await stripe.events.list({ limit: 4 })).data.map(({ type }) => type);
    expect(types.slice(0, 3)).toEqual(['payment_intent.succeeded', 'charge.succeeded', 'payment_intent.created']);
  });

  it('are listed by customer, newest first, as invoices are', async () => {
    const { stripe } = fixture;
    const other = await stripe.customers.create();
    const order = { amount: 1, currency: 'usd' };
    const [first, second] = [
      await stripe.paymentIntents.create({ ...order, customer }),
      await stripe.paymentIntents.create({ ...order, customer }),
    ];
    const invoice = await stripe.invoices.create({ customer });
    expect(invoice).toMatchObject({ status: 'draft', customer });
    expect((await stripe.paymentIntents.list({ customer })).data.map(({ id }) => id)).toEqual([second.id, first.id]);
    expect(await stripe.paymentIntents.list({ customer, limit: 1 })).toMatchObject({ has_more: true, data: [second] });
    expect((await stripe.invoices.list({ customer, limit: 1 })).data).toEqual([invoice]);
    for (const list of [stripe.paymentIntents, stripe.charges, stripe.invoices]) {
      expect((await list.list({ customer: other.id })).data).toEqual([]);
    }
  });

  it('outlive their customer, and are refused for one that is gone or never was', async () => {
    const { stripe } = fixture;
    await stripe.invoices.create({ customer });
    await stripe.customers.del(customer);
    expect((await stripe.invoices.list({ customer })).data).toHaveLength(1);
    const missing = { statusCode: 400, code: 'resource_missing', param: 'customer' };
    expect(await refusalOf(stripe.invoices.create({ customer }))).toMatchObject(missing);
    const order = { amount: 1, currency: 'usd', customer: 'cus_none' };
    expect(await refusalOf(stripe.paymentIntents.create(order))).toMatchObject(missing);
    expect(await refusalOf(stripe.charges.list({ customer: 'cus_none' }))).toMatchObject(missing);
  });

  it('are refused without an amount, a currency, or what to confirm them with', async () => {
    const { paymentIntents } = fixture.stripe;
    const refused = async (order: object) => (await refusalOf(paymentIntents.create(order as never))).param;
    expect(await refused({ currency: 'usd' })).toBe('amount');
    expect(await refused({ amount: 0, currency: 'usd' })).toBe('amount');
    expect(await refused({ amount: 1 })).toBe('currency');
    expect(await refused({ amount: 1, currency: 'usd', confirm: true })).toBe('payment_method');
  });
});
