import { type Stack, startStack } from '../stack/stack.ts';
import { beginUnstarted, type Page, PROTECTED, problemOf, walk } from './stories.ts';

type Entry = { readonly at: string; readonly before: { name: string } | null; readonly after: { name: string } | null };

describe('the audit of a customer', () => {
  let stack: Stack;
  let made = 0;
  beforeAll(async () => {
    stack = await startStack();
  });
  afterAll(() => stack.stop());

  async function createCustomer(headers = {}) {
    made += 1;
    const body = { name: 'v1', email: `audited${made}@example.com` };
    const reply = await stack.call('POST', '/customers', { body, headers });
    return { ...body, id: String(reply.body['id']), path: `/customers/${reply.body['id']}` };
  }

  async function rename(path: string, ...names: string[]): Promise<void> {
    for (const name of names) expect((await stack.call('PATCH', path, { body: { name } })).status).toBe(200);
  }

  it('tells each change, newest first, with what was before and after', async () => {
    const { path, email } = await createCustomer();
    await rename(path, 'v2');
    const { status, body } = await stack.call('GET', `${path}/audit`);
    expect(status).toBe(200);
    const time = expect.stringMatching(/^\d{4}-.*Z$/);
    expect(body).toEqual({
      data: [
        { at: time, cause: 'api', operation_id: null, before: { name: 'v1', email }, after: { name: 'v2', email } },
        { at: time, cause: 'api', operation_id: null, before: null, after: { name: 'v1', email } },
      ],
      next_cursor: null,
    });
  });

  it('names the operation of a protected change, and Stripe’s request', async () => {
    const { path, id } = await createCustomer(PROTECTED);
    const [entry] = ((await stack.call('GET', `${path}/audit`)).body as Page<Record<string, unknown>>).data;
    expect(entry?.['stripe_request_id']).toMatch(/^req_/);
    const operation = await stack.call('GET', `/operations/${entry?.['operation_id']}`);
    expect(operation.body).toMatchObject({ kind: 'create', customer_id: id, status: 'succeeded' });
  });

  it('stays readable when the customer is deleted', async () => {
    const { path, email } = await createCustomer();
    expect((await stack.call('DELETE', path)).status).toBe(200);
    expect((await stack.call('GET', path)).status).toBe(404);
    const { data } = (await stack.call('GET', `${path}/audit`)).body as Page<Entry>;
    expect(data.map(({ before, after }) => [before, after])).toEqual([
      [{ name: 'v1', email }, null],
      [null, { name: 'v1', email }],
    ]);
  });

  it('is empty, not unknown, while the customer is being created', async () => {
    const { customer_id } = await beginUnstarted(stack, 'being-created@example.com');
    const reply = await stack.call('GET', `/customers/${customer_id}/audit`);
    expect([reply.status, reply.body]).toEqual([200, { data: [], next_cursor: null }]);
  });

  it('is not found for a customer that never was', async () => {
    for (const id of ['never-was', 'not%20an%20id', 'x'.repeat(65)]) {
      expect(problemOf(await stack.call('GET', `/customers/${id}/audit`))).toEqual([404, 'not-found']);
    }
  });

  it('shows each entry once in a walk, whatever is changed meanwhile', async () => {
    const { path } = await createCustomer();
    await rename(path, 'v2', 'v3', 'v4', 'v5', 'v6');
    let later = 0;
    const entries = await walk<Entry>(stack, `${path}/audit?limit=2`, () => {
      later += 1;
      return rename(path, `later ${later}`);
    });
    expect(entries.map(({ after }) => after?.name)).toEqual(['v6', 'v5', 'v4', 'v3', 'v2', 'v1']);
  });

  it('ends with the last entry: no page is empty', async () => {
    const { path } = await createCustomer();
    await rename(path, 'v2');
    const page = (await stack.call('GET', `${path}/audit?limit=2`)).body as Page<Entry>;
    expect([page.data.length, page.next_cursor]).toEqual([2, null]);
  });

  it.each(['0', '101', '-1', '1.5', 'ten', ''])('refuses the limit "%s"', async (limit) => {
    const { path } = await createCustomer();
    const reply = await stack.call('GET', `${path}/audit?limit=${limit}`);
    expect(problemOf(reply)).toEqual([400, 'validation', '/limit']);
  });

  it('refuses a query that it does not know', async () => {
    const { path } = await createCustomer();
    expect(problemOf(await stack.call('GET', `${path}/audit?since=now`))).toEqual([400, 'validation', '/since']);
  });

  it('refuses cursors that are not its own', async () => {
    const [one, other] = [await createCustomer(), await createCustomer()];
    await rename(one.path, 'v2');
    const { next_cursor } = (await stack.call('GET', `${one.path}/audit?limit=1`)).body as Page<Entry>;
    const ofCustomers = (await stack.call('GET', '/customers?limit=1')).body as Page<unknown>;
    const forged = Buffer.from(`audit ${one.id}\nSYNC#stripe`).toString('base64url');
    const isRefused = [400, 'validation', 'cursor'];
    for (const cursor of ['', 'x', '%00', `${next_cursor}A`, String(ofCustomers.next_cursor), forged]) {
      expect(problemOf(await stack.call('GET', `${one.path}/audit?cursor=${cursor}`))).toEqual(isRefused);
    }
    expect(problemOf(await stack.call('GET', `${other.path}/audit?cursor=${next_cursor}`))).toEqual(isRefused);
    expect(problemOf(await stack.call('GET', `/customers?cursor=${next_cursor}`))).toEqual(isRefused);
  });

  it('is for those who may read customers', async () => {
    const { path } = await createCustomer();
    const headers = { authorization: `Bearer ${stack.tokens.read}` };
    expect((await stack.call('GET', `${path}/audit`, { headers })).status).toBe(200);
    expect((await stack.call('GET', `${path}/audit`, { headers: { authorization: '' } })).status).toBe(401);
  });

  it('tells what administrators asked for, who they are, and how it ended; plans are none of it', async () => {
    const headers = { authorization: `Bearer ${stack.tokens.admin}` };
    await stack.call('POST', '/customers/retry-failed-syncs', { headers });
    await stack.call('POST', '/customers/data-consistency/fix', { headers, body: { dry_run: true } });
    await stack.call('POST', '/customers/cleanup-orphaned?dry_run=true', { headers });
    await stack.call('POST', '/operations/never-was/retry');
    const entries = await walk<{ readonly caller: { readonly subject: string } }>(stack, '/actions?limit=1');
    expect(entries).toEqual([
      {
        ...{ id: expect.any(String), at: expect.any(String), request_id: expect.any(String) },
        caller: { issuer: 'https://issuer.concord.local/', subject: 'local-user' },
        ...{ action: 'POST /operations/{id}/retry', target: 'never-was', asked: {}, outcome: 'not-found' },
      },
      expect.objectContaining({
        caller: { issuer: 'https://issuer.concord.local/', subject: 'local-admin' },
        ...{ action: 'POST /customers/retry-failed-syncs', target: null, asked: { integration: 'stripe' } },
        outcome: 'done',
      }),
    ]);
    const ofReader = { authorization: `Bearer ${stack.tokens.read}` };
    expect((await stack.call('GET', '/actions', { headers: ofReader })).status).toBe(403);
  });
});
