import { createHash } from 'node:crypto';
import { dashboard } from '../stack/dashboard.ts';
import { violations } from '../stack/invariants.ts';
import { type Stack, startStack } from '../stack/stack.ts';
import { putItem, readWorld } from '../stack/world.ts';
import { beginUnstarted, PROTECTED } from './stories.ts';

const HOUR = 3600;
const hashOf = (email: string) => createHash('sha256').update(email).digest('hex');

describe('the cleanup of what is left over', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack();
  });
  afterEach(async () => {
    expect(violations(await readWorld(stack))).toEqual([]);
  });
  afterAll(() => stack.stop());

  const clean = async () => {
    const report = await stack.control$('POST', '/schedules/cleanup/run');
    await stack.settle();
    return report;
  };
  const advance = (seconds: number) => stack.control$('POST', '/clock', { advance_seconds: seconds });
  const post = (name: string, headers: Record<string, string>) =>
    stack.call('POST', '/customers', { headers, body: { name, email: `${name}@example.com` } });
  const itemsOf = async (kind: string) => (await readWorld(stack)).items.filter(({ sk }) => sk === kind);
  const claimOf = async (email: string) =>
    (await readWorld(stack)).claims.find(({ pk }) => pk === `EMAIL#${hashOf(email)}`);

  it('removes request keys when their day is over, of both modes, and nothing of what they did', async () => {
    for (const [name, headers] of [['default', {}] as const, ['protected', PROTECTED] as const]) {
      expect((await post(name, { ...headers, 'idempotency-key': name })).status).toBe(201);
    }
    await stack.settle();
    expect(await clean()).toMatchObject({ expired_keys: 0, freed_claims: 0, failed: 0, next: null });
    expect(await itemsOf('KEY')).toHaveLength(2);
    await advance(25 * HOUR);
    expect(await clean()).toMatchObject({ expired_keys: 2, failed: 0, next: null });
    expect(await itemsOf('KEY')).toEqual([]);
    expect((await readWorld(stack)).customers).toHaveLength(2);
    expect(await clean()).toMatchObject({ expired_keys: 0 });
  });

  it('lets an email go that is claimed for nobody, and whoever waits for it in Stripe has it then', async () => {
    const email = 'claimed-for-nobody@example.com';
    const pk = `EMAIL#${hashOf(email)}`;
    await putItem(stack, { pk, sk: 'CLAIM', state: 'reserved', customerId: 'nobody', operationId: 'never-was' });
    const taken = await stack.call('POST', '/customers', { body: { name: 'Waiting', email } });
    expect(taken.status).toBe(409);
    await putItem(stack, { pk, sk: 'CLAIM', state: 'held', customerId: 'nobody' });
    await dashboard(stack).customers.create({ name: 'Waiting', email });
    await stack.settle();
    const conflicts = await stack.call('GET', '/customers?sync_status=conflict');
    expect(conflicts.body['data']).toMatchObject([{ name: 'Waiting', email: null }]);

    expect(await clean()).toMatchObject({ freed_claims: 1, held_claims: 0, failed: 0 });
    expect((await stack.call('GET', `/customers?email=${email}`)).body['data']).toMatchObject([
      { name: 'Waiting', integrations: { stripe: { sync_status: 'synced', conflict: null } } },
    ]);
  });

  it('touches nothing of an operation that is unfinished, hours later', async () => {
    const { id } = await beginUnstarted(stack, 'unfinished@example.com');
    await advance(3 * HOUR);
    expect(await clean()).toMatchObject({ freed_claims: 0, failed: 0 });
    expect(await claimOf('unfinished@example.com')).toMatchObject({ state: 'reserved', operationId: id });
    await stack.quiesce();
    expect((await stack.call('GET', `/operations/${id}`)).body).toMatchObject({ status: 'succeeded' });
    expect(await claimOf('unfinished@example.com')).toMatchObject({ state: 'held' });
  });

  it('is one at a time; the lease of one that was killed is over in minutes, and its fence goes on', async () => {
    const kill = { function: 'concord-local-cleanup', service: 'dynamodb', action: 'Scan', kind: 'kill-after' };
    await stack.control$('POST', '/faults', kill);
    await stack.control$('POST', '/schedules/cleanup/run').catch(() => undefined);
    expect(await clean()).toEqual({ skipped: true });
    const fence = async () =>
      Number((await itemsOf('LEASE')).find(({ pk }) => pk === 'LEASE#cleanup')?.['fence'] ?? Number.NaN);
    const before = await fence();
    await putItem(stack, { pk: 'LEASE#of a job', sk: 'LEASE', owner: 'dead', fence: 7, expiresAtMs: Date.now() });
    await advance(7 * 60);
    expect(await clean()).toMatchObject({ expired_leases: 1, failed: 0, next: null });
    expect(await fence()).toBe(before + 1);
    const job = (await itemsOf('LEASE')).find(({ pk }) => pk === 'LEASE#of a job');
    expect(job).toEqual({ pk: 'LEASE#of a job', sk: 'LEASE', fence: 7 });
  });

  it('asks Stripe nothing, and reads the customers of all claims of a page at once', async () => {
    await stack.control$('DELETE', '/calls');
    await clean();
    const calls = (await stack.calls()).filter((call) => call.function === 'concord-local-cleanup');
    expect(calls.map(({ action }) => action)).toEqual([
      // The lease, the place, the page with its customers, the new place, and the lease again.
      ...[
        'GetItem',
        'TransactWriteItems',
        'GetItem',
        'Scan',
        'BatchGetItem',
        'TransactWriteItems',
        'TransactWriteItems',
      ],
    ]);
  });
});
