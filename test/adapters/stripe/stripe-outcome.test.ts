import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { stripeClient } from '#adapters/stripe/stripe-client.ts';
import { StripeIntegration } from '#adapters/stripe/stripe-integration.ts';
import { IntegrationUnavailableError } from '#ports/integration.ts';

type Answer = { readonly status: number; readonly body: string; readonly headers?: Record<string, string> };

const PAGE = '<html><body>Sorry.</body></html>';
const stripes = (error: Record<string, string>) =>
  JSON.stringify({ error: { message: 'In Stripe’s words.', ...error } });
const INVALID = stripes({ type: 'invalid_request_error', code: 'email_invalid' });
const MISSING = stripes({ type: 'invalid_request_error', code: 'resource_missing' });
const FAILED = stripes({ type: 'api_error' });
const REPLAYED = { 'idempotent-replayed': 'true' };

/** The real SDK hears each of these from a server; Stripe's own word and anybody else's must be told apart. */
describe('what an answer says of a request to Stripe', () => {
  let server: Server;
  let stripe: StripeIntegration;
  let answer: Answer | 'hang up';
  let requests = 0;
  beforeAll(async () => {
    server = createServer((request, response) => {
      requests += 1;
      if (answer === 'hang up') request.socket.destroy();
      else response.writeHead(answer.status, answer.headers).end(answer.body);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const client = stripeClient('sk_test_x', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    stripe = new StripeIntegration(async () => client, 'test');
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  const ownership = { customerId: 'customer', operationId: 'operation' };
  function create(given: typeof answer) {
    answer = given;
    return stripe.createCustomer({ name: 'Name', email: 'name@example.com', ownership }, 'key');
  }

  it.each<[string, Answer]>([
    ['a page with 502', { status: 502, body: PAGE }],
    ['nothing with 503', { status: 503, body: '' }],
    ['a JSON message with 504', { status: 504, body: '{"message":"Endpoint request timed out"}' }],
    ['a JSON error in one word with 502', { status: 502, body: '{"error":"Bad Gateway"}' }],
    ['a JSON error of its own with 500', { status: 500, body: '{"error":{"code":500,"message":"Oops"}}' }],
    ['an error of a type that Stripe has not, with 500', { status: 500, body: '{"error":{"type":"gateway_error"}}' }],
    ['a JSON message with 404', { status: 404, body: '{"message":"no Route matched"}' }],
    ['a page with 400', { status: 400, body: PAGE }],
    ['a page with 404', { status: 404, body: PAGE }],
    ['a JSON error in one word with 400', { status: 400, body: '{"error":"Bad Request"}' }],
    ['a JSON error of its own with 404', { status: 404, body: '{"error":{"code":"resource_missing"}}' }],
    ['nothing with 408', { status: 408, body: '' }],
    ['a page with 413', { status: 413, body: PAGE }],
    ['a page with 200', { status: 200, body: PAGE }],
    ['a JSON message with 200', { status: 200, body: '{"message":"Back soon"}' }],
  ])('of a gateway, %s: unknown', async (_, given) => expect(await create(given)).toMatchObject({ is: 'unknown' }));

  it('a connection that breaks: unknown, and sent once', async () => {
    const before = requests;
    expect(await create('hang up')).toMatchObject({ is: 'unknown' });
    expect(requests - before).toBe(1);
  });

  it.each<[string, Answer, object]>([
    ['5xx: failed', { status: 500, body: FAILED }, { is: 'failed', replayed: false }],
    ['5xx, replayed', { status: 500, body: FAILED, headers: REPLAYED }, { is: 'failed', replayed: true }],
    ['400: rejected', { status: 400, body: INVALID }, { is: 'rejected', reason: 'In Stripe’s words.' }],
    ['402: rejected', { status: 402, body: stripes({ type: 'card_error' }) }, { is: 'rejected' }],
    ['missing resource: rejected', { status: 404, body: MISSING }, { is: 'rejected' }],
    ['409: unknown', { status: 409, body: stripes({ type: 'idempotency_error' }) }, { is: 'unknown' }],
    ['other parameters: unknown', { status: 400, body: stripes({ type: 'idempotency_error' }) }, { is: 'unknown' }],
    ['401: nothing', { status: 401, body: stripes({ type: 'invalid_request_error' }) }, { is: 'nothing' }],
    ['429: nothing', { status: 429, body: stripes({ type: 'invalid_request_error' }) }, { is: 'nothing' }],
    [
      '2xx: accepted',
      { status: 200, body: '{"id":"cus_1","object":"customer"}' },
      { is: 'accepted', value: { externalId: 'cus_1' } },
    ],
  ])('of Stripe, %s', async (_, given, outcome) => expect(await create(given)).toMatchObject(outcome));

  it.each<[string, (stripe: StripeIntegration) => Promise<unknown>]>([
    ['a customer', (stripe) => stripe.findCustomer('cus_1')],
    ['what we made', (stripe) => stripe.findOwned(ownership, { sinceMs: 0, untilMs: 1 })],
    ['live subscriptions', (stripe) => stripe.hasLiveSubscriptions('cus_1')],
    ['any use', (stripe) => stripe.isUnused('cus_1')],
  ])('a lookup of %s that a gateway answers, finds nothing out', async (_, look) => {
    answer = { status: 503, body: '{"message":"Service Unavailable"}' };
    await expect(look(stripe)).rejects.toThrow(IntegrationUnavailableError);
  });

  it('that nobody has used a customer, only a key that may read all of it can say', async () => {
    answer = { status: 403, body: stripes({ type: 'invalid_request_error', code: 'permission_denied' }) };
    expect(await stripe.isUnused('cus_1')).toBe(false);
  });

  it('that a customer is gone, only Stripe can say', async () => {
    answer = { status: 404, body: PAGE };
    expect(await stripe.deleteCustomer('cus_1')).toMatchObject({ is: 'unknown' });
    await expect(stripe.findCustomer('cus_1')).rejects.toThrow(IntegrationUnavailableError);
    answer = { status: 404, body: MISSING };
    expect(await stripe.deleteCustomer('cus_1')).toMatchObject({ is: 'accepted' });
    expect(await stripe.findCustomer('cus_1')).toBeUndefined();
  });
});
