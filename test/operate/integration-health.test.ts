import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { enterStack } from '../service/script-environment.ts';
import { dashboard } from '../stack/dashboard.ts';
import { empty } from '../stack/empty.ts';
import { violations } from '../stack/invariants.ts';
import { withPlantedBug } from '../stack/planted-bug.ts';
import { type Stack, startStack } from '../stack/stack.ts';
import { readWorld } from '../stack/world.ts';
import { beginUnstarted, PROTECTED, park, problemOf } from './stories.ts';

const PATH = '/customers/integration-health/stripe';
const NONE = { pending: 0, synced: 0, failed: 0, orphaned: 0, conflict: 0 };
const TIME = expect.stringMatching(/^\d{4}-.*Z$/);

type Health = {
  readonly healthy: boolean;
  readonly counts: Readonly<Record<string, number>>;
  readonly recent_attempts: number;
  readonly recent_failures: number;
  readonly failure_rate: number;
  readonly history: readonly { readonly since: string; readonly attempts: number; readonly failures: number }[];
  readonly oldest_pending_seconds: number;
  readonly operations: object;
  readonly webhooks: { readonly last_received_at: string | null; readonly dead_letter_count: number };
};

async function healthOf(stack: Stack): Promise<Health> {
  const { status, body } = await stack.call('GET', PATH);
  expect(status).toBe(200);
  return body as unknown as Health;
}

/** What the counts are, by looking at every item there is. */
async function countedInTables(stack: Stack): Promise<Record<string, number>> {
  const { customers, syncs } = await readWorld(stack);
  const counts: Record<string, number> = { ...NONE };
  for (const { pk, status } of syncs) {
    const isListed = customers.some((customer) => customer.pk === pk && customer['listKey'] !== undefined);
    if (status !== 'synced' || isListed) counts[String(status)] = (counts[String(status)] ?? 0) + 1;
  }
  return counts;
}

const create = (stack: Stack, email: string, headers = {}) =>
  stack.call('POST', '/customers', { body: { name: 'Counted', email }, headers });

describe('the health of an integration', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack();
  });
  afterEach(() => empty(stack));
  afterAll(() => stack.stop());

  it('is good when there is nothing, and when all agree', async () => {
    const { body } = await stack.call('GET', PATH);
    expect(body).toEqual({
      ...{ integration: 'stripe', healthy: true, as_of: TIME, counts: NONE },
      ...{ recent_attempts: 0, recent_failures: 0, failure_rate: 0, oldest_pending_seconds: 0 },
      history: Array(12).fill({ since: TIME, attempts: 0, failures: 0 }),
      operations: { running: 0, compensating: 0, needs_attention: 0 },
      webhooks: { last_received_at: null, dead_letter_count: 0 },
    });
    await create(stack, 'default@example.com');
    await create(stack, 'protected@example.com', PROTECTED);
    await dashboard(stack).customers.create({ email: 'born-there@example.com' });
    await stack.settle();
    const healthy = await healthOf(stack);
    expect(healthy).toMatchObject({ healthy: true, counts: { ...NONE, synced: 3 }, recent_failures: 0 });
    // The push of the default create, and our mark on the one born there.
    expect(healthy.recent_attempts).toBe(2);
    expect(healthy.webhooks.last_received_at).toEqual(TIME);
  });

  it('tells who has failed, deletes that are owed among them, and how many tries did', async () => {
    const deleted = await create(stack, 'deleted@example.com');
    await stack.settle();
    await stack.control$('POST', '/faults', { service: 'stripe', kind: 'error', status: 400, times: 1000 });
    await create(stack, 'failed@example.com');
    await stack.call('DELETE', `/customers/${deleted.body['id']}?cancel_subscriptions=true`);
    await stack.settle();
    const ill = await healthOf(stack);
    expect(ill).toMatchObject({ healthy: false, counts: { ...NONE, failed: 2 } });
    expect(ill).toMatchObject({ recent_attempts: 3, recent_failures: 2, failure_rate: 2 / 3 });
    await stack.control$('DELETE', '/faults');
    await stack.control$('POST', '/clock', { advance_seconds: 300 });
    await stack.call('POST', '/customers/retry-failed-syncs');
    const healed = await healthOf(stack);
    expect(healed).toMatchObject({ healthy: true, counts: { ...NONE, synced: 1 }, recent_attempts: 5 });
    // What was tried then, and what was tried five minutes later, are told apart.
    const tried = healed.history.filter(({ attempts }) => attempts > 0);
    expect(tried.at(-1)).toMatchObject({ attempts: 2, failures: 0 });
    expect(tried.slice(0, -1).reduce((sum, { failures }) => sum + failures, 0)).toBe(2);
    const [first, second] = healed.history.map(({ since }) => Date.parse(since));
    expect(Number(second) - Number(first)).toBe(300_000);
    // What was an hour ago is not recent.
    await stack.control$('POST', '/clock', { advance_seconds: 3601 });
    expect(await healthOf(stack)).toMatchObject({ recent_attempts: 0, recent_failures: 0, failure_rate: 0 });
  });

  it('tells how long the oldest has been pending, whatever was done to it since', async () => {
    const lost = { function: 'concord-local-api', service: 'sqs', action: 'SendMessage', kind: 'error', status: 400 };
    await stack.control$('POST', '/faults', { ...lost, times: 1000 });
    const { body } = await create(stack, 'pending@example.com');
    await stack.control$('POST', '/clock', { advance_seconds: 600 });
    await create(stack, 'younger@example.com');
    expect(await healthOf(stack)).toMatchObject({ healthy: true, counts: { ...NONE, pending: 2 } });
    await stack.call('PATCH', `/customers/${body['id']}`, { body: { name: 'Edited' } });
    await stack.control$('POST', '/clock', { advance_seconds: 600 });
    const stuck = await healthOf(stack);
    expect(stuck.healthy).toBe(false);
    expect(stuck.oldest_pending_seconds).toBeGreaterThanOrEqual(1200);
    expect(stuck.oldest_pending_seconds).toBeLessThan(1300);
    await stack.quiesce();
    expect(await healthOf(stack)).toMatchObject({ healthy: true, oldest_pending_seconds: 0 });
  });

  it('tells of emails in conflict, which is no illness, and of customers that Stripe does not know', async () => {
    await create(stack, 'held@example.com', PROTECTED);
    await dashboard(stack).customers.create({ email: 'held@example.com' });
    await stack.settle();
    expect(await healthOf(stack)).toMatchObject({ healthy: true, counts: { ...NONE, synced: 1, conflict: 1 } });
    const other = await create(stack, 'stranger@example.com', PROTECTED);
    const unknown = { service: 'stripe', action: 'GET /v1/customers/{id}', kind: 'error', status: 404 };
    await stack.control$('POST', '/faults', unknown);
    await stack.call('PATCH', `/customers/${other.body['id']}`, { body: { name: 'Unknown' } });
    await stack.settle();
    const { counts } = await healthOf(stack);
    expect(counts).toEqual(await countedInTables(stack));
  });

  it('tells of unfinished operations and of dead messages, which can be worked on again', async () => {
    await beginUnstarted(stack, 'running@example.com');
    expect(await healthOf(stack)).toMatchObject({ healthy: true, operations: { running: 1, needs_attention: 0 } });
    await park(stack, 'parked@example.com');
    const parked = await healthOf(stack);
    expect(parked).toMatchObject({ healthy: false, operations: { needs_attention: 1 } });

    const { PokesQueueUrl } = await enterStack(stack);
    const sqs = new SQSClient({});
    await sqs.send(
      new SendMessageCommand({ QueueUrl: `${PokesQueueUrl}-dead`, MessageBody: '{"customerId":"nobody"}' }),
    );
    sqs.destroy();
    expect((await healthOf(stack)).webhooks.dead_letter_count).toBe(1);
    const redrive = () => stack.call('POST', '/customers/redrive-dead-letters?integration_name=stripe');
    expect((await redrive()).body).toEqual({ integration: 'stripe', redriven: 1 });
    await stack.settle();
    expect((await healthOf(stack)).webhooks.dead_letter_count).toBe(0);
    expect((await redrive()).body).toEqual({ integration: 'stripe', redriven: 0 });
  });

  it('notes a webhook when it was received, not what a sweep has found', async () => {
    await stack.sandbox('POST', '/webhooks', { mode: 'hold' });
    const { id } = await dashboard(stack).customers.create({ email: 'swept@example.com' });
    await stack.control$('POST', '/schedules/sweep-events/run');
    await stack.settle();
    expect(await healthOf(stack)).toMatchObject({ counts: { synced: 1 }, webhooks: { last_received_at: null } });
    await stack.sandbox('POST', '/webhooks', { mode: 'deliver' });
    await dashboard(stack).customers.update(id, { name: 'Told' });
    await stack.settle();
    const { now } = (await stack.control$('POST', '/clock', { advance_seconds: 0 })) as { now: string };
    const { last_received_at: noted } = (await healthOf(stack)).webhooks;
    expect(Date.parse(now) - Date.parse(String(noted))).toBeLessThan(60_000);
  });

  it('costs no scan, and as much for many customers as for few', async () => {
    const costOf = async () => {
      await stack.settle();
      await stack.control$('DELETE', '/calls');
      await healthOf(stack);
      return (await stack.calls()).map(({ action }) => action).toSorted();
    };
    const few = await costOf();
    await Promise.all(Array.from({ length: 60 }, (_, n) => create(stack, `many${n}@example.com`)));
    expect(await costOf()).toEqual(few);
    expect(few).not.toContain('Scan');
  });

  it('is for administrators, of an integration that there is', async () => {
    const headers = { authorization: `Bearer ${stack.tokens.write}` };
    expect((await stack.call('GET', PATH, { headers })).status).toBe(403);
    expect(problemOf(await stack.call('GET', '/customers/integration-health/other'))).toEqual([404, 'not-found']);
  });

  /** Creates, edits, deletes and pushes, with functions that die before and after their transactions. */
  async function dieOften(on: Stack): Promise<void> {
    const commit = { service: 'dynamodb', action: 'TransactWriteItems' };
    const faults = ['api', 'sync', 'saga', 'delete-customer'].flatMap((name) =>
      ['kill-after', 'kill-before', 'lost-reply'].map((kind, at) => ({
        ...{ ...commit, function: `concord-local-${name}`, kind, nth: 2 + at * 3 },
      })),
    );
    for (const fault of faults) await on.control$('POST', '/faults', fault);
    for (let n = 0; n < 12; n += 1) {
      const headers = { 'idempotency-key': `dies-${n}`, ...(n % 3 === 0 && PROTECTED) };
      const made = await create(on, `dies${n}@example.com`, headers);
      const path = `/customers/${made.body['id'] ?? 'none'}`;
      await on.call(n % 2 === 0 ? 'PATCH' : 'DELETE', path, n % 2 === 0 ? { body: { name: 'Edited' } } : {});
    }
    await on.settle();
  }

  it('is exact after functions have died at their transactions', async () => {
    await dieOften(stack);
    await stack.control$('DELETE', '/faults');
    await stack.settle();
    expect((await healthOf(stack)).counts).toEqual(await countedInTables(stack));
    await stack.quiesce();
    const world = await readWorld(stack);
    expect(violations(world)).toEqual([]);
    const live = world.customers.filter(({ status }) => status === 'active').length;
    expect(live).toBeGreaterThan(3);
    expect((await healthOf(stack)).counts).toEqual({ ...NONE, synced: live });
  });

  it('would drift if customers were counted beside the transaction', async () => {
    const file = 'lib/use-cases/catalog/create-customer.ts';
    const beside = [
      { file, guard: '      counter: countLive(customerId, 1),\n', without: '' },
      {
        file,
        guard: '  await pokeOwed(deps, customerId);',
        without: '  await deps.store.commit({ it: countLive(customerId, 1) });\n  await pokeOwed(deps, customerId);',
      },
    ];
    await withPlantedBug(beside, async (planted) => {
      const death = { function: 'concord-local-api', action: 'TransactWriteItems', kind: 'kill-after' };
      await planted.control$('POST', '/faults', { service: 'dynamodb', ...death });
      await create(planted, 'drifts@example.com');
      await planted.quiesce();
      expect(violations(await readWorld(planted))).toContainEqual(expect.stringContaining('customers are counted'));
    });
  });
});
