import { violations } from '../stack/invariants.ts';
import { type Stack, startStack } from '../stack/stack.ts';
import { readWorld } from '../stack/world.ts';

const PROTECTED = { 'x-use-integrity-protection': 'true' };

describe('creating a customer', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack();
  });
  afterAll(() => stack.stop());
  afterEach(async () => {
    await stack.settle();
    expect(violations(await readWorld(stack))).toEqual([]);
  });

  it('answers with integrity protection when both sides agree', async () => {
    const reply = await stack.call('POST', '/customers', {
      body: { name: ' John Doe ', email: ' John@Example.com ' },
      headers: PROTECTED,
    });

    expect(reply.status).toBe(201);
    expect(reply.body).toEqual({
      id: expect.any(String),
      name: 'John Doe',
      email: 'John@Example.com',
      status: 'active',
      version: 1,
      created_at: expect.stringMatching(/Z$/),
      updated_at: expect.stringMatching(/Z$/),
      integrations: {
        stripe: {
          external_id: expect.stringMatching(/^cus_/),
          sync_status: 'synced',
          last_synced_at: expect.stringMatching(/Z$/),
          conflict: null,
        },
      },
    });
    expect(reply.headers.get('location')).toBe(`/customers/${reply.body['id']}`);
    expect(reply.headers.get('etag')).toBe('"1"');
    const { stripe } = await readWorld(stack);
    expect(stripe).toContainEqual(
      expect.objectContaining({
        name: 'John Doe',
        email: 'John@Example.com',
        metadata: expect.objectContaining({ concord_stage: 'local', concord_customer_id: reply.body['id'] }),
      }),
    );
    const read = await stack.call('GET', `/customers/${reply.body['id']}`);
    expect([read.status, read.text, read.headers.get('etag')]).toEqual([200, reply.text, '"1"']);
  });

  it('answers by default at once, and Stripe follows', async () => {
    const reply = await stack.call('POST', '/customers/', { body: { name: 'Ann', email: 'ann@example.com' } });

    expect(reply.status).toBe(201);
    expect(reply.body).toMatchObject({
      status: 'active',
      integrations: { stripe: { external_id: null, sync_status: 'pending' } },
    });
    await stack.settle();
    const read = await stack.call('GET', `/customers/${reply.body['id']}`);
    expect(read.body).toMatchObject({
      integrations: { stripe: { external_id: expect.stringMatching(/^cus_/), sync_status: 'synced' } },
    });
  });

  it('answers 202 with the operation to a caller that prefers not to wait', async () => {
    const reply = await stack.call('POST', '/customers', {
      body: { name: 'Bob', email: 'bob@example.com' },
      headers: { ...PROTECTED, prefer: 'respond-async' },
    });

    expect(reply.status).toBe(202);
    expect(reply.headers.get('retry-after')).toMatch(/^\d+$/);
    const location = reply.headers.get('location') ?? '';
    expect(location).toMatch(/^\/operations\//);
    await stack.settle();
    const operation = await stack.call('GET', location);
    expect(operation.body).toEqual({
      id: location.split('/')[2],
      kind: 'create',
      customer_id: expect.any(String),
      status: 'succeeded',
      created_at: expect.any(String),
      updated_at: expect.any(String),
      steps: [
        {
          name: 'apply',
          attempt: 1,
          started_at: expect.any(String),
          ended_at: expect.any(String),
          outcome: 'accepted',
          stripe_request_id: expect.stringMatching(/^req_/),
        },
      ],
    });
  });

  it('gives the final reply to a repeat of a key that was answered 202', async () => {
    const request = {
      body: { name: 'Cleo', email: 'cleo@example.com' },
      headers: { ...PROTECTED, 'idempotency-key': 'cleo' },
    };
    const first = await stack.call('POST', '/customers', {
      ...request,
      headers: { ...request.headers, prefer: 'respond-async' },
    });
    expect(first.status).toBe(202);
    await stack.settle();
    const second = await stack.call('POST', '/customers', request);
    const third = await stack.call('POST', '/customers', request);
    expect([second.status, third.status, third.text]).toEqual([201, 201, second.text]);
    expect(third.headers.get('idempotency-replayed')).toBe('true');
  });

  it.each([true, false])(
    'refuses an email that another customer has, whatever its case (protected: %s)',
    async (isProtected) => {
      const email = `Taken-${isProtected}@example.com`;
      const headers = isProtected ? PROTECTED : {};
      await stack.call('POST', '/customers', { body: { name: 'First', email }, headers });
      const reply = await stack.call('POST', '/customers', {
        body: { name: 'Second', email: email.toUpperCase() },
        headers,
      });
      expect(reply.status).toBe(409);
      expect(reply.headers.get('content-type')).toBe('application/problem+json');
      expect(reply.body).toEqual({
        type: expect.stringMatching(/\/email-taken$/),
        title: expect.any(String),
        status: 409,
        detail: expect.any(String),
        request_id: expect.any(String),
      });
    },
  );

  it('lists each customer once, in pages, and finds one by email', async () => {
    for (let n = 0; n < 7; n += 1) {
      await stack.call('POST', '/customers', { body: { name: `Page ${n}`, email: `page${n}@example.com` } });
    }
    await stack.settle();
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page = await stack.call('GET', `/customers?limit=3${cursor && `&cursor=${cursor}`}`);
      expect(page.status).toBe(200);
      const { data, next_cursor } = page.body as unknown as { data: { id: string }[]; next_cursor: string | null };
      expect(data.length).toBeLessThanOrEqual(3);
      seen.push(...data.map(({ id }) => id));
      cursor = next_cursor;
    }
    const live = (await readWorld(stack)).customers.filter(({ status }) => status === 'active');
    expect(seen.toSorted()).toEqual(live.map(({ id }) => id).toSorted());

    const found = await stack.call('GET', '/customers?email=PAGE3@example.com');
    expect(found.body).toMatchObject({ data: [{ name: 'Page 3' }], next_cursor: null });
    const synced = await stack.call('GET', '/customers?sync_status=failed');
    expect(synced.body).toMatchObject({ data: [] });
  });

  it('lists each customer that stays exactly once while others come and go', async () => {
    const walk = async () => {
      const seen: string[] = [];
      let cursor: string | null = '';
      while (cursor !== null) {
        const { body } = await stack.call('GET', `/customers?limit=2${cursor && `&cursor=${cursor}`}`);
        seen.push(...(body['data'] as { id: string }[]).map(({ id }) => id));
        cursor = body['next_cursor'] as string | null;
      }
      return seen;
    };
    const staying = await walk();
    const comeAndGo = async () => {
      for (let n = 0; n < 12; n += 1) {
        const made = await stack.call('POST', '/customers', {
          body: { name: 'Brief', email: `brief${n}@example.com` },
        });
        if (n % 2 === 0) await stack.call('DELETE', `/customers/${made.body['id']}`);
      }
    };
    const [seen] = await Promise.all([walk(), comeAndGo()]);
    expect(new Set(seen).size).toBe(seen.length);
    expect(staying.filter((id) => !seen.includes(id))).toEqual([]);
  });

  it('answers 404 for what does not exist, and 200 for its health without a token', async () => {
    expect((await stack.call('GET', '/customers/nobody')).status).toBe(404);
    expect((await stack.call('GET', '/operations/nothing')).status).toBe(404);
    expect((await stack.call('GET', `/customers/${'x'.repeat(3000)}`)).status).toBe(404);
    expect((await stack.call('POST', '/customers/some/where', { body: {} })).status).toBe(404);
    const health = await fetch(`${stack.api}/health`);
    expect(health.status).toBe(200);
  });
});
