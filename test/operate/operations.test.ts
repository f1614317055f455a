import { type Stack, startStack } from '../stack/stack.ts';
import { readWorld } from '../stack/world.ts';
import { beginUnstarted, type Operation, type Page, PROTECTED, problemOf, walk } from './stories.ts';

describe('the list of operations', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack();
  });
  afterAll(() => stack.stop());

  const list = (query = '') => stack.call('GET', `/operations${query}`);
  const idsOf = (operations: readonly Operation[]) => operations.map(({ id }) => id);

  async function createProtected(email: string): Promise<string> {
    const body = { name: 'v1', email };
    const reply = await stack.call('POST', '/customers', { body, headers: PROTECTED });
    expect(reply.status).toBe(201);
    return String(reply.body['id']);
  }

  async function renameProtected(id: string, ...names: string[]): Promise<void> {
    for (const name of names) {
      const reply = await stack.call('PATCH', `/customers/${id}`, { body: { name }, headers: PROTECTED });
      expect(reply.status).toBe(200);
    }
  }

  it('is empty when everything has ended', async () => {
    await createProtected('ended@example.com');
    const reply = await list();
    expect([reply.status, reply.body]).toEqual([200, { data: [], next_cursor: null }]);
  });

  it('shows the unfinished ones as they are shown alone, until they end; customers that are owed are none of it', async () => {
    const failure = { service: 'stripe', action: 'POST /v1/customers', kind: 'error', status: 500, times: 1 };
    await stack.control$('POST', '/faults', failure);
    await stack.call('POST', '/customers', { body: { name: 'Owed', email: 'owed@example.com' } });
    const operation = await beginUnstarted(stack, 'unfinished@example.com');

    const { data } = (await list()).body as Page<Operation>;
    expect(data).toEqual([operation]);
    expect((await stack.call('GET', `/operations/${operation.id}`)).body).toEqual(operation);
    expect(((await list('?status=running')).body as Page<Operation>).data).toEqual([operation]);
    expect(((await list('?status=compensating')).body as Page<Operation>).data).toEqual([]);
    expect(((await list('?status=needs_attention')).body as Page<Operation>).data).toEqual([]);
    await stack.quiesce();
    expect(((await list()).body as Page<Operation>).data).toEqual([]);
  });

  it('shows each unfinished one once in a walk, whatever is written meanwhile', async () => {
    const begun: string[] = [];
    for (let made = 0; made < 11; made += 1) {
      begun.push((await beginUnstarted(stack, `walked${made}@example.com`)).id);
    }
    let between = 0;
    const walked = await walk<Operation>(stack, '/operations?limit=2', async () => {
      between += 1;
      await beginUnstarted(stack, `between${between}@example.com`);
      await createProtected(`passing${between}@example.com`);
    });
    const ids = idsOf(walked);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter((id) => begun.includes(id)).sort()).toEqual(begun.sort());
    expect(new Set(walked.map(({ status }) => status))).toEqual(new Set(['running']));
    await stack.quiesce();
  });

  it('shows all of one customer, newest first, by status if asked', async () => {
    const id = await createProtected('history@example.com');
    await renameProtected(id, 'v2', 'v3');
    const refusal = { service: 'stripe', action: 'POST /v1/customers/{id}', kind: 'error', status: 400 };
    await stack.control$('POST', '/faults', { ...refusal, times: 1 });
    const refused = await stack.call('PATCH', `/customers/${id}`, { body: { name: 'v4' }, headers: PROTECTED });
    expect(refused.status).toBe(422);

    const { data, next_cursor } = (await list(`?customer_id=${id}`)).body as Page<Operation>;
    expect(data.map(({ kind, status }) => [kind, status])).toEqual([
      ['update', 'compensated'],
      ['update', 'succeeded'],
      ['update', 'succeeded'],
      ['create', 'succeeded'],
    ]);
    expect(next_cursor).toBeNull();
    expect(data.map((operation) => operation.customer_id)).toEqual([id, id, id, id]);
    expect(data).toEqual([...data].sort((a, b) => b.created_at.localeCompare(a.created_at)));
    const filtered = (await list(`?customer_id=${id}&status=compensated`)).body as Page<Operation>;
    expect(filtered.data).toEqual(data.slice(0, 1));
    const succeeded = await walk<Operation>(stack, `/operations?customer_id=${id}&status=succeeded&limit=1`);
    expect(succeeded).toEqual(data.slice(1));
    expect(((await list('?customer_id=never-was')).body as Page<Operation>).data).toEqual([]);
  });

  it('shows each of a customer’s once in a walk, whatever begins meanwhile', async () => {
    const id = await createProtected('busy@example.com');
    await renameProtected(id, 'v2', 'v3', 'v4');
    const before = (await list(`?customer_id=${id}`)).body as Page<Operation>;
    let between = 0;
    const walked = await walk<Operation>(stack, `/operations?customer_id=${id}&limit=1`, () => {
      between += 1;
      return renameProtected(id, `between ${between}`);
    });
    expect(walked).toEqual(before.data);
  });

  it('rests on operations alone having both a customer and a time of creation', async () => {
    const both = (await readWorld(stack)).items.filter((item) => 'customerId' in item && 'createdAt' in item);
    expect(both.length).toBeGreaterThan(0);
    expect(new Set(both.map(({ sk }) => sk))).toEqual(new Set(['OPERATION']));
  });

  it.each([
    ['?limit=0', '/limit'],
    ['?limit=101', '/limit'],
    ['?limit=many', '/limit'],
    ['?status=done', '/status'],
    ['?status=', '/status'],
    ['?status=succeeded', '/status'],
    ['?status=compensated', '/status'],
    ['?customer_id=', '/customer_id'],
    ['?customer_id=a%20b', '/customer_id'],
    ['?kind=create', '/kind'],
    ['?cursor=', 'cursor'],
    ['?cursor=x', 'cursor'],
    [`?cursor=${Buffer.from('operations  \nOPERATION').toString('base64url')}`, 'cursor'],
  ])('refuses %s', async (query, pointer) => {
    expect(problemOf(await list(query))).toEqual([400, 'validation', pointer]);
  });

  it('refuses the cursor of another list', async () => {
    const [one, other] = [await createProtected('one@example.com'), await createProtected('other@example.com')];
    await renameProtected(one, 'v2');
    const { next_cursor } = (await list(`?customer_id=${one}&limit=1`)).body as Page<Operation>;
    expect(next_cursor).toEqual(expect.any(String));
    for (const query of [`?customer_id=${other}&`, '?', '?status=running&', `?customer_id=${one}&status=succeeded&`]) {
      expect(problemOf(await list(`${query}cursor=${next_cursor}`))).toEqual([400, 'validation', 'cursor']);
    }
  });

  it('is for admins', async () => {
    for (const [token, status] of [
      [stack.tokens.read, 403],
      [stack.tokens.write, 403],
      [stack.tokens.admin, 200],
    ] as const) {
      const headers = { authorization: `Bearer ${token}` };
      expect((await stack.call('GET', '/operations', { headers })).status).toBe(status);
    }
    expect((await stack.call('GET', '/operations', { headers: { authorization: '' } })).status).toBe(401);
  });
});
