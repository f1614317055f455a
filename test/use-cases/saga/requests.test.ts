import type { OperationRecord } from '#ports/records.ts';
import { createWithIntegrity } from '#use-cases/saga/create-with-integrity.ts';
import { deleteWithIntegrity } from '#use-cases/saga/delete-with-integrity.ts';
import { withStep } from '#use-cases/saga/executor.ts';
import { holdSync } from '#use-cases/saga/hold-sync.ts';
import { replyOf } from '#use-cases/saga/operation-reply.ts';
import type { OperationDeps } from '#use-cases/saga/run-operation.ts';
import { updateWithIntegrity } from '#use-cases/saga/update-with-integrity.ts';
import { answering } from '../answering.ts';
import { createSagaWorld, NEW } from './saga-world.ts';

const problem = (type: string) => expect.objectContaining({ problem: expect.objectContaining({ type }) });
const identity = (key: string) => ({ scope: 'ann', key, fingerprint: 'f', requestId: `of ${key}` });
const OTHER = 'janet@example.com';

/** A customer at rest, and requests about it; an operation takes the steps that are said as soon as it is begun. */
async function asking() {
  const world = createSagaWorld();
  const twins = await world.twins();
  const warned: unknown[] = [];
  const deps = {
    ...world.deps,
    clock: { nowMs: world.deps.clock.nowMs, sleep: async (ms: number) => world.pass(ms) },
    pokes: { poke: async (poke: never) => void world.pokes.push(poke) },
    log: { warn: (_: string, details: unknown) => void warned.push(details) },
    saga: { start: async (operationId: string) => void (await world.take('apply', operationId)) },
  };
  const waiting = (key?: string) => ({
    deadlineMs: deps.clock.nowMs() + 20_000,
    request: key === undefined ? undefined : identity(key),
  });
  const asked = (others: Partial<OperationDeps> = {}) => ({ ...deps, ...others });
  return {
    ...{ ...world, ...twins, warned },
    create: (key?: string, others = {}) => createWithIntegrity(asked(others), NEW, waiting(key)),
    update: (change: { name?: string; email?: string }, key?: string, others = {}) =>
      world.inside(() => updateWithIntegrity(asked(others) as typeof deps, twins.id, change, undefined, waiting(key))),
    erase: (cancelSubscriptions: boolean, key?: string) =>
      world.inside(() =>
        deleteWithIntegrity(deps, twins.id, { ...waiting(key), ifMatch: undefined, cancelSubscriptions }),
      ),
    operations: () => world.store.dump().filter(({ key }) => key.type === 'operation').length,
  };
}
type Asking = Awaited<ReturnType<typeof asking>>;

describe('a protected request', () => {
  it('is answered when both sides agree, and its repeat with the same', async () => {
    const { create, pass, operations } = await asking();
    const first = await create('k');
    expect(first).toMatchObject({ is: 'completed', reply: { is: 'created', customer: NEW }, replayed: false });
    pass(60_000);
    expect(await create('k')).toEqual({
      ...first,
      replayed: { requestId: 'of k', keyExpiresAtSeconds: expect.any(Number) },
    });
    expect(operations()).toBe(1);
  });

  it('that waits in vain is told which operation goes on, and its repeat joins that', async () => {
    const { create, operations } = await asking();
    const started: string[] = [];
    const saga = { start: async (operationId: string) => void started.push(operationId) };
    const first = await create('k', { saga });
    expect(first).toEqual({ is: 'underway', operationId: started[0], status: 'running' });
    expect(await create('k', { saga })).toEqual(first);
    expect([started, operations()]).toEqual([[started[0], started[0]], 1]);
    expect(await create('k')).toMatchObject({ is: 'completed', replayed: false });
  });

  it('goes on when nobody could be started: the sweep will', async () => {
    const { create, warned } = await asking();
    const told = await create(undefined, { saga: { start: () => Promise.reject(new TypeError('no')) } });
    expect(told).toMatchObject({ is: 'underway', status: 'running' });
    expect(warned).toEqual([{ operationId: (told as { operationId: string }).operationId, error: 'TypeError' }]);
  });

  it.each([
    ['an attempt is open', (w: Asking) => w.setSync(w.id, { attemptKey: `${w.id}:1` }), true],
    ['a run is live', (w: Asking) => w.setSync(w.id, { runExpiresAt: '2027' }), true],
    ['an operation holds it', (w: Asking) => w.setCustomer(w.id, { owner: 'another' }), false],
  ] as const)('waits for whoever is at work on the customer, and then is told so: %s', async (_, make, isPoked) => {
    const world = await asking();
    await make(world);
    await expect(world.update({ name: 'Janet' })).rejects.toEqual(problem('customer-busy'));
    await expect(world.erase(true)).rejects.toEqual(problem('customer-busy'));
    // What is open is settled by whoever is poked.
    expect(world.pokes).toEqual(isPoked ? Array(6).fill({ customerId: world.id }) : []);
    expect(world.operations()).toBe(0);
  });
});

describe('a protected update', () => {
  it('of nothing is answered at once, with a key that is tied to it', async () => {
    const { update, email, id, operations, read, setCustomer } = await asking();
    const customer = () => read({ type: 'customer', customerId: id });
    const before = await customer();
    const first = await update({ name: 'Twin 1', email }, 'k');
    expect(first).toMatchObject({
      ...{ is: 'completed', replayed: false, reply: { is: 'updated', customer: { id, version: 1 } } },
    });
    expect([operations(), await customer()]).toEqual([0, before]);
    await setCustomer(id, { owner: 'another' });
    expect(await update({ name: 'Twin 1', email }, 'k')).toMatchObject({ ...first, replayed: { requestId: 'of k' } });
  });

  it('of nothing is a repeat, too, when its twin was answered at the same moment', async () => {
    const { update, email, store } = await asking();
    const same = { name: 'Twin 1', email };
    let first: unknown;
    const commit: typeof store.commit = async (writes) => {
      first ??= await update(same, 'k');
      return store.commit(writes);
    };
    expect(await update(same, 'k', { store: answering(store, { commit }) })).toMatchObject({
      ...(first as object),
      replayed: { requestId: 'of k' },
    });
  });

  it.each([
    ['another name', { name: 'Janet' }, {}],
    ['another email', { email: OTHER }, {}],
    ['the same, of which Stripe was never told', {}, { base: { name: 'Old', email: 'twin1@example.com' } }],
    ['the same, where Stripe was seen with another', {}, { seen: { name: 'Old' } }],
    ['the same, of one whom Stripe has not got', {}, { externalId: undefined }],
  ] as const)('of %s is an operation', async (_, change, sync) => {
    const { update, setSync, id, operations } = await asking();
    await setSync(id, { tries: 0, ...sync });
    expect(await update(change)).toMatchObject({ is: 'completed', reply: { is: 'updated' } });
    expect(operations()).toBe(1);
  });

  it('that another’s email keeps from it changes nothing', async () => {
    const { update, twins, operations } = await asking();
    const { email } = await twins();
    await expect(update({ email })).rejects.toEqual(problem('email-taken'));
    expect(operations()).toBe(0);
  });

  it('of the name alone asks for no other claim', async () => {
    const { update, read, id, email } = await asking();
    await update({ name: 'Janet', email: email.toUpperCase() });
    expect(await read({ type: 'customer', customerId: id })).toMatchObject({ email: email.toUpperCase(), version: 2 });
  });
});

describe('a protected delete', () => {
  it('cancels no live subscription unasked', async () => {
    const { erase, subscribe, externalId, operations, sandbox } = await asking();
    await subscribe(externalId);
    await expect(erase(false)).rejects.toEqual(problem('customer-has-subscriptions'));
    expect([operations(), sandbox.state.customers.get(externalId)?.deleted]).toEqual([0, false]);
    expect(await erase(true, 'k')).toMatchObject({ is: 'completed', reply: { is: 'deleted' }, replayed: false });
    expect(await erase(true, 'k')).toMatchObject({ is: 'completed', replayed: { requestId: 'of k' } });
  });
});

describe('what an operation leaves to the run after it', () => {
  const sync = { status: 'synced', externalId: 'cus_1', syncedVersion: 1, revision: 3, tries: 0 } as const;
  it.each([
    ['nothing', {}, false],
    ['an email that it waits for', { status: 'conflict' }, true],
    ['an edit in Stripe that cannot be taken yet', { status: 'pending' }, true],
    ['what has failed', { status: 'failed' }, true],
    ['a look that is due, though both sides agreed before it', { dueAt: '2026' }, true],
    ['a mark that is missing', { isUnmarked: true }, true],
    ['who waits for its email', { awaited: { customerId: 'd', email: 'x@example.com' as never } }, true],
  ] as const)('is %s', async (_, more, isMore) => {
    const held = holdSync('c', { ...sync, ...more });
    expect('change' in held ? held.change : {}).toEqual(isMore ? { lookAgain: true } : {});
  });
});

describe('the reply of an operation', () => {
  const ended: OperationRecord = {
    ...{ id: 'o', kind: 'update', customerId: 'c', status: 'succeeded', before: NEW, after: NEW, version: 4 },
    ...{ customerCreatedAt: '2026-01', createdAt: '2026-02', updatedAt: '2026-03', endedAt: '2026-04' },
    ...{ attemptSince: '2026', lastSentAt: '2026', fence: 1, attempt: 1, sent: 1, answered: 1, steps: [] },
    externalId: 'cus_1',
  };
  const gate = { externalId: 'cus_1', syncStatus: 'synced', lastSyncedAt: '2026-04', conflict: null };
  const shown = { id: 'c', ...NEW, status: 'active', createdAt: '2026-01', integrations: { stripe: gate } };

  it.each([
    ['an update', {}, { is: 'updated', customer: { ...shown, version: 5, updatedAt: '2026-04' } }],
    [
      'a create',
      { kind: 'create', version: 1 },
      { is: 'created', customer: { ...shown, version: 1, updatedAt: '2026-01' } },
    ],
    ['a delete', { kind: 'delete', after: null }, { is: 'deleted', customerId: 'c' }],
    [
      'one that does not say when it ended, nor whose twin',
      { endedAt: undefined, externalId: undefined },
      {
        is: 'updated',
        customer: {
          ...{ ...shown, version: 5, updatedAt: '2026-03' },
          integrations: { stripe: { ...gate, externalId: null, lastSyncedAt: '2026-03' } },
        },
      },
    ],
  ] as const)('of %s is what both sides have', (_, more, reply) => {
    const operation = { ...ended, ...more } as OperationRecord;
    expect(replyOf(operation, false)).toEqual({ is: 'completed', reply, replayed: false });
  });

  it('of one that came to nothing is its problem', () => {
    const replayed = { requestId: 'r', keyExpiresAtSeconds: 1 };
    const own = { type: 'stripe-rejected', detail: 'no' } as const;
    const nothing = { ...ended, status: 'compensated' } as const;
    expect(replyOf({ ...nothing, problem: own }, replayed)).toEqual({ is: 'refused', problem: own, replayed });
    expect(replyOf(nothing, false)).toMatchObject({ is: 'refused', problem: { type: 'stripe-unavailable' } });
  });
});

describe('the steps of an operation', () => {
  const step = (name: string, attempt: number) => ({ name, attempt, startedAt: '1', endedAt: '2', outcome: 'unknown' });
  const having = (steps: readonly ReturnType<typeof step>[]) => ({ steps }) as unknown as OperationRecord;

  it('are numbered by their names', () => {
    const { attempt: _, ...next } = step('undo', 0);
    expect(withStep(having([step('apply', 1), step('undo', 1)]), next)).toEqual([
      ...[step('apply', 1), step('undo', 1), step('undo', 2)],
    ]);
  });

  it('are fifty at most: the first ten and the latest', () => {
    const all = Array.from({ length: 50 }, (_, index) => step('resolve', index + 1));
    const { attempt: _, ...next } = step('resolve', 0);
    expect(withStep(having(all.slice(1)), next)).toHaveLength(50);
    expect(withStep(having(all), next).map(({ attempt }) => attempt)).toEqual([
      ...Array.from({ length: 10 }, (__, index) => index + 1),
      ...Array.from({ length: 40 }, (__, index) => index + 12),
    ]);
  });
});
