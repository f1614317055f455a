import { dashboard } from '../stack/dashboard.ts';
import { type Call, type Stack, startStack } from '../stack/stack.ts';
import { readWorld } from '../stack/world.ts';
import { bothSides, countEvents, createTwins, deliver, eventsSince } from '../two-way/told.ts';

const PROTECTED = { 'x-use-integrity-protection': 'true' };

/** What operations may cost, by counting calls. The reads with which the API waits are not counted. */
describe('the calls of an operation', () => {
  let stack: Stack;
  let customers = 0;
  beforeAll(async () => {
    stack = await startStack();
    // The echoes of what is counted here would be counted with it; test/two-way/echo.test.ts counts them.
    await stack.sandbox('POST', '/webhooks', { mode: 'hold' });
  });
  afterAll(() => stack.stop());

  async function callsOf(work: () => Promise<unknown>): Promise<Call[]> {
    await stack.settle();
    await stack.control$('DELETE', '/calls');
    await work();
    await stack.settle();
    return stack.calls();
  }

  const count = (calls: Call[], service: string, action?: string) =>
    calls.filter((call) => call.service === service && (action === undefined || call.action === action)).length;

  function create(headers: Record<string, string>): Promise<unknown> {
    customers += 1;
    return stack.call('POST', '/customers', {
      body: { name: 'Budget', email: `budget${customers}@example.com` },
      headers,
    });
  }

  it('with protection and a key: one to Stripe, two transactions, two of the reply cache, one read by the saga', async () => {
    const before = (await readWorld(stack)).items.filter(({ sk }) => sk !== 'COUNTER').length;
    const calls = await callsOf(() => create({ ...PROTECTED, 'idempotency-key': 'budget' }));

    expect(count(calls, 'stripe')).toBe(1);
    expect(count(calls, 'states')).toBe(1);
    expect(count(calls, 'dynamodb', 'TransactWriteItems')).toBe(2);
    const ofReplyCache = count(calls, 'dynamodb', 'PutItem') + count(calls, 'dynamodb', 'UpdateItem');
    expect(ofReplyCache).toBe(2);
    const reads = calls.filter(({ action }) => action === 'GetItem');
    expect(reads.filter((call) => call.function === 'concord-local-saga')).toHaveLength(1);
    expect(count(calls, 'dynamodb') - reads.length).toBe(4);
    // Four items are made by the first transaction; the second makes three more, changes three of the first, and counts.
    const made = (await readWorld(stack)).items.filter(({ sk }) => sk !== 'COUNTER').length;
    expect(made - before).toBe(7);
  });

  it('by default with a key: nothing to Stripe, one transaction, two of the reply cache; its push five at most', async () => {
    const calls = await callsOf(() => create({ 'idempotency-key': 'default' }));
    const ofApi = calls.filter((call) => call.function === 'concord-local-api');
    const ofPush = calls.filter((call) => call.function === 'concord-local-sync');

    expect([count(ofApi, 'stripe'), count(ofApi, 'dynamodb'), count(ofApi, 'dynamodb', 'TransactWriteItems')]).toEqual([
      0, 3, 1,
    ]);
    expect(count(ofPush, 'stripe')).toBe(1);
    expect(count(ofPush, 'dynamodb')).toBeLessThanOrEqual(5);
  });

  it.each(['default', 'budget'])('a replay of the key %s: one, and none to Stripe', async (key) => {
    const number = key === 'budget' ? 1 : 2;
    const calls = await callsOf(() =>
      stack.call('POST', '/customers', {
        body: { name: 'Budget', email: `budget${number}@example.com` },
        headers: { 'idempotency-key': key, ...(key === 'budget' && PROTECTED) },
      }),
    );
    expect([count(calls, 'dynamodb'), calls.length]).toEqual([1, 1]);
  });

  it.each([
    ['PATCH', { name: 'Cheaper' }, 1],
    ['PATCH', { email: 'cheaper@example.com' }, 1],
    ['DELETE', undefined, 2],
  ])(
    '%s %j with protection and a key: two transactions, two of the reply cache, one read each by API and saga',
    async (method, body, stripe) => {
      const made = await stack.call('POST', '/customers', {
        body: { name: 'Dear', email: `dear-${Math.random()}@example.com` },
        headers: PROTECTED,
      });
      const headers = { ...PROTECTED, 'idempotency-key': `budget-${Math.random()}` };
      const path = `/customers/${made.body['id']}`;
      const calls = await callsOf(() => stack.call(method, path, { headers, ...(body && { body }) }));

      expect(count(calls, 'stripe')).toBe(stripe);
      expect(count(calls, 'dynamodb', 'TransactWriteItems')).toBe(2);
      expect(count(calls, 'dynamodb', 'PutItem') + count(calls, 'dynamodb', 'UpdateItem')).toBe(2);
      expect(count(calls, 'dynamodb', 'BatchGetItem')).toBe(1);
      expect(
        calls.filter(({ action, ...call }) => action === 'GetItem' && call.function.endsWith('-saga')),
      ).toHaveLength(1);
    },
  );

  it('a default edit with a key: one read, one transaction, two of the reply cache; its push five at most, and one to Stripe besides a read', async () => {
    const made = await stack.call('POST', '/customers', {
      body: { name: 'Edit', email: 'edit@example.com' },
      headers: PROTECTED,
    });
    const path = `/customers/${made.body['id']}`;
    const calls = await callsOf(() =>
      stack.call('PATCH', path, { body: { name: 'Edited' }, headers: { 'idempotency-key': 'edit' } }),
    );
    const ofApi = calls.filter((call) => call.function === 'concord-local-api');
    const ofPush = calls.filter((call) => call.function === 'concord-local-sync');
    expect([count(ofApi, 'dynamodb'), count(ofApi, 'dynamodb', 'TransactWriteItems'), count(ofApi, 'stripe')]).toEqual([
      4, 1, 0,
    ]);
    // What Stripe holds is read first: somebody may have changed it there.
    expect(ofPush.filter(({ service }) => service === 'stripe').map(({ action }) => action)).toEqual([
      'GET /v1/customers/{id}',
      'POST /v1/customers/{id}',
    ]);
    expect(count(ofPush, 'dynamodb')).toBeLessThanOrEqual(5);
  });

  it.each(['name', 'email'])('an edit of the %s in Stripe: one read of Stripe, five at most', async (field) => {
    const twins = await createTwins(stack, `foreign-${field}@example.com`);
    const known = await countEvents(stack);
    await dashboard(stack).customers.update(twins.externalId, { [field]: `edited-${field}@example.com` });
    const events = await eventsSince(stack, known);
    const calls = await callsOf(() => deliver(stack, events));
    const ofSync = calls.filter((call) => call.function === 'concord-local-sync');

    expect(ofSync.filter(({ service }) => service === 'stripe').map(({ action }) => action)).toEqual([
      'GET /v1/customers/{id}',
    ]);
    // Taking the run writes one item. Ending it writes customer, sync, audit and, for an email, two claims. Once a minute,
    // a process also notes that webhooks come.
    const notes = count(ofSync, 'dynamodb', 'TransactWriteItems') - 2;
    expect([0, 1]).toContain(notes);
    expect(count(ofSync, 'dynamodb')).toBeLessThanOrEqual(5);
    expect((await bothSides(stack, twins)).here).toMatchObject({ [field]: `edited-${field}@example.com` });

    const again = await callsOf(() => deliver(stack, events));
    const reads = again.filter(
      (call) => call.function === 'concord-local-sync' && call.action !== 'TransactWriteItems',
    );
    expect(reads.map(({ service }) => service)).toEqual(['dynamodb', 'dynamodb']);
  });

  it('another payload under a used key: one', async () => {
    const calls = await callsOf(() => create({ 'idempotency-key': 'default' }));
    expect(calls.map(({ action }) => action)).toEqual(['PutItem']);
  });

  it('reading a customer: one', async () => {
    const calls = await callsOf(() => stack.call('GET', '/customers/unknown'));
    expect(calls.map(({ action }) => action)).toEqual(['BatchGetItem']);
  });
});
