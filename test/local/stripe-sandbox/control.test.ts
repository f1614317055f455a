import { openCollections } from '../../../local/persistent-collection.ts';
import { newestRequests, recordRequest } from '../../../local/stripe-sandbox/request-log.ts';
import { openState } from '../../../local/stripe-sandbox/state.ts';
import { type Fixture, refusalOf, startFixture } from './sandbox-fixture.ts';

describe('control calls of the Stripe sandbox', () => {
  let fixture: Fixture;
  beforeEach(async () => {
    fixture = await startFixture();
  });
  afterEach(() => fixture.close());

  it('reset everything, settings and planned failures included', async () => {
    const { stripe, control } = fixture;
    const { id } = await stripe.customers.create({ name: 'Ada' }, { idempotencyKey: 'key-1' });
    await stripe.subscriptions.create({ customer: id, items: [{ price: 'price_1' }] });
    await control('POST', 'search', { lag_seconds: 0 });
    await control('POST', 'webhooks', { mode: 'hold' });
    await control('POST', 'fail', { method: 'GET', path: '/v1/customers' });

    await control('POST', 'reset');

    expect((await control('GET', 'state')).body).toEqual({
      customers: [],
      events: [],
      idempotency: [],
      subscriptions: [],
      payment_intents: [],
      charges: [],
      invoices: [],
      requests: [],
      webhooks: { mode: 'deliver', pending: [] },
      settings: { latency_ms: 0, search_lag_seconds: 60 },
    });
    expect((await stripe.customers.list()).data).toEqual([]);
    expect(await refusalOf(stripe.customers.retrieve(id))).toMatchObject({ statusCode: 404 });
    expect((await stripe.customers.create({ name: 'Bob' }, { idempotencyKey: 'key-1' })).name).toBe('Bob');
  });

  it('record refused requests too, and none of their own', async () => {
    await refusalOf(fixture.stripe.customers.create({ email: 'nonsense' }));
    const { body } = await fixture.control('GET', 'state');
    expect(body).toMatchObject({
      requests: [
        {
          at: '2026-11-23T10:00:00.000Z',
          method: 'POST',
          path: '/v1/customers',
          status: 400,
          request_id: expect.stringMatching(/^req_/),
        },
      ],
    });
  });

  it('tell of the newest 10,000 requests', async () => {
    const { open } = openCollections();
    const state = openState(open);
    for (let index = 1; index <= 12_500; index += 1) {
      const path = `/v1/customers/${index}`;
      const request_id = `req_${index}`;
      recordRequest(state, {
        at: '',
        method: 'GET',
        path,
        idempotency_key: null,
        status: 200,
        request_id,
        replayed: false,
      });
    }
    const { length, 0: oldest, [length - 1]: newest } = newestRequests(state.requests);
    expect([length, oldest?.request_id, newest?.request_id]).toEqual([10_000, 'req_2501', 'req_12500']);
    expect(state.requests.size).toBeLessThan(11_001);
  });

  it('make each request take as long as they say', async () => {
    await fixture.control('POST', 'latency', { ms: 60 });
    const start = performance.now();
    await fixture.stripe.customers.list();
    expect(performance.now() - start).toBeGreaterThan(55);
  });

  it.each([
    ['POST', 'webhooks', { mode: 'sometimes' }],
    ['POST', 'webhooks/deliver', { events: 'evt_1' }],
    ['POST', 'latency', { ms: -1 }],
    ['POST', 'search', { lag_seconds: 3601 }],
    ['POST', 'fail', { method: 'POST' }],
    ['POST', 'fail', { method: 'POST', path: '/v1/customers', times: 0 }],
    ['POST', 'reset', [1]],
  ] as const)('refuse %s %s %j', async (method, path, body) => {
    expect((await fixture.control(method, path, body)).status).toBe(400);
  });

  it('answer 404 for a call that there is not', async () => {
    expect((await fixture.control('GET', 'weather')).status).toBe(404);
  });
});
