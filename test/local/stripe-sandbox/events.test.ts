import Stripe from 'stripe';
import { type Fixture, refusalOf, startFixture } from './sandbox-fixture.ts';

const DAY_SECONDS = 24 * 60 * 60;

describe('events of the Stripe sandbox', () => {
  let fixture: Fixture;
  beforeEach(async () => {
    fixture = await startFixture();
  });
  afterEach(() => fixture.close());

  const newest = async () => {
    const [event] = (await fixture.stripe.events.list({ limit: 1 })).data;
    if (event === undefined) throw new Error('There is no event');
    return event;
  };

  it('tell of a created customer, with the request and its key', async () => {
    const created = await fixture.stripe.customers.create({ name: 'Ada' }, { idempotencyKey: 'key-1' });
    expect(await newest()).toEqual({
      id: expect.stringMatching(/^evt_[0-9A-Za-z]{24}$/),
      object: 'event',
      api_version: Stripe.API_VERSION,
      created: Math.floor(fixture.clock.now() / 1000),
      data: { object: created },
      livemode: false,
      pending_webhooks: 0,
      request: { id: created.lastResponse.requestId, idempotency_key: 'key-1' },
      type: 'customer.created',
    });
  });

  it('tell of an update what the changed fields were, and nothing of the others', async () => {
    const { customers } = fixture.stripe;
    const { id } = await customers.create({ name: 'Ada', email: 'a@example.com' });
    await customers.update(id, { name: 'Ada L.', email: 'a@example.com' });
    expect(await newest()).toMatchObject({
      type: 'customer.updated',
      data: { object: { id, name: 'Ada L.', email: 'a@example.com' }, previous_attributes: { name: 'Ada' } },
    });
    expect(Object.keys((await newest()).data.previous_attributes ?? {})).toEqual(['name']);
  });

  it('tell the earlier value of a field that was unset, and null of one that was not set', async () => {
    const { customers } = fixture.stripe;
    const { id } = await customers.create({ name: 'Ada' });
    await customers.update(id, { name: '', email: 'a@example.com' });
    expect((await newest()).data.previous_attributes).toEqual({ name: 'Ada', email: null });
  });

  it('tell of metadata only the changed keys, and null of keys that were absent', async () => {
    const { customers } = fixture.stripe;
    const { id } = await customers.create({ metadata: { same: '1', changed: '2', removed: '3' } });
    await customers.update(id, { metadata: { same: '1', changed: '20', removed: '', added: '4' } });
    expect((await newest()).data.previous_attributes).toEqual({
      metadata: { changed: '2', removed: '3', added: null },
    });
  });

  it('are not made by an update that changes nothing', async () => {
    const { customers } = fixture.stripe;
    const { id } = await customers.create({ name: 'Ada', metadata: { a: '1' } });
    await customers.update(id, { name: 'Ada', metadata: { a: '1', b: '' } });
    await customers.update(id, {});
    expect((await fixture.stripe.events.list()).data).toHaveLength(1);
  });

  it('keep the object as it was at their time', async () => {
    const { customers } = fixture.stripe;
    const { id } = await customers.create({ name: 'one' });
    await customers.update(id, { name: 'two' });
    await customers.del(id);
    const { data } = await fixture.stripe.events.list();
    expect(data).toMatchObject([
      { type: 'customer.deleted', data: { object: { id, name: 'two' } } },
      { type: 'customer.updated', data: { object: { id, name: 'two' } } },
      { type: 'customer.created', data: { object: { id, name: 'one' } } },
    ]);
  });

  it('carry a null key when the request had none', async () => {
    const { id } = await fixture.stripe.customers.create();
    await fixture.stripe.customers.del(id);
    expect(await newest()).toMatchObject({ request: { idempotency_key: null } });
  });

  it('come newest first within one second, and in pages', async () => {
    const { stripe } = fixture;
    const { id } = await stripe.customers.create({ name: '0' });
    for (const name of ['1', '2', '3']) await stripe.customers.update(id, { name });
    const names: unknown[] = [];
    for await (const event of stripe.events.list({ limit: 3 })) {
      names.push(event.type.startsWith('customer.') && 'name' in event.data.object && event.data.object.name);
    }
    expect(names).toEqual(['3', '2', '1', '0']);
    const { data } = await stripe.events.list();
    expect(new Set(data.map(({ created }) => created)).size).toBe(1);
  });

  it('are filtered by type, by types, by groups of types and by time', async () => {
    const { stripe, clock } = fixture;
    const { id } = await stripe.customers.create();
    clock.advanceSeconds(10);
    const late = Math.floor(clock.now() / 1000);
    await stripe.subscriptions.create({ customer: id, items: [{ price: 'price_1' }] });
    await stripe.customers.del(id);
    const typesOf = async (filter: Parameters<typeof stripe.events.list>[0]) =>
      (await stripe.events.list(filter)).data.map(({ type }) => type);
    expect(await typesOf({ type: 'customer.created' })).toEqual(['customer.created']);
    expect(await typesOf({ types: ['customer.created', 'customer.deleted'] })).toEqual([
      'customer.deleted',
      'customer.created',
    ]);
    expect(await typesOf({ type: 'customer.subscription.*' })).toEqual([
      'customer.subscription.deleted',
      'customer.subscription.created',
    ]);
    expect(await typesOf({ created: { lt: late } })).toEqual(['customer.created']);
    expect(await typesOf({ created: { gte: late } })).toHaveLength(3);
  });

  it('are retrieved by id', async () => {
    await fixture.stripe.customers.create();
    const event = await newest();
    expect(await fixture.stripe.events.retrieve(event.id)).toEqual(event);
    expect(await refusalOf(fixture.stripe.events.retrieve('evt_none'))).toMatchObject({ statusCode: 404 });
  });

  it('can be seen for 30 days', async () => {
    const { stripe, clock } = fixture;
    await stripe.customers.create();
    const event = await newest();
    clock.advanceSeconds(30 * DAY_SECONDS - 1);
    expect((await stripe.events.list()).data).toHaveLength(1);
    clock.advanceSeconds(1);
    expect((await stripe.events.list()).data).toEqual([]);
    expect(await refusalOf(stripe.events.retrieve(event.id))).toMatchObject({ statusCode: 404 });
  });

  it('that can no longer be seen take no room for ever', async () => {
    const { stripe, clock, control } = fixture;
    for (let index = 0; index < 200; index += 1) await stripe.customers.create();
    clock.advanceSeconds(31 * DAY_SECONDS);
    for (let index = 0; index < 100; index += 1) await stripe.customers.create();
    const { body } = await control('GET', 'state');
    expect(body).toMatchObject({ customers: { length: 300 }, events: { length: 100 } });
  });
});
