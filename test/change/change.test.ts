import { violations } from '../stack/invariants.ts';
import { type Reply, type Stack, startStack } from '../stack/stack.ts';
import { readWorld } from '../stack/world.ts';

const typeOf = (reply: Reply) => String(reply.body['type']).split('/').at(-1);
const MODES = [
  { mode: 'default', headers: {} },
  { mode: 'protected', headers: { 'x-use-integrity-protection': 'true' } },
];

describe('changing a customer', () => {
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

  async function createCustomer(name = 'Before'): Promise<{ id: string; email: string; path: string }> {
    made += 1;
    const email = `change${made}@example.com`;
    const headers = { 'x-use-integrity-protection': 'true' };
    const reply = await stack.call('POST', '/customers', { body: { name, email }, headers });
    expect(reply.status).toBe(201);
    return { id: String(reply.body['id']), email, path: `/customers/${reply.body['id']}` };
  }

  const twinOf = async (id: string) =>
    (await readWorld(stack)).stripe.find(({ metadata }) => metadata['concord_customer_id'] === id);

  it.each(MODES)('replaces both fields with PUT, and Stripe has them ($mode)', async ({ headers }) => {
    const { id, path } = await createCustomer();
    const email = `replaced-${id}@example.com`;
    const reply = await stack.call('PUT', path, { body: { name: ' After ', email }, headers });

    expect([reply.status, reply.headers.get('etag')]).toEqual([200, '"2"']);
    expect(reply.body).toMatchObject({ id, name: 'After', email, version: 2, status: 'active' });
    await stack.settle();
    expect(await twinOf(id)).toMatchObject({ name: 'After', email });
    expect((await stack.call('GET', path)).body).toMatchObject({
      name: 'After',
      integrations: { stripe: { sync_status: 'synced' } },
    });
  });

  it.each(MODES)('changes one field with PATCH, and sends only that to Stripe ($mode)', async ({ headers }) => {
    const { id, email, path } = await createCustomer();
    await stack.control$('DELETE', '/calls');
    const reply = await stack.call('PATCH', path, { body: { name: 'Patched' }, headers });
    await stack.settle();

    expect([reply.status, reply.body['name'], reply.body['email']]).toEqual([200, 'Patched', email]);
    expect(await twinOf(id)).toMatchObject({ name: 'Patched', email });
    const toStripe = (await stack.calls()).filter(({ service }) => service === 'stripe');
    const sent = toStripe.map(({ action }) => action).filter((action) => !action.startsWith('GET '));
    expect(sent).toEqual(['POST /v1/customers/{id}']);
    const events = (await stack.sandbox('GET', '/state'))['events'] as unknown as {
      data: { previous_attributes?: Record<string, unknown> };
    }[];
    expect(events.map(({ data }) => data.previous_attributes)).toContainEqual({ name: 'Before' });
  });

  it.each(MODES)('leaves what has the asked values already as it is ($mode)', async ({ headers }) => {
    const { path, email } = await createCustomer('Same');
    const reply = await stack.call('PUT', path, { body: { name: 'Same', email }, headers });
    expect([reply.status, reply.body['version']]).toEqual([200, 1]);
  });

  it.each(MODES)('honours If-Match ($mode)', async ({ headers }) => {
    const { path } = await createCustomer();
    const put = (ifMatch: string, name: string) =>
      stack.call('PATCH', path, { body: { name }, headers: { ...headers, 'if-match': ifMatch } });
    const stale = await put('"7"', 'Stale');
    expect([stale.status, typeOf(stale)]).toEqual([412, 'version-mismatch']);
    expect((await put('W/"1"', 'Weak')).status).toBe(412);
    expect((await put('nonsense', 'Odd')).status).toBe(400);
    expect((await put('"9", "1"', 'Listed')).status).toBe(200);
    expect((await put('*', 'Any')).status).toBe(200);
  });

  it.each(MODES)('lets one of two concurrent updates with one If-Match win ($mode)', async ({ headers }) => {
    const { path } = await createCustomer();
    const update = (name: string) =>
      stack.call('PATCH', path, { body: { name }, headers: { ...headers, 'if-match': '"1"' } });
    const replies = await Promise.all([update('One'), update('Two')]);
    expect(replies.map(({ status }) => status).toSorted()).toEqual([200, 412]);
  });

  it.each(MODES)('frees the old email, and refuses one that is taken ($mode)', async ({ headers }) => {
    const first = await createCustomer();
    const second = await createCustomer();
    const taken = await stack.call('PATCH', second.path, { body: { email: first.email.toUpperCase() }, headers });
    expect([taken.status, typeOf(taken)]).toEqual([409, 'email-taken']);

    const moved = await stack.call('PATCH', first.path, { body: { email: `moved-${first.email}` }, headers });
    expect(moved.status).toBe(200);
    const now = await stack.call('PATCH', second.path, { body: { email: first.email }, headers });
    expect([now.status, now.body['email']]).toEqual([200, first.email]);
  });

  it.each(MODES)('swaps the emails of two customers through a free third one ($mode)', async ({ headers }) => {
    const [a, b] = [await createCustomer('A'), await createCustomer('B')];
    const setEmail = (path: string, email: string) => stack.call('PATCH', path, { body: { email }, headers });
    const statuses = [
      (await setEmail(a.path, `free-${a.email}`)).status,
      (await setEmail(b.path, a.email)).status,
      (await setEmail(a.path, b.email)).status,
    ];
    expect(statuses).toEqual([200, 200, 200]);
    await stack.settle();
    expect([(await twinOf(a.id))?.email, (await twinOf(b.id))?.email]).toEqual([b.email, a.email]);
  });

  it.each(MODES)('lets one of two customers that want one email win ($mode)', async ({ headers }) => {
    const [a, b] = [await createCustomer(), await createCustomer()];
    const want = (path: string) => stack.call('PATCH', path, { body: { email: `wanted-${a.email}` }, headers });
    const replies = await Promise.all([want(a.path), want(b.path)]);
    const statuses = replies.map(({ status }) => status).toSorted();
    expect(statuses).toEqual([200, 409]);
  });

  it('keeps exactly what was when Stripe refuses a protected update', async () => {
    const { id, path, email } = await createCustomer();
    const before = await stack.call('GET', path);
    const request = {
      body: { name: 'Never', email: `never-${id}@rejected.example` },
      headers: { 'x-use-integrity-protection': 'true', 'idempotency-key': `never-${id}` },
    };
    const refused = await stack.call('PUT', path, request);
    const again = await stack.call('PUT', path, request);

    expect([refused.status, typeOf(refused)]).toEqual([422, 'stripe-rejected']);
    expect([again.status, again.text, again.headers.get('idempotency-replayed')]).toEqual([422, refused.text, 'true']);
    expect((await stack.call('GET', path)).text).toBe(before.text);
    expect(await twinOf(id)).toMatchObject({ name: 'Before', email });
  });

  it.each(['PATCH', 'DELETE'])(
    'lets a repeat of a %s join its own operation, and refuses another payload',
    async (method) => {
      const { id, path } = await createCustomer();
      const headers = {
        'x-use-integrity-protection': 'true',
        'idempotency-key': `join-${id}`,
        prefer: 'respond-async',
      };
      const body = method === 'PATCH' ? { name: 'Joined' } : undefined;
      const send = (more: Record<string, string> = {}) =>
        stack.call(method, path, { ...(body && { body }), headers: { ...headers, ...more } });
      await stack.control$('POST', '/faults', {
        function: 'concord-local-saga',
        service: 'stripe',
        kind: 'delay',
        delay_ms: 2500,
      });
      const first = await send();
      const joined = await send();
      const other = await send({ 'if-match': '*' });
      await stack.settle();
      const last = await send();

      expect([first.status, joined.status, last.status]).toEqual([202, 202, 200]);
      expect(joined.headers.get('location')).toBe(first.headers.get('location'));
      expect([other.status, typeOf(other)]).toEqual([422, 'idempotency-key-reused']);
    },
  );

  it.each(MODES)('mends a customer that Stripe refused to create ($mode)', async ({ mode, headers }) => {
    const bad = await stack.call('POST', '/customers', {
      body: { name: 'Bad', email: `bad-${mode}@rejected.example` },
    });
    await stack.settle();
    const path = `/customers/${bad.body['id']}`;
    expect((await stack.call('GET', path)).body).toMatchObject({ integrations: { stripe: { sync_status: 'failed' } } });
    const email = `mended-${mode}@example.com`;
    const mended = await stack.call('PATCH', path, { body: { email }, headers });
    expect(mended.status).toBe(200);
    await stack.settle();
    expect(await twinOf(String(bad.body['id']))).toMatchObject({ name: 'Bad', email });
  });

  it('goes forward, and restores nothing, when the outcome of a protected update stays unknown', async () => {
    const { id, path } = await createCustomer();
    const request = { service: 'stripe', action: 'POST /v1/customers/{id}' };
    await stack.control$('POST', '/faults', { ...request, kind: 'lost-reply' });
    await stack.control$('POST', '/faults', { ...request, kind: 'error', status: 503, nth: 2, times: 6 });
    const headers = { 'x-use-integrity-protection': 'true', 'idempotency-key': `unknown-${id}` };
    const first = await stack.call('PATCH', path, {
      body: { name: 'Forward' },
      headers: { ...headers, prefer: 'respond-async' },
    });
    for (let passed = 0; passed < 12; passed += 1) {
      await stack.settle();
      await stack.control$('POST', '/clock', { advance_seconds: 30 });
    }
    await stack.settle();
    const last = await stack.call('PATCH', path, { body: { name: 'Forward' }, headers });
    expect([first.status, last.status, last.body['name']]).toEqual([202, 200, 'Forward']);
    expect(await twinOf(id)).toMatchObject({ name: 'Forward' });
  });

  it('brings an edit over at once that was made while a protected update held the customer back', async () => {
    const { id, path } = await createCustomer();
    await stack.control$('POST', '/faults', {
      function: 'concord-local-saga',
      service: 'stripe',
      kind: 'delay',
      delay_ms: 2500,
    });
    await stack.call('PATCH', path, { body: { name: 'Owed' } });
    const held = await stack.call('PATCH', path, {
      body: { email: `held-${id}@rejected.example` },
      headers: { 'x-use-integrity-protection': 'true' },
    });
    expect([422, 409]).toContain(held.status);
    await stack.settle();
    expect(await twinOf(id)).toMatchObject({ name: 'Owed' });
  });

  it('shows a refused default update as failed, retries it with backoff, and agrees once it is mended', async () => {
    const { id, path, email } = await createCustomer();
    const reply = await stack.call('PATCH', path, { body: { email: `bad-${id}@rejected.example` } });
    expect(reply.status).toBe(200);
    await stack.settle();
    expect((await stack.call('GET', path)).body).toMatchObject({ integrations: { stripe: { sync_status: 'failed' } } });
    await stack.call('PATCH', path, { body: { email } });
    await stack.settle();
    expect((await stack.call('GET', path)).body).toMatchObject({ integrations: { stripe: { sync_status: 'synced' } } });
  });

  it('brings 50 quick edits over in far fewer pushes', async () => {
    const { id, path } = await createCustomer();
    await stack.control$('DELETE', '/calls');
    const beganAtMs = performance.now();
    for (let n = 0; n < 50; n += 1) await stack.call('PATCH', path, { body: { name: `Edit ${n}` } });
    const seconds = (performance.now() - beganAtMs) / 1000;
    await stack.settle();
    const calls = (await stack.calls()).filter(({ service }) => service === 'stripe').length;
    // Pokes are gathered for a second, and a push reads and writes.
    expect(calls).toBeLessThanOrEqual(Math.max(12, 2 * (seconds + 1)));
    expect(await twinOf(id)).toMatchObject({ name: 'Edit 49' });
  });

  it('loses no update of 30 writers of one customer, and answers none with 5xx', async () => {
    const { path } = await createCustomer();
    const replies = await Promise.all(
      Array.from({ length: 30 }, (_, n) =>
        stack.call('PATCH', path, {
          body: { name: `Writer ${n}` },
          headers: { 'x-use-integrity-protection': String(n % 3 === 0) },
        }),
      ),
    );
    const won = replies.filter(({ status }) => status === 200);
    expect(won.length).toBeGreaterThan(0);
    for (const reply of replies.filter(({ status }) => status !== 200)) {
      expect([reply.status, typeOf(reply)]).toEqual([409, 'customer-busy']);
    }
    expect(new Set(won.map(({ body }) => body['version'])).size).toBe(won.length);
    expect((await stack.call('GET', path)).body['version']).toBe(1 + won.length);
  });

  it('answers 404 for a customer that does not exist', async () => {
    for (const { headers } of MODES) {
      expect((await stack.call('PATCH', '/customers/nobody', { body: { name: 'N' }, headers })).status).toBe(404);
      expect((await stack.call('DELETE', '/customers/nobody', { headers })).status).toBe(404);
    }
  });
});
