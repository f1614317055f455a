import { snapshot, thin } from '../adapters/stripe-webhook/events.ts';
import { type Call, type Stack, startStack } from '../stack/stack.ts';
import { type Delivered, deliverEvent, postWebhook, signatureOf } from '../stack/webhook.ts';

const EVENT = snapshot('customer.updated', {
  data: { object: { id: 'cus_nobody' }, previous_attributes: { name: 'A' } },
});
const BODY = JSON.stringify(EVENT);
/** Two bytes that no text has. */
const NOT_UTF8 = Buffer.concat([
  Buffer.from('{"object":"event","name":"'),
  Buffer.from([0xff, 0xc3]),
  Buffer.from('"}'),
]);

describe('the webhook receiver', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack();
    // The secret is read by the first delivery that has a signature, and then kept for five minutes.
    await deliverEvent(stack, snapshot('invoice.paid'));
  });
  afterAll(() => stack.stop());

  /** What a delivery was answered, and which calls it took. Environments that are new read the secret. */
  async function deliver(work: () => Promise<Delivered>) {
    await stack.control$('DELETE', '/calls');
    const answer = await work();
    const calls = (await stack.calls()).filter((call) => call.function === 'concord-local-webhook');
    return { ...answer, calls, calledServices: calls.map(({ service }: Call) => service) };
  }
  const signed = (body: string | Buffer, ageSeconds = 0) => ({
    'stripe-signature': signatureOf(stack, body, { ageSeconds }),
  });

  describe('refuses, with 400 and without a read or a write,', () => {
    type Case = readonly [what: string, detail: RegExp, post: () => Promise<Delivered>];
    it.each<Case>([
      ['an unsigned delivery', /no Stripe-Signature header/, () => postWebhook(stack, BODY)],
      [
        'a malformed signature',
        /not of the form t=…,v1=…/,
        () => postWebhook(stack, BODY, { 'stripe-signature': 'v1' }),
      ],
      ['a tampered body', /No signature was made/, () => postWebhook(stack, `${BODY} `, signed(BODY))],
      ['a stale delivery', /more than 300 seconds ago/, () => postWebhook(stack, BODY, signed(BODY, 302))],
      ['another secret', /No signature was made/, () => deliverEvent(stack, EVENT, { secret: 'whsec_other' })],
      ['the other mode', /other mode/, () => deliverEvent(stack, { ...EVENT, livemode: true })],
      ['another account', /another Stripe account/, () => deliverEvent(stack, { ...EVENT, account: 'acct_other' })],
      [
        'another account’s thin event',
        /another Stripe account/,
        () => deliverEvent(stack, thin('v1.customer.updated', { context: 'acct_other' })),
      ],
      ['what is not JSON', /not JSON/, () => deliverEvent(stack, '{"object": "event"')],
      ['what is no event', /not an event/, () => deliverEvent(stack, { id: 'cus_1', object: 'customer' })],
      ['an event that names no customer', /not an event/, () => deliverEvent(stack, { ...EVENT, data: {} })],
      ['an empty body', /not JSON/, () => deliverEvent(stack, '')],
      ['what is not UTF-8, as text', /No signature was made/, () => postWebhook(stack, NOT_UTF8, signed(NOT_UTF8))],
      [
        'what is not UTF-8, in base64',
        /No signature was made/,
        () => postWebhook(stack, NOT_UTF8, { 'content-type': 'application/octet-stream', ...signed(NOT_UTF8) }),
      ],
    ])('%s', async (_what, detail, post) => {
      const { status, headers, body, calledServices } = await deliver(post);
      expect(status).toBe(400);
      expect(headers.get('content-type')).toBe('application/problem+json');
      expect(body).toMatchObject({
        ...{ type: expect.stringMatching(/\/validation$/), status: 400, detail: expect.stringMatching(detail) },
        ...{ errors: [{ pointer: expect.any(String), message: expect.any(String) }], request_id: expect.any(String) },
      });
      expect(JSON.stringify(body)).not.toMatch(/cus_nobody|whsec_|acct_other/);
      expect(calledServices).toEqual([]);
    });
  });

  it('refuses what is larger than 512 KiB with 413, however well it is signed, and takes what is as large', async () => {
    const ofBytes = (bytes: number) => BODY + ' '.repeat(bytes - BODY.length);
    for (const body of [ofBytes(1024 * 1024), ofBytes(512 * 1024 + 1)]) {
      const refused = await deliver(() => postWebhook(stack, body, signed(body)));
      expect(refused).toMatchObject({ status: 413, body: { type: expect.stringMatching(/\/payload-too-large$/) } });
      expect(refused.calledServices).toEqual([]);
    }
    expect((await deliver(() => deliverEvent(stack, ofBytes(512 * 1024)))).status).toBe(200);
  });

  it('is posted to, and not got', async () => {
    const response = await fetch(stack.webhook);
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
  });

  it.each([
    ['a snapshot event', () => deliverEvent(stack, EVENT)],
    ['a thin event', () => deliverEvent(stack, thin('v1.customer.deleted'))],
    [
      'a body in base64',
      () => postWebhook(stack, BODY, { 'content-type': 'application/octet-stream', ...signed(BODY) }),
    ],
    ['a delivery that is almost stale', () => deliverEvent(stack, EVENT, { ageSeconds: 295 })],
    ['an event of another API version', () => deliverEvent(stack, { ...EVENT, api_version: '2020-08-27' })],
    [
      'what was signed with two secrets',
      () =>
        postWebhook(stack, BODY, {
          'stripe-signature': `${signatureOf(stack, BODY, { secret: 'whsec_old' })},${signatureOf(stack, BODY)}`,
        }),
    ],
  ])('queues %s with one call, then answers 200', async (_what, post) => {
    const { status, body, calls } = await deliver(post);
    expect([status, body]).toEqual([200, { received: true }]);
    expect(calls.map(({ service, action }) => [service, action])).toEqual([['sqs', 'SendMessage']]);
  });

  it.each([snapshot('invoice.paid'), thin('v2.core.account.updated')])(
    'acknowledges $type without a call',
    async (event) => {
      const { status, body, calls } = await deliver(() => deliverEvent(stack, event));
      expect([status, body, calls]).toEqual([200, { received: true }, []]);
    },
  );

  it('answers 500 while the queue fails, so that Stripe sends it again, and 200 afterwards', async () => {
    await stack.control$('POST', '/faults', {
      function: 'concord-local-webhook',
      service: 'sqs',
      kind: 'error',
      times: 99,
    });
    const failed = await deliver(() => deliverEvent(stack, EVENT));
    expect(failed).toMatchObject({ status: 500, body: { type: expect.stringMatching(/\/internal$/) } });
    expect(JSON.stringify(failed.body)).not.toMatch(/sqs|cus_nobody/i);
    await stack.control$('DELETE', '/faults');
    expect((await deliver(() => deliverEvent(stack, EVENT))).status).toBe(200);
  });

  it('survives a single failure of the queue by itself', async () => {
    await stack.control$('POST', '/faults', { function: 'concord-local-webhook', service: 'sqs', kind: 'throttle' });
    expect((await deliver(() => deliverEvent(stack, EVENT))).status).toBe(200);
    await stack.control$('DELETE', '/faults');
  });

  it('reads its secret again after five minutes, and goes on with what it has while it cannot', async () => {
    await stack.control$('POST', '/clock', { advance_seconds: 301 });
    await stack.control$('POST', '/faults', {
      function: 'concord-local-webhook',
      service: 'secrets',
      kind: 'error',
      times: 99,
    });
    const inTheStacksTime = () => deliverEvent(stack, EVENT, { ageSeconds: -301 });
    expect(await deliver(inTheStacksTime)).toMatchObject({
      status: 200,
      calledServices: expect.arrayContaining(['secrets']),
    });
    await stack.control$('DELETE', '/faults');
    await stack.control$('POST', '/clock', { advance_seconds: 11 });
    expect(await deliver(inTheStacksTime)).toMatchObject({ status: 200, calledServices: ['secrets', 'sqs'] });
  });

  it('is where the sandbox delivers its events by itself', async () => {
    await stack.control$('DELETE', '/calls');
    await fetch(`${stack.stripe}/v1/customers`, {
      method: 'POST',
      headers: { authorization: 'Bearer sk_test_x', 'content-type': 'application/x-www-form-urlencoded' },
      body: 'name=Jane',
    });
    for (let tries = 0; tries < 1_000; tries += 1) {
      const calls = (await stack.calls()).filter((call) => call.function === 'concord-local-webhook');
      if (calls.some(({ service }) => service === 'sqs')) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error('The event was not queued within minutes.');
  });
});
