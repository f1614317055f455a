import { type Fixture, rawPost, refusalOf, startFixture, until, untilInFlight } from './sandbox-fixture.ts';

const DAY_SECONDS = 24 * 60 * 60;

describe('idempotency keys of the Stripe sandbox', () => {
  let fixture: Fixture;
  beforeEach(async () => {
    fixture = await startFixture();
  });
  afterEach(() => fixture.close());

  const post = (body: string, key: string, path = '/v1/customers') =>
    rawPost(fixture.sandbox.url, path, body, { 'idempotency-key': key });
  const customerCount = async () => (await fixture.stripe.customers.list()).data.length;
  const create = (name: string, idempotencyKey: string) =>
    fixture.stripe.customers.create({ name }, { idempotencyKey });

  it('replay the status and the very bytes of the first reply, and say so', async () => {
    const first = await post('name=Ada', 'key-1');
    const second = await post('name=Ada', 'key-1');

    expect(second.status).toBe(first.status);
    expect(second.text).toBe(first.text);
    expect(first.headers.get('idempotent-replayed')).toBeNull();
    expect(second.headers.get('idempotent-replayed')).toBe('true');
    expect(first.headers.get('original-request')).toBe(first.headers.get('request-id'));
    expect(second.headers.get('original-request')).toBe(first.headers.get('request-id'));
    expect(second.headers.get('request-id')).not.toBe(first.headers.get('request-id'));
    expect(await customerCount()).toBe(1);
  });

  it('replay the reply of the time, not the state of today', async () => {
    const created = await create('Ada', 'key-1');
    await fixture.stripe.customers.del(created.id);
    expect(await create('Ada', 'key-1')).toMatchObject({ id: created.id, name: 'Ada' });
  });

  it('make one event for all replays', async () => {
    await create('Ada', 'key-1');
    await create('Ada', 'key-1');
    expect((await fixture.stripe.events.list()).data).toHaveLength(1);
  });

  it('do not care for the order of parameters', async () => {
    await post('name=Ada&metadata[a]=1&metadata[b]=2', 'key-1');
    const second = await post('metadata[b]=2&metadata[a]=1&name=Ada', 'key-1');
    expect(second.headers.get('idempotent-replayed')).toBe('true');
  });

  it('are refused with other parameters', async () => {
    await create('Ada', 'key-1');
    expect(await refusalOf(create('Bob', 'key-1'))).toMatchObject({
      type: 'StripeIdempotencyError',
      statusCode: 400,
      message: expect.stringContaining('can only be used with the same parameters they were first used with'),
    });
    expect(await customerCount()).toBe(1);
  });

  it('are refused for another path', async () => {
    const { id } = await create('Ada', 'key-1');
    const refusal = await refusalOf(fixture.stripe.customers.update(id, { name: 'Ada' }, { idempotencyKey: 'key-1' }));
    expect(refusal).toMatchObject({
      type: 'StripeIdempotencyError',
      statusCode: 400,
      message: expect.stringContaining(`('/v1/customers/${id}' vs '/v1/customers')`),
    });
  });

  it('of more than 255 characters are refused', async () => {
    expect((await create('Ada', 'k'.repeat(255))).name).toBe('Ada');
    expect(await refusalOf(create('Ada', 'k'.repeat(256)))).toMatchObject({ statusCode: 400 });
  });

  it('are forgotten after 24 hours', async () => {
    const first = await create('Ada', 'key-1');
    fixture.clock.advanceSeconds(DAY_SECONDS - 1);
    expect((await create('Ada', 'key-1')).id).toBe(first.id);
    fixture.clock.advanceSeconds(1);
    const another = await create('Bob', 'key-1');
    expect(another).toMatchObject({ name: 'Bob' });
    expect(another.id).not.toBe(first.id);
    expect((await create('Bob', 'key-1')).id).toBe(another.id);
  });

  it('have no effect on GET and DELETE', async () => {
    const { stripe } = fixture;
    const { id } = await stripe.customers.create();
    await stripe.customers.retrieve(id, {}, { idempotencyKey: 'key-1' });
    await stripe.customers.del(id, {}, { idempotencyKey: 'key-1' });
    expect(await refusalOf(stripe.customers.del(id, {}, { idempotencyKey: 'key-1' }))).toMatchObject({
      statusCode: 404,
    });
    await create('Ada', 'key-1');
  });

  describe('whose first request is still in flight', () => {
    beforeEach(() => fixture.control('POST', 'latency', { ms: 300 }));

    it('are refused with 409, and replay once it is done', async () => {
      const first = create('Ada', 'key-1');
      await untilInFlight(fixture, 'key-1');
      expect(await refusalOf(create('Ada', 'key-1'))).toMatchObject({
        statusCode: 409,
        rawType: 'idempotency_error',
        code: 'idempotency_key_in_use',
      });
      const { id } = await first;
      expect((await create('Ada', 'key-1')).id).toBe(id);
      expect(await customerCount()).toBe(1);
    });

    it('are refused with 409 also when the effect is already there', async () => {
      const first = create('Ada', 'key-1');
      await untilInFlight(fixture, 'key-1', 1);
      expect(await refusalOf(create('Ada', 'key-1'))).toMatchObject({ statusCode: 409 });
      await first;
    });

    it('are refused with 400 for other parameters', async () => {
      const first = create('Ada', 'key-1');
      await untilInFlight(fixture, 'key-1');
      expect(await refusalOf(create('Bob', 'key-1'))).toMatchObject({
        statusCode: 400,
        type: 'StripeIdempotencyError',
      });
      await first;
    });

    it('make one customer when ten requests race', async () => {
      const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => create('Ada', 'key-1')));
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect(await customerCount()).toBe(1);
    });

    it('have their effect although the caller hangs up', async () => {
      const hangUp = new AbortController();
      const call = fetch(`${fixture.sandbox.url}/v1/customers`, {
        method: 'POST',
        headers: { authorization: 'Bearer sk_test_x', 'idempotency-key': 'key-1' },
        body: new URLSearchParams({ name: 'Ada' }),
        signal: hangUp.signal,
      });
      await untilInFlight(fixture, 'key-1');
      hangUp.abort();
      await expect(call).rejects.toThrow();
      expect((await refusalOf(create('Ada', 'key-1'))).statusCode).toBe(409);
      await until(async () => (await post('name=Ada', 'key-1')).headers.get('idempotent-replayed') === 'true');
      expect(await customerCount()).toBe(1);
    });
  });

  describe('and failures', () => {
    const planFailure = (afterEffect: boolean, times = 1) =>
      fixture.control('POST', 'fail', { method: 'POST', path: '/v1/customers', times, after_effect: afterEffect });

    it('replay a 500 that happened before the effect', async () => {
      await planFailure(false);
      const first = await post('name=Ada', 'key-1');
      expect(first.status).toBe(500);
      expect(JSON.parse(first.text).error).toMatchObject({ type: 'api_error' });
      const second = await post('name=Ada', 'key-1');
      expect([second.status, second.text]).toEqual([500, first.text]);
      expect(second.headers.get('idempotent-replayed')).toBe('true');
      expect(await customerCount()).toBe(0);
      await create('Ada', 'key-2');
    });

    it('replay a 500 that happened after the effect, which stays', async () => {
      await planFailure(true);
      expect(await refusalOf(create('Ada', 'key-1'))).toMatchObject({ statusCode: 500, type: 'StripeAPIError' });
      expect(await refusalOf(create('Ada', 'key-1'))).toMatchObject({ statusCode: 500 });
      expect(await customerCount()).toBe(1);
      expect((await fixture.stripe.events.list()).data).toMatchObject([{ request: { idempotency_key: 'key-1' } }]);
    });

    it('fail as often as planned, and never for a path that was not named', async () => {
      const { id } = await create('Ada', 'key-0');
      await planFailure(false, 2);
      await fixture.stripe.customers.update(id, { name: 'x' });
      const statuses = [await post('', 'key-1'), await post('', 'key-2'), await post('', 'key-3')].map(
        ({ status }) => status,
      );
      expect(statuses).toEqual([500, 500, 200]);
    });

    it('fail by the template of a path', async () => {
      const { id } = await create('Ada', 'key-0');
      await fixture.control('POST', 'fail', { method: 'DELETE', path: '/v1/customers/{id}', after_effect: true });
      expect(await refusalOf(fixture.stripe.customers.del(id))).toMatchObject({ statusCode: 500 });
      expect(await fixture.stripe.customers.retrieve(id)).toMatchObject({ deleted: true });
    });

    it('replay a refusal that the endpoint found while it executed', async () => {
      const body = 'email=ada@declined.example';
      const [first, second] = [await post(body, 'key-1'), await post(body, 'key-1')];
      expect([first.status, second.status]).toEqual([402, 402]);
      expect(second.headers.get('idempotent-replayed')).toBe('true');
    });

    it('do not save a refusal of invalid parameters, whose key is then free for a corrected request', async () => {
      expect((await post('email=nonsense', 'key-1')).status).toBe(400);
      expect((await post('email=nonsense', 'key-1')).headers.get('idempotent-replayed')).toBeNull();
      expect((await post('email=ada@example.com', 'key-1')).status).toBe(200);
    });
  });

  it('stand in the control state, with every request that was answered', async () => {
    await create('Ada', 'key-1');
    await create('Ada', 'key-1');
    const { body } = await fixture.control('GET', 'state');
    expect(body).toMatchObject({
      idempotency: [{ key: 'key-1', path: '/v1/customers', status: 200, in_flight: false }],
      requests: [
        { method: 'POST', path: '/v1/customers', idempotency_key: 'key-1', status: 200, replayed: false },
        { method: 'POST', path: '/v1/customers', idempotency_key: 'key-1', status: 200, replayed: true },
      ],
    });
  });
});
