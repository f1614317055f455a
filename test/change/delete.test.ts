import { violations } from '../stack/invariants.ts';
import { type Reply, type Stack, startStack } from '../stack/stack.ts';
import { readWorld } from '../stack/world.ts';

const typeOf = (reply: Reply) => String(reply.body['type']).split('/').at(-1);
const PROTECTED = { 'x-use-integrity-protection': 'true' };
const MODES = [
  { mode: 'default', headers: {} },
  { mode: 'protected', headers: PROTECTED },
];

describe('deleting a customer', () => {
  let stack: Stack;
  let made = 0;
  beforeAll(async () => {
    stack = await startStack();
  });
  afterAll(() => stack.stop());
  afterEach(async () => {
    await stack.settle();
    expect(violations(await readWorld(stack))).toEqual([]);
  });

  async function createCustomer() {
    made += 1;
    const body = { name: 'Leaving', email: `leaving${made}@example.com` };
    const reply = await stack.call('POST', '/customers', { body, headers: PROTECTED });
    const { external_id } = (reply.body['integrations'] as { stripe: { external_id: string } }).stripe;
    return { body, id: reply.body['id'] as string, path: `/customers/${reply.body['id']}`, externalId: external_id };
  }

  async function subscribe(customer: string): Promise<void> {
    const response = await fetch(`${stack.stripe}/v1/subscriptions`, {
      method: 'POST',
      headers: { authorization: 'Bearer sk_test_x', 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ customer, 'items[0][price]': 'price_1' }),
    });
    expect(response.status).toBe(200);
  }

  it.each(MODES)('removes it on both sides, and frees its email ($mode)', async ({ headers }) => {
    const { body, id, path, externalId } = await createCustomer();
    const reply = await stack.call('DELETE', path, { headers });

    expect([reply.status, reply.body]).toEqual([200, { id, deleted: true }]);
    expect((await stack.call('GET', path)).status).toBe(404);
    expect((await stack.call('DELETE', path, { headers })).status).toBe(404);
    await stack.settle();
    const world = await readWorld(stack);
    expect(world.stripe.map((twin) => twin.id)).not.toContain(externalId);
    expect(JSON.stringify(world.customers.find((item) => item['id'] === id))).not.toContain(body.email);
    expect((await stack.call('POST', '/customers', { body, headers: PROTECTED })).status).toBe(201);
  });

  it.each(MODES)(
    'gives the same reply to a repeat of its key, also when the reply cache has lost it ($mode)',
    async ({ mode, headers }) => {
      const { path } = await createCustomer();
      const keyed = { ...headers, 'idempotency-key': `delete-${mode}` };
      const update = { function: 'concord-local-delete-customer', service: 'dynamodb', action: 'UpdateItem' };
      await stack.control$('POST', '/faults', { ...update, kind: 'error', status: 400, times: 10 });
      const first = await stack.call('DELETE', path, { headers: keyed });
      await stack.control$('DELETE', '/faults');
      await stack.control$('POST', '/clock', { advance_seconds: 60 });
      const second = await stack.call('DELETE', path, { headers: keyed });
      expect([first.status, second.status, second.text]).toEqual([200, 200, first.text]);
      expect(second.headers.get('idempotency-replayed')).toBe('true');
    },
  );

  it.each(MODES)('is refused while a subscription lives, unless it may be cancelled ($mode)', async ({ headers }) => {
    const { path, externalId } = await createCustomer();
    await subscribe(externalId);
    const refused = await stack.call('DELETE', path, { headers });
    expect([refused.status, typeOf(refused)]).toEqual([409, 'customer-has-subscriptions']);
    expect((await stack.call('GET', path)).body['status']).toBe('active');
    expect((await stack.call('DELETE', `${path}?cancel_subscriptions=maybe`, { headers })).status).toBe(400);
    expect((await stack.call('DELETE', `${path}?cancel_subscriptions=true`, { headers })).status).toBe(200);
  });

  it.each(MODES)(
    'changes nothing when Stripe cannot say whether there are subscriptions ($mode)',
    async ({ headers }) => {
      const { path } = await createCustomer();
      await stack.control$('POST', '/faults', { service: 'stripe', action: 'GET /v1/subscriptions', kind: 'error' });
      const reply = await stack.call('DELETE', path, { headers });
      expect([reply.status, typeOf(reply)]).toEqual([503, 'stripe-unavailable']);
      expect((await stack.call('GET', path)).body).toMatchObject({ status: 'active', version: 1 });
    },
  );

  it('leaves the customer as it was when Stripe refuses a protected delete', async () => {
    const { path } = await createCustomer();
    const before = await stack.call('GET', path);
    const refusal = { service: 'stripe', action: 'DELETE /v1/customers/{id}', kind: 'error', status: 400 };
    await stack.control$('POST', '/faults', { ...refusal, times: 1 });
    const reply = await stack.call('DELETE', path, { headers: PROTECTED });
    expect([reply.status, typeOf(reply)]).toEqual([422, 'stripe-rejected']);
    expect((await stack.call('GET', path)).text).toBe(before.text);
  });

  it('is released in the end when Stripe refuses it only after a request whose outcome was unknown', async () => {
    const { path } = await createCustomer();
    const before = await stack.call('GET', path);
    const request = { service: 'stripe', action: 'DELETE /v1/customers/{id}' };
    // The first request dies on its way, with the function that sent it.
    await stack.control$('POST', '/faults', { ...request, kind: 'kill-before' });
    await stack.control$('POST', '/faults', { ...request, kind: 'error', status: 400, nth: 2, times: 1000 });
    const reply = await stack.call('DELETE', path, { headers: { ...PROTECTED, prefer: 'respond-async' } });
    for (let passed = 0; passed < 12; passed += 1) {
      await stack.settle();
      await stack.control$('POST', '/clock', { advance_seconds: 600 });
    }
    await stack.settle();
    await stack.control$('DELETE', '/faults');
    const operation = await stack.call('GET', reply.headers.get('location') ?? '');
    expect([operation.body['status'], operation.body['problem']]).toEqual([
      'compensated',
      expect.objectContaining({ type: expect.stringMatching(/stripe-rejected$/) }),
    ]);
    expect((await stack.call('GET', path)).text).toBe(before.text);
  });

  it('goes forward when the first request may have been sent', async () => {
    const { path } = await createCustomer();
    const request = { service: 'stripe', action: 'DELETE /v1/customers/{id}' };
    await stack.control$('POST', '/faults', { ...request, kind: 'lost-reply', times: 2 });
    await stack.control$('POST', '/faults', { ...request, kind: 'error', nth: 3, times: 3 });
    const reply = await stack.call('DELETE', path, { headers: { ...PROTECTED, prefer: 'respond-async' } });
    expect(reply.status).toBe(202);
    for (let passed = 0; passed < 6; passed += 1) {
      await stack.settle();
      await stack.control$('POST', '/clock', { advance_seconds: 10 });
    }
    await stack.settle();
    expect((await stack.call('GET', reply.headers.get('location') ?? '')).body['status']).toBe('succeeded');
    expect((await stack.call('GET', path)).status).toBe(404);
  });

  it('lets an update and a delete at the same time end in agreement', async () => {
    for (let round = 0; round < 6; round += 1) {
      const { path } = await createCustomer();
      const headers = round % 2 === 0 ? PROTECTED : {};
      const [update, gone] = await Promise.all([
        stack.call('PATCH', path, { body: { name: `Round ${round}` }, headers: round % 3 === 0 ? PROTECTED : {} }),
        stack.call('DELETE', path, { headers }),
      ]);
      expect([200, 404, 409]).toContain(update.status);
      expect([200, 409]).toContain(gone.status);
    }
    await stack.settle();
  });

  it('deletes a customer that Stripe has not got yet', async () => {
    const body = { name: 'Brief', email: 'brief@example.com' };
    const created = await stack.call('POST', '/customers', { body });
    const reply = await stack.call('DELETE', `/customers/${created.body['id']}`);
    expect(reply.status).toBe(200);
    await stack.settle();
    expect((await readWorld(stack)).stripe.map(({ email }) => email)).not.toContain(body.email);
  });
});
