import { violations } from '../stack/invariants.ts';
import { type Reply, type Stack, startStack } from '../stack/stack.ts';
import { readWorld } from '../stack/world.ts';

const typeOf = (reply: Reply) => String(reply.body['type']).split('/').at(-1);
const keyed = (key: string) => ({ 'x-use-integrity-protection': 'true', 'idempotency-key': key });

describe('an idempotency key', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack();
  });
  afterAll(() => stack.stop());
  afterEach(async () => {
    await stack.settle();
    expect(violations(await readWorld(stack))).toEqual([]);
  });

  it('replays a refusal of Stripe, with its reason, and leaves nothing behind', async () => {
    const request = { body: { name: 'Ref', email: 'ref@rejected.example' }, headers: keyed('refused') };
    const first = await stack.call('POST', '/customers', request);
    const second = await stack.call('POST', '/customers', request);

    expect([first.status, typeOf(first)]).toEqual([422, 'stripe-rejected']);
    expect(first.body['detail']).toMatch(/email/i);
    expect([second.status, second.text]).toEqual([422, first.text]);
    expect(second.headers.get('idempotency-replayed')).toBe('true');
    const { claims, customers, stripe } = await readWorld(stack);
    expect([claims, customers.filter(({ status }) => status !== 'deleted'), stripe]).toEqual([[], [], []]);
  });

  it('makes a new attempt after a 503, and reaches 201', async () => {
    const request = { body: { name: 'Retry', email: 'retry@example.com' }, headers: keyed('unavailable') };
    await stack.control$('POST', '/faults', { service: 'stripe', kind: 'throttle', times: 1000 });
    const first = await stack.call('POST', '/customers', request);
    await stack.control$('DELETE', '/faults');
    const second = await stack.call('POST', '/customers', request);
    const third = await stack.call('POST', '/customers', request);

    expect([first.status, typeOf(first)]).toEqual([503, 'stripe-unavailable']);
    expect(first.headers.get('retry-after')).toMatch(/^\d+$/);
    expect([second.status, second.headers.get('idempotency-replayed')]).toEqual([201, null]);
    expect([third.status, third.text, third.headers.get('idempotency-replayed')]).toEqual([201, second.text, 'true']);
  });

  it('keeps what Stripe has no room for: a 429 is neither a refusal nor a loss, in either mode', async () => {
    const throttled = { service: 'stripe', action: 'POST /v1/customers', kind: 'throttle' };
    await stack.control$('POST', '/faults', { ...throttled, function: 'concord-local-saga', times: 2 });
    const body = { name: 'Many', email: 'many@example.com' };
    expect((await stack.call('POST', '/customers', { body, headers: keyed('many') })).status).toBe(201);
    await stack.control$('POST', '/faults', { ...throttled, function: 'concord-local-sync', times: 2 });
    const made = await stack.call('POST', '/customers', { body: { name: 'More', email: 'more@example.com' } });
    const statusOf = async () => {
      const { integrations } = (await stack.call('GET', `/customers/${made.body['id']}`)).body;
      return (integrations as { stripe: { sync_status: string } }).stripe.sync_status;
    };
    expect(made.status).toBe(201);
    // Tried, and owed still: it is tried again by itself.
    await stack.quiesce();
    expect(await statusOf()).toBe('synced');
  });

  it('is new again after 24 hours', async () => {
    const headers = { 'idempotency-key': 'old' };
    const first = await stack.call('POST', '/customers', { body: { name: 'Old', email: 'old@example.com' }, headers });
    await stack.settle();
    await stack.control$('POST', '/clock', { advance_seconds: 24 * 3600 - 60 });
    const before = await stack.call('POST', '/customers', { body: { name: 'Old', email: 'old@example.com' }, headers });
    await stack.control$('POST', '/clock', { advance_seconds: 120 });
    const after = await stack.call('POST', '/customers', { body: { name: 'New', email: 'new@example.com' }, headers });

    expect([before.status, before.text]).toEqual([201, first.text]);
    expect([after.status, after.body['name'], after.headers.get('idempotency-replayed')]).toEqual([201, 'New', null]);
  });

  it('is not taken over by another payload while its own request is under way', async () => {
    const body = { name: 'Mine', email: 'mine@example.com' };
    const headers = keyed('mine');
    const first = await stack.call('POST', '/customers', { body, headers: { ...headers, prefer: 'respond-async' } });
    const other = await stack.call('POST', '/customers', { body: { ...body, name: 'Other' }, headers });
    const again = await stack.call('POST', '/customers', { body, headers });
    expect([first.status, other.status, again.status]).toEqual([202, 422, 201]);
  });

  it('is forgotten after 24 hours, also when its reply was first read late', async () => {
    const body = { name: 'Late', email: 'late@example.com' };
    const headers = keyed('late');
    await stack.call('POST', '/customers', { body, headers: { ...headers, prefer: 'respond-async' } });
    await stack.settle();
    await stack.control$('POST', '/clock', { advance_seconds: 24 * 3600 - 60 });
    const late = await stack.call('POST', '/customers', { body, headers });
    await stack.control$('POST', '/clock', { advance_seconds: 120 });
    const after = await stack.call('POST', '/customers', { body: { ...body, email: 'later@example.com' }, headers });
    expect([late.status, after.status, after.body['email']]).toEqual([201, 201, 'later@example.com']);
  });

  it('is not in progress when nothing is, after the reply cache lost a reply of its own', async () => {
    const table = { function: 'concord-local-api', service: 'dynamodb', action: 'PutItem' };
    await stack.control$('POST', '/faults', { ...table, kind: 'lost-reply' });
    const reply = await stack.call('POST', '/customers', {
      body: { name: 'Alone', email: 'alone@example.com' },
      headers: keyed('alone'),
    });
    expect(reply.status).toBe(201);
  });

  it('is not used up by a request that was refused before any work', async () => {
    const headers = keyed('fresh');
    const bad = await stack.call('POST', '/customers', { body: { name: '', email: 'fresh@example.com' }, headers });
    const good = await stack.call('POST', '/customers', {
      body: { name: 'Fresh', email: 'fresh@example.com' },
      headers,
    });
    expect([bad.status, good.status]).toEqual([400, 201]);
  });

  it.each([
    ['lost@example.com', 201],
    ['lost@rejected.example', 422],
  ])('gives the same final reply from the catalog when the reply cache has lost it (%s)', async (email, status) => {
    const request = { body: { name: 'Lost', email }, headers: keyed(`lost ${email}`) };
    const table = { function: 'concord-local-api', service: 'dynamodb' };
    // The record of the reply is never written: every try of the update fails.
    await stack.control$('POST', '/faults', { ...table, action: 'UpdateItem', kind: 'error', status: 400, times: 10 });
    const first = await stack.call('POST', '/customers', request);
    await stack.control$('DELETE', '/faults');
    await stack.control$('POST', '/clock', { advance_seconds: 60 });
    const second = await stack.call('POST', '/customers', request);

    expect([first.status, second.status, second.text]).toEqual([status, status, first.text]);
    expect(second.headers.get('idempotency-replayed')).toBe('true');
  });
});
