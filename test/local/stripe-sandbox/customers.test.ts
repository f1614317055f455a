import { type Fixture, rawPost, refusalOf, startFixture } from './sandbox-fixture.ts';

describe('customers of the Stripe sandbox', () => {
  let fixture: Fixture;
  beforeEach(async () => {
    fixture = await startFixture();
  });
  afterEach(() => fixture.close());

  it('creates a customer and reads it back', async () => {
    const created = await fixture.stripe.customers.create({
      name: 'Ada',
      email: 'ada@example.com',
      metadata: { catalog_id: '1' },
    });

    expect(created).toMatchObject({
      object: 'customer',
      name: 'Ada',
      email: 'ada@example.com',
      metadata: { catalog_id: '1' },
      created: Math.floor(fixture.clock.now() / 1000),
      livemode: false,
    });
    expect(created.id).toMatch(/^cus_[0-9A-Za-z]{14}$/);
    expect(created.lastResponse.requestId).toMatch(/^req_/);
    expect(await fixture.stripe.customers.retrieve(created.id)).toEqual(created);
  });

  it('leaves everything unset that a create does not name', async () => {
    expect(await fixture.stripe.customers.create()).toMatchObject({
      name: null,
      email: null,
      phone: null,
      metadata: {},
    });
  });

  it('allows two customers with one email', async () => {
    const [one, two] = [
      await fixture.stripe.customers.create({ email: 'same@example.com' }),
      await fixture.stripe.customers.create({ email: 'same@example.com' }),
    ];
    expect(one.id).not.toBe(two.id);
  });

  it('keeps letter case, spaces, signs and other scripts as they were sent', async () => {
    const sent = {
      name: 'Ægir & Søn + 100% [x]=y',
      email: 'Ada+Tag@Example.COM',
      metadata: { 'a b&c=d': '日本 %20 +' },
    };
    expect(await fixture.stripe.customers.create(sent)).toMatchObject(sent);
  });

  describe('update', () => {
    it('changes only what it names', async () => {
      const { id } = await fixture.stripe.customers.create({ name: 'Ada', email: 'ada@example.com' });
      expect(await fixture.stripe.customers.update(id, { name: 'Ada L.' })).toMatchObject({
        name: 'Ada L.',
        email: 'ada@example.com',
      });
    });

    it('unsets a name and an email that are sent empty', async () => {
      const { id } = await fixture.stripe.customers.create({ name: 'Ada', email: 'ada@example.com' });
      expect(await fixture.stripe.customers.update(id, { name: '', email: '' })).toMatchObject({
        name: null,
        email: null,
      });
    });

    it('merges metadata key by key, and deletes a key that is sent empty', async () => {
      const { id } = await fixture.stripe.customers.create({ metadata: { a: '1', b: '2' } });
      const updated = await fixture.stripe.customers.update(id, { metadata: { b: '', c: '3' } });
      expect(updated.metadata).toEqual({ a: '1', c: '3' });
    });

    it('deletes all metadata when metadata itself is sent empty', async () => {
      const { id } = await fixture.stripe.customers.create({ metadata: { a: '1', b: '2' } });
      expect((await fixture.stripe.customers.update(id, { metadata: '' })).metadata).toEqual({});
    });

    it('keeps metadata keys that are names of object members', async () => {
      const { sandbox, stripe } = fixture;
      const { id } = await stripe.customers.create();
      const { text } = await rawPost(
        sandbox.url,
        `/v1/customers/${id}`,
        'metadata[__proto__]=x&metadata[constructor]=y',
      );
      expect(Object.entries(JSON.parse(text).metadata)).toEqual([
        ['__proto__', 'x'],
        ['constructor', 'y'],
      ]);
    });

    it('is refused for a customer that never was', async () => {
      expect(await refusalOf(fixture.stripe.customers.update('cus_none', { name: 'x' }))).toMatchObject({
        statusCode: 404,
        code: 'resource_missing',
        param: 'id',
        message: "No such customer: 'cus_none'",
      });
    });
  });

  describe('a deleted customer', () => {
    const deleted = async () => {
      const { id } = await fixture.stripe.customers.create({ email: 'gone@example.com' });
      const reply = await fixture.stripe.customers.del(id);
      expect(reply).toEqual({ id, object: 'customer', deleted: true });
      return id;
    };

    it('is retrieved as a stub', async () => {
      const id = await deleted();
      expect(await fixture.stripe.customers.retrieve(id)).toEqual({ id, object: 'customer', deleted: true });
    });

    it('is never listed', async () => {
      await deleted();
      expect((await fixture.stripe.customers.list()).data).toEqual([]);
      expect((await fixture.stripe.customers.list({ email: 'gone@example.com' })).data).toEqual([]);
    });

    it('can be neither updated nor deleted again', async () => {
      const id = await deleted();
      const missing = { statusCode: 404, code: 'resource_missing', message: `No such customer: '${id}'` };
      expect(await refusalOf(fixture.stripe.customers.update(id, { name: 'x' }))).toMatchObject(missing);
      expect(await refusalOf(fixture.stripe.customers.del(id))).toMatchObject(missing);
    });

    it('stands in the control state with its last fields', async () => {
      const id = await deleted();
      const { body } = await fixture.control('GET', 'state');
      expect(body).toMatchObject({ customers: [{ id, email: 'gone@example.com', deleted: true }] });
    });
  });

  it('answers 404 for a customer that never was', async () => {
    expect(await refusalOf(fixture.stripe.customers.retrieve('cus_none'))).toMatchObject({
      type: 'StripeInvalidRequestError',
      statusCode: 404,
      code: 'resource_missing',
    });
  });

  it('shows live subscriptions when they are asked for', async () => {
    const { stripe } = fixture;
    const { id } = await stripe.customers.create();
    const subscription = await stripe.subscriptions.create({ customer: id, items: [{ price: 'price_1' }] });
    expect(await stripe.customers.retrieve(id, { expand: ['subscriptions'] })).toMatchObject({
      subscriptions: { data: [{ id: subscription.id }] },
    });
    expect(await stripe.customers.list({ expand: ['data.subscriptions'] })).toMatchObject({
      data: [{ subscriptions: { data: [{ id: subscription.id }] } }],
    });
    expect(await stripe.customers.retrieve(id)).not.toHaveProperty('subscriptions');
  });
});
