import Stripe from 'stripe';
import { type Fixture, rawPost, refusalOf, startFixture, stripeFor } from './sandbox-fixture.ts';

describe('what the Stripe sandbox refuses', () => {
  let fixture: Fixture;
  beforeAll(async () => {
    fixture = await startFixture();
  });
  afterAll(() => fixture.close());

  it.each(['nobody', 'a@', '@b.example', 'a@b', 'a b@c.example', 'a@b..example', 'a@b.example.', 'a@@b.example'])(
    'the invalid email %s',
    async (email) => {
      expect(await refusalOf(fixture.stripe.customers.create({ email }))).toMatchObject({
        type: 'StripeInvalidRequestError',
        statusCode: 400,
        code: 'email_invalid',
        param: 'email',
        message: `Invalid email address: ${email}`,
      });
    },
  );

  it('an email of rejected.example, so that a test can have a valid address refused', async () => {
    const refusal = await refusalOf(fixture.stripe.customers.create({ email: 'Ada@Rejected.example' }));
    expect(refusal).toMatchObject({ statusCode: 400, code: 'email_invalid' });
  });

  it('an email of declined.example as a declined card', async () => {
    expect(await refusalOf(fixture.stripe.customers.create({ email: 'ada@declined.example' }))).toMatchObject({
      type: 'StripeCardError',
      statusCode: 402,
      code: 'card_declined',
    });
  });

  it('an email of more than 512 characters, and a name of more than 256', async () => {
    const { stripe } = fixture;
    const domain = '@example.com';
    const longest = 'a'.repeat(512 - domain.length) + domain;
    expect(await stripe.customers.create({ email: longest, name: 'n'.repeat(256) })).toMatchObject({ email: longest });
    expect(await refusalOf(stripe.customers.create({ email: `a${longest}` }))).toMatchObject({
      statusCode: 400,
      param: 'email',
    });
    expect(await refusalOf(stripe.customers.create({ name: 'n'.repeat(257) }))).toMatchObject({
      statusCode: 400,
      param: 'name',
      message: 'Invalid string: nnnnnn...nnnnnn; must be at most 256 characters',
    });
  });

  it('metadata keys of more than 40 characters and values of more than 500', async () => {
    const { stripe } = fixture;
    await stripe.customers.create({ metadata: { ['k'.repeat(40)]: 'v'.repeat(500) } });
    const tooLong = [{ ['k'.repeat(41)]: 'v' }, { k: 'v'.repeat(501) }];
    for (const metadata of tooLong) {
      expect(await refusalOf(stripe.customers.create({ metadata }))).toMatchObject({
        statusCode: 400,
        param: 'metadata',
      });
    }
  });

  it('a fifty-first metadata key, also when it comes by an update, which then changes nothing', async () => {
    const { stripe } = fixture;
    const fifty = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`k${index}`, 'v']));
    const { id } = await stripe.customers.create({ metadata: fifty });
    expect(await refusalOf(stripe.customers.update(id, { name: 'x', metadata: { more: 'v' } }))).toMatchObject({
      statusCode: 400,
      param: 'metadata',
    });
    expect(await stripe.customers.retrieve(id)).toMatchObject({ name: null, metadata: fifty });
    await stripe.customers.update(id, { metadata: { k0: '', more: 'v' } });
  });

  it('a parameter that it does not know', async () => {
    const { url } = fixture.sandbox;
    const plain = await rawPost(url, '/v1/customers', 'nickname=x');
    expect(plain.status).toBe(400);
    expect(JSON.parse(plain.text).error).toMatchObject({
      type: 'invalid_request_error',
      code: 'parameter_unknown',
      param: 'nickname',
      message: 'Received unknown parameter: nickname',
    });
    const nested = await rawPost(url, '/v1/customers', 'nick[name]=x');
    expect(JSON.parse(nested.text).error.message).toBe('Received unknown parameter: nick[name]');
  });

  it('a body that is not form-encoded', async () => {
    const reply = await rawPost(fixture.sandbox.url, '/v1/customers', '{"name":"x"}', {
      'content-type': 'application/json',
    });
    expect(reply.status).toBe(400);
  });

  it('a limit out of range, two cursors at once, and a cursor that never was', async () => {
    const { stripe } = fixture;
    for (const limit of [0, 101]) {
      expect(await refusalOf(stripe.customers.list({ limit }))).toMatchObject({ statusCode: 400, param: 'limit' });
    }
    expect(await refusalOf(stripe.customers.list({ starting_after: 'cus_a', ending_before: 'cus_b' }))).toMatchObject({
      statusCode: 400,
    });
    expect(await refusalOf(stripe.customers.list({ starting_after: 'cus_none' }))).toMatchObject({
      statusCode: 400,
      code: 'resource_missing',
      param: 'starting_after',
    });
  });

  it('to expand what it does not model', async () => {
    expect(await refusalOf(fixture.stripe.customers.list({ expand: ['data.tax'] }))).toMatchObject({
      statusCode: 400,
      message: 'This property cannot be expanded (data.tax).',
    });
  });

  it('a path that it does not know', async () => {
    const reply = await rawPost(fixture.sandbox.url, '/v1/nothing', '');
    expect(reply.status).toBe(404);
    expect(JSON.parse(reply.text).error).toMatchObject({
      type: 'invalid_request_error',
      message: expect.stringContaining('Unrecognized request URL (POST: /v1/nothing)'),
    });
  });

  it('a call without a key', async () => {
    const reply = await rawPost(fixture.sandbox.url, '/v1/customers', '', { authorization: '' });
    expect(reply.status).toBe(401);
    expect(reply.headers.get('request-id')).toMatch(/^req_/);
    expect(JSON.parse(reply.text).error.message).toContain('You did not provide an API key.');
  });

  it.each(['sk_live_abcdefgh', 'pk_test_abcdefgh', 'nonsense'])('the key %s', async (key) => {
    const refusal = await refusalOf(stripeFor(fixture.sandbox.url, key).customers.list());
    expect(refusal).toMatchObject({ type: 'StripeAuthenticationError', statusCode: 401 });
    expect(refusal.message).not.toContain(key);
  });

  it('to act for another account', async () => {
    const { stripe } = fixture;
    expect(await refusalOf(stripe.customers.list({}, { stripeAccount: 'acct_other' }))).toMatchObject({
      statusCode: 403,
      code: 'account_invalid',
    });
    const { id } = await stripe.accounts.retrieveCurrent();
    await stripe.customers.list({}, { stripeAccount: id });
  });
});

describe('what the Stripe sandbox accepts', () => {
  let fixture: Fixture;
  beforeAll(async () => {
    fixture = await startFixture();
  });
  afterAll(() => fixture.close());

  it('restricted test keys, and keys as the user of Basic authentication', async () => {
    await stripeFor(fixture.sandbox.url, 'rk_test_x').customers.list();
    const basic = `Basic ${Buffer.from('sk_test_x:').toString('base64')}`;
    expect((await rawPost(fixture.sandbox.url, '/v1/customers', '', { authorization: basic })).status).toBe(200);
  });

  it('a version, which it echoes, and has that of the SDK for itself', async () => {
    const { url } = fixture.sandbox;
    const named = await rawPost(url, '/v1/customers', '', { 'stripe-version': '2025-03-31.basil' });
    expect(named.headers.get('stripe-version')).toBe('2025-03-31.basil');
    const unnamed = await rawPost(url, '/v1/customers', '');
    expect(unnamed.headers.get('stripe-version')).toBe(Stripe.API_VERSION);
  });

  it('its account being asked for', async () => {
    expect(await fixture.stripe.accounts.retrieveCurrent()).toMatchObject({
      object: 'account',
      id: expect.stringMatching(/^acct_[0-9A-Za-z]{16}$/),
    });
  });
});
