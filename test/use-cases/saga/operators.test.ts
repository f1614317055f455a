import { OPERATION_FORMAT } from '#domain/operation.ts';
import { getOperation } from '#use-cases/saga/get-operation.ts';
import { listOperations } from '#use-cases/saga/list-operations.ts';
import { executionEndedEarly, resumeOperation } from '#use-cases/saga/resume-operation.ts';
import { retryOperation } from '#use-cases/saga/retry-operation.ts';
import { sweepOperations } from '#use-cases/saga/sweep-operations.ts';
import { createRepairWorld, whatever } from '../../repair/repair-world.ts';
import { answering } from '../answering.ts';

const problem = (type: string) => expect.objectContaining({ problem: expect.objectContaining({ type }) });

function world() {
  const { deps, store, putOperation, pass, write, twins, setSync } = createRepairWorld();
  const started: (readonly [string, number])[] = [];
  const poked: unknown[] = [];
  const saga = { start: async (id: string, fence: number) => void started.push([id, fence]) };
  const runs = { start: async (id: string, fence: number) => void started.push([id, fence]) };
  const pokes = { poke: async (poke: unknown) => void poked.push(poke) };
  const at = (seconds = 0) => new Date(deps.clock.nowMs() + seconds * 1_000).toISOString();
  const operation = async (operationId = 'o') => (await store.read([{ type: 'operation', operationId }]))[0];
  return {
    ...{ deps: { ...deps, saga, runs, pokes }, store, putOperation, pass, write, twins, setSync },
    ...{ started, poked, at, operation },
  };
}

describe('an operation', () => {
  it('is shown while it is kept', async () => {
    const { store, putOperation } = world();
    await putOperation('o', 'c', { status: 'succeeded' });
    expect(await getOperation(store, 'o')).toMatchObject({ id: 'o', status: 'succeeded' });
    await expect(getOperation(store, 'none')).rejects.toEqual(problem('not-found'));
    await expect(getOperation(store, 'none')).rejects.toThrow('no such operation');
  });
});

describe('the list of operations', () => {
  async function listed() {
    const it = world();
    await it.putOperation('r', 'c', { dueAt: it.at(1) });
    await it.putOperation('u', 'd', { status: 'compensating', dueAt: it.at(2) });
    await it.putOperation('n', 'c', { status: 'needs_attention', dueAt: '9999-12-31T23:59:59.999Z' });
    it.pass(1_000);
    await it.putOperation('s', 'c', { status: 'succeeded' });
    // The index has not heard of its end.
    await it.putOperation('e', 'c', { status: 'compensated', dueAt: it.at(3) });
    const ids = async (query: object) =>
      (await listOperations(it.store, { limit: 10, ...query })).data.map(({ id }) => id).sort();
    return { ...it, ids };
  }

  it.each([
    ['those that are unfinished', {}, ['n', 'r', 'u']],
    ['those that run', { status: 'running' }, ['r']],
    ['those that wait for a person', { status: 'needs_attention' }, ['n']],
    ['all of a customer', { customerId: 'c' }, ['e', 'n', 'r', 's']],
    ['those of a customer that have succeeded', { customerId: 'c', status: 'succeeded' }, ['s']],
    ['those of nobody', { customerId: 'nobody' }, []],
  ])('is of %s', async (_, query, expected) => {
    expect(await (await listed()).ids(query)).toStrictEqual(expected);
  });

  it('asks only for what is parked when only that is wanted, and reads nothing of nothing', async () => {
    const { store } = await listed();
    const asked: unknown[] = [];
    const listUnfinished: typeof store.listUnfinished = async (...those) => {
      asked.push(those);
      return { operationIds: [], next: undefined };
    };
    const read = () => Promise.reject(new Error('It read nothing.'));
    const answers = answering(store, { listUnfinished, read });
    expect(await listOperations(answers, { limit: 5, status: 'needs_attention' })).toEqual({
      data: [],
      next: undefined,
    });
    await listOperations(answers, { limit: 7, status: 'running' });
    expect(asked).toEqual([
      [5, undefined, '9999-12-31T23:59:59.999Z'],
      [7, undefined, undefined],
    ]);
  });

  it('goes on where a page ended, until it is full or for ten pages', async () => {
    const { store } = await listed();
    const asked: unknown[] = [];
    const pages =
      (idsOf: (page: number) => readonly string[]): typeof store.listUnfinished =>
      async (limit, from) => {
        asked.push([limit, from]);
        return { operationIds: idsOf(asked.length), next: `after ${asked.length}` as never };
      };
    const nothing = answering(store, { listUnfinished: pages(() => ['gone']) });
    expect(await listOperations(nothing, { limit: 5, from: 'there' as never })).toEqual({ data: [], next: 'after 10' });
    expect([asked.length, asked[0], asked[1]]).toEqual([10, [5, 'there'], [5, 'after 1']]);

    asked.length = 0;
    const some = answering(store, { listUnfinished: pages((page) => [['r'], ['u'], ['n']][page - 1] ?? []) });
    const { data, next } = await listOperations(some, { limit: 2 });
    expect([data.map(({ id }) => id), next, asked]).toEqual([
      ['r', 'u'],
      'after 2',
      [
        [2, undefined],
        [1, 'after 1'],
      ],
    ]);
  });
});

describe('the retry of an operation', () => {
  it('undoes it again by a new executor, and tells of it', async () => {
    const { deps, putOperation, operation, started, at } = world();
    await putOperation('o', 'c', { status: 'needs_attention', fence: 4 });
    await retryOperation(deps, 'o');
    expect(started).toEqual([['o', 5]]);
    expect(await operation()).toMatchObject({
      ...{ status: 'compensating', fence: 5, dueAt: at(60), updatedAt: at() },
      steps: [{ name: 'retry', attempt: 1, startedAt: at(), endedAt: at(), outcome: 'compensating' }],
    });
  });

  it.each([
    ['that there is not', undefined, 'not-found'],
    ['that has ended', 'compensated', 'operation-finished'],
    ['that is under way', 'running', 'customer-busy'],
    ['that is being undone', 'compensating', 'customer-busy'],
  ] as const)('is not of one %s', async (_, status, type) => {
    const { deps, putOperation, started } = world();
    if (status !== undefined) await putOperation('o', 'c', { status });
    await expect(retryOperation(deps, 'o')).rejects.toEqual(problem(type));
    await expect(retryOperation(deps, 'none')).rejects.toThrow('no such operation');
    expect(started).toEqual([]);
  });

  it('counts once, of two at the same time', async () => {
    const { deps, putOperation, started } = world();
    await putOperation('o', 'c', { status: 'needs_attention' });
    const both = await Promise.allSettled([retryOperation(deps, 'o'), retryOperation(deps, 'o')]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(both).toContainEqual({ status: 'rejected', reason: problem('customer-busy') });
    expect(started).toEqual([['o', 2]]);
  });

  it('is left to the sweep when nobody could be started', async () => {
    const { deps, putOperation, operation } = world();
    await putOperation('o', 'c', { status: 'needs_attention' });
    const warned: unknown[] = [];
    const log = { warn: (_: string, details: unknown) => void warned.push(details) };
    await retryOperation({ ...deps, log, saga: { start: () => Promise.reject(new TypeError('no')) } }, 'o');
    expect([warned, (await operation())?.status]).toEqual([[{ operationId: 'o', error: 'TypeError' }], 'compensating']);
  });
});

describe('an overdue operation', () => {
  it.each(['running', 'compensating'] as const)('that is %s gets a new executor, once', async (status) => {
    const { deps, putOperation, operation, started, at, pass } = world();
    await putOperation('o', 'c', { status, dueAt: at() });
    pass(1_000);
    expect([await resumeOperation(deps, 'o'), started]).toEqual([true, [['o', 2]]]);
    expect(await operation()).toMatchObject({ status, fence: 2, dueAt: at(360), updatedAt: at() });
    expect([await resumeOperation(deps, 'o'), started.length]).toEqual([false, 1]);
  });

  it('gets one as soon as it is due, and of two sweeps from one', async () => {
    const { deps, putOperation, started, at } = world();
    await putOperation('o', 'c', { dueAt: at() });
    const both = await Promise.all([resumeOperation(deps, 'o'), resumeOperation(deps, 'o')]);
    expect([both.sort(), started.length]).toEqual([[false, true], 1]);
  });

  it.each([
    ['is due later', { dueAt: '2027' }],
    ['is never due', {}],
    ['has ended', { status: 'succeeded', dueAt: '2025' }],
    ['waits for a person', { status: 'needs_attention', dueAt: '2025' }],
    ['was begun by a later version', { format: OPERATION_FORMAT + 1, dueAt: '2025' }],
  ] as const)('that %s gets none', async (_, more) => {
    const { deps, putOperation, operation, started } = world();
    await putOperation('o', 'c', more);
    expect([await resumeOperation(deps, 'o'), started, (await operation())?.fence]).toEqual([false, [], 1]);
    expect(await resumeOperation(deps, 'none')).toBe(false);
  });

  it.each([
    ['running', 1, true],
    ['compensating', 1, true],
    ['running', 2, false],
    ['needs_attention', 1, false],
    ['succeeded', 1, false],
  ] as const)('whose execution ends early is due then: %s, under fence %i', async (status, fence, isDue) => {
    const { deps, putOperation, operation, at, pass } = world();
    await putOperation('o', 'c', { status, fence, dueAt: at(60) });
    const was = at(60);
    pass(5_000);
    await executionEndedEarly(deps, { operationId: 'o', fence: 1 });
    expect(await operation()).toMatchObject(isDue ? { dueAt: at(), updatedAt: at() } : { dueAt: was });
  });
});

describe('the sweep', () => {
  /** An operation, a run, a customer here and one in Stripe, due for different times. */
  async function littered() {
    const it = world();
    const { id } = await it.twins();
    await it.putOperation('o', 'c', { dueAt: it.at() });
    const run = { id: 'run', status: 'running', fence: 1, step: 0, createdAt: it.at(), dueAt: it.at(1) };
    await it.write({ key: { type: 'consistencyRun', runId: 'run' }, put: run, when: whatever } as never);
    await it.setSync(id, { dueAt: it.at(2) });
    await it.write({
      key: { type: 'link', integration: 'stripe', externalId: 'cus_1' },
      ...{ put: { dueAt: it.at(3) }, when: whatever },
    });
    it.poked.length = 0;
    return { ...it, id };
  }

  it('takes up what is due, and tells for how long the oldest has been', async () => {
    const { deps, started, poked, pass, id } = await littered();
    pass(3_500);
    expect(await sweepOperations(deps)).toEqual({ resumed: 2, poked: 2, oldestOverdueSeconds: 3 });
    expect(started).toEqual([
      ['o', 2],
      ['run', 2],
    ]);
    expect(poked).toEqual([{ customerId: id }, { externalId: 'cus_1' }]);
  });

  it('leaves what is not due, and has nothing to tell of nothing', async () => {
    const { deps, started, poked, pass } = await littered();
    expect(await sweepOperations(deps)).toEqual({ resumed: 1, poked: 0, oldestOverdueSeconds: 0 });
    expect([started.length, poked]).toEqual([1, []]);
    pass(-1_000);
    expect(await sweepOperations(deps)).toEqual({ resumed: 0, poked: 0, oldestOverdueSeconds: 0 });
  });

  it('counts only what somebody else has not taken up meanwhile', async () => {
    const { deps, store, pass } = await littered();
    pass(3_500);
    const due = await store.listDue(new Date(deps.clock.nowMs()).toISOString(), 10);
    await sweepOperations(deps);
    const again = answering(store, { listDue: async () => due.slice(0, 2) });
    expect(await sweepOperations({ ...deps, store: again })).toMatchObject({ resumed: 0, poked: 0 });
  });

  it('takes up the others when one fails, and then fails itself', async () => {
    const { deps, started, poked, pass } = await littered();
    pass(3_500);
    const saga = { start: () => Promise.reject(new Error('no')) };
    await expect(sweepOperations({ ...deps, saga })).rejects.toThrow('1 of the due could not be taken up.');
    expect([started, poked.length]).toEqual([[['run', 2]], 2]);
    // And gives its lease back.
    expect(await sweepOperations(deps)).not.toHaveProperty('skipped');
  });

  it('is one at a time', async () => {
    const { deps } = await littered();
    const lease = await deps.leases.tryAcquire(['sweep-operations'], 'another', 60_000);
    expect(await sweepOperations(deps)).toEqual({ skipped: true });
    if (lease !== undefined) await deps.leases.release(lease);
    expect(await sweepOperations(deps)).not.toHaveProperty('skipped');
    expect(await sweepOperations(deps)).not.toHaveProperty('skipped');
  });
});
