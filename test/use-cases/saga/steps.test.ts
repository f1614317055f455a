import { OutcomeUnknownError } from '#use-cases/saga/executor.ts';
import { BROKEN, createSagaWorld, NEW, REFUSED, SAVED, type SagaWorld, UNANSWERED } from './saga-world.ts';

const HOUR_MS = 3600_000;
const unknown = { createCustomer: async () => UNANSWERED };

/** A customer at rest, and an operation that deletes it. */
async function deleting() {
  const world = createSagaWorld();
  const twins = await world.twins();
  const operationId = await world.beginDelete(twins.id);
  return { ...world, ...twins, operationId };
}

describe('giving up', () => {
  it.each([
    ['a create is undoing it', (w: SagaWorld) => w.beginCreate(), 'compensating'],
    [
      'a delete that may be on its way is going on',
      async (w: SagaWorld) => w.beginDelete((await w.twins()).id),
      'unsettled',
    ],
    [
      'an update that may be on its way is going on',
      async (w: SagaWorld) => w.beginUpdate((await w.twins()).id, { name: 'Janet' }),
      'unsettled',
    ],
  ])('%s', async (_, begin, outcome) => {
    const world = createSagaWorld();
    const operationId = await begin(world);
    expect(await world.take('giveUp', operationId)).toBe(outcome);
    // Once that is committed, so it stays.
    expect(await world.take('giveUp', operationId)).toBe(outcome);
  });

  it.each([
    ['nothing may have happened', {}, 'rejected', 'running', 'stripe-unavailable'],
    ['nothing may have, whatever somebody else did', { isGone: true }, 'rejected', 'running', 'stripe-unavailable'],
    ['it may have, and shows', { mayHaveLanded: true, isGone: true }, 'succeeded', 'succeeded', undefined],
    ['it may have, and does not show', { mayHaveLanded: true }, 'unsettled', 'running', undefined],
  ] as const)(
    'a delete of which all is answered: %s',
    async (_, { isGone, ...more }: { isGone?: true; mayHaveLanded?: true }, outcome, status, type) => {
      const { take, operationId, setOperation, operation, dashboard, externalId } = await deleting();
      await setOperation(operationId, { answered: 1, ...more });
      if (isGone === true) await dashboard('DELETE', `/${externalId}`);
      expect(await take('giveUp', operationId)).toBe(outcome);
      const after = await operation(operationId);
      expect([after.status, after.problem?.type]).toEqual([status, type]);
    },
  );

  it.each([
    ['shows', 'Janet', 'succeeded', 'accepted'],
    ['does not show', 'Jane', 'rejected', 'rejected'],
  ])('an update that may have happened, and %s', async (_, name, outcome, told) => {
    const world = createSagaWorld();
    const { id, externalId } = await world.twins();
    const operationId = await world.beginUpdate(id, { name: 'Janet' });
    await world.setOperation(operationId, { answered: 1, mayHaveLanded: true });
    await world.dashboard('POST', `/${externalId}`, { name });
    expect(await world.take('giveUp', operationId)).toBe(outcome);
    const at = new Date(world.deps.clock.nowMs()).toISOString();
    const step = { name: 'give up', attempt: 1, startedAt: at, endedAt: at, outcome: told };
    expect((await world.operation(operationId)).steps).toEqual([step]);
  });

  it('leaves what Stripe has refused, and what has ended', async () => {
    const { take, operationId, operation } = await deleting();
    expect(await take('apply', operationId, { deleteCustomer: async () => REFUSED })).toBe('rejected');
    expect(await take('giveUp', operationId)).toBe('rejected');
    expect(await take('apply', operationId)).toBe('rejected');
    expect((await operation(operationId)).steps).toMatchObject([
      { name: 'apply', outcome: 'rejected', stripeRequestId: 'req_1' },
    ]);
    expect(await take('release', operationId)).toBe('compensated');
    expect(await take('giveUp', operationId)).toBe('superseded');
    expect(await take('release', operationId)).toBe('superseded');
  });
});

describe('a delete that Stripe refuses', () => {
  const refusing = { deleteCustomer: async () => REFUSED };

  it('is refused only while no earlier request can have deleted the customer', async () => {
    const { take, operationId, setOperation, operation, pass } = await deleting();
    await setOperation(operationId, { sent: 2 });
    await expect(take('apply', operationId, refusing)).rejects.toThrow('ended nothing');
    expect(await operation(operationId)).toMatchObject({ answered: 1, steps: [{ outcome: 'nothing' }] });
    expect(await operation(operationId)).not.toHaveProperty('mayHaveLanded');
    await setOperation(operationId, { sent: 1, answered: 1, mayHaveLanded: true });
    await expect(take('resolve', operationId, refusing)).rejects.toThrow(OutcomeUnknownError);
    // By then whatever was on its way has arrived, and the customer is there still.
    pass(HOUR_MS);
    await setOperation(operationId, { lastUnknownAt: undefined });
    expect(await take('resolve', operationId, refusing)).toBe('rejected');
  });

  it('counts from the last request that was not answered', async () => {
    const { take, operationId, setOperation, pass, deps } = await deleting();
    pass(2 * HOUR_MS);
    const lastUnknownAt = new Date(deps.clock.nowMs() - HOUR_MS + 1).toISOString();
    await setOperation(operationId, { sent: 3, lastUnknownAt, isAnswered: true });
    await expect(take('resolve', operationId, refusing)).rejects.toThrow(OutcomeUnknownError);
    pass(1);
    expect(await take('resolve', operationId, refusing)).toBe('rejected');
  });
});

describe('an operation whose outcome is unknown', () => {
  it('is sent again under its key, until Stripe says what happened', async () => {
    const { beginCreate, take, sandbox, operation } = createSagaWorld();
    const operationId = await beginCreate();
    await expect(take('apply', operationId, unknown)).rejects.toThrow('ended unknown: no answer');
    expect(await operation(operationId)).toMatchObject({ sent: 1, answered: 0, isAnswered: false });
    expect(await take('resolve', operationId)).toBe('succeeded');
    expect(sandbox.state.customers.values()).toHaveLength(1);
    expect(await operation(operationId)).toMatchObject({
      ...{ sent: 2, status: 'succeeded' },
      steps: [
        { name: 'apply', outcome: 'unknown', error: 'no answer' },
        { name: 'resolve', outcome: 'accepted', stripeRequestId: expect.any(String) },
      ],
    });
  });

  it('keeps its key when Stripe breaks: it may have happened', async () => {
    const { beginCreate, take, operation, deps } = createSagaWorld();
    const operationId = await beginCreate();
    const createCustomer = async () => ({ ...BROKEN, requestId: 'req_2' });
    // By this name whoever reads the logs finds what is merely not known yet.
    const error = { name: 'OutcomeUnknown', message: expect.stringContaining('ended failed: a 500') };
    await expect(take('apply', operationId, { createCustomer })).rejects.toMatchObject(error);
    expect(await operation(operationId)).toMatchObject({
      ...{ attempt: 1, sent: 1, answered: 1, mayHaveLanded: true },
      dueAt: new Date(deps.clock.nowMs() + 6 * 60_000).toISOString(),
      steps: [{ name: 'apply', outcome: 'failed', stripeRequestId: 'req_2' }],
    });
  });

  it('of a delete is sent again at any age: it has no key', async () => {
    const { take, operationId, pass, sandbox, externalId } = await deleting();
    pass(24 * HOUR_MS);
    expect(await take('resolve', operationId)).toBe('succeeded');
    expect(sandbox.state.customers.get(externalId)?.deleted).toBe(true);
  });

  it('gets a new key when its own holds a failure, and nothing was made', async () => {
    const { beginCreate, take, operation, deps } = createSagaWorld();
    const operationId = await beginCreate();
    await expect(take('apply', operationId, { createCustomer: async () => SAVED })).rejects.toThrow('has a new key');
    expect(await operation(operationId)).toMatchObject({
      ...{ attempt: 2, attemptSince: new Date(deps.clock.nowMs()).toISOString() },
      ...{ sent: 0, answered: 0, mayHaveLanded: false, status: 'running' },
    });
    expect(await take('resolve', operationId)).toBe('succeeded');
  });

  it('has succeeded when its key holds a failure, and it was made', async () => {
    const { beginCreate, take, operation, inside, deps } = createSagaWorld();
    const operationId = await beginCreate();
    const { customerId } = await operation(operationId);
    const createCustomer = async () => {
      await inside(() =>
        deps.integration.createCustomer({ ...NEW, ownership: { customerId, operationId } }, `${operationId}:1`),
      );
      return SAVED;
    };
    expect(await take('apply', operationId, { createCustomer })).toBe('succeeded');
  });

  it('too old for its key is looked for once it has arrived', async () => {
    const { beginCreate, take, pass, deps, setOperation, operation, inside } = createSagaWorld();
    const operationId = await beginCreate();
    pass(23 * HOUR_MS);
    await setOperation(operationId, { lastSentAt: new Date(deps.clock.nowMs()).toISOString() });
    await expect(take('resolve', operationId)).rejects.toThrow('a request may still travel');
    pass(HOUR_MS);
    await expect(take('resolve', operationId)).rejects.toThrow('shows nothing of this operation');
    const { customerId } = await operation(operationId);
    await inside(() =>
      deps.integration.createCustomer({ ...NEW, ownership: { customerId, operationId } }, 'another key'),
    );
    expect(await take('resolve', operationId)).toBe('succeeded');
  });

  it('of an update that is too old for its key: what Stripe shows decides', async () => {
    const world = createSagaWorld();
    const { id, externalId } = await world.twins();
    const begin = () => world.beginUpdate(id, { name: 'Janet' });
    const first = await begin();
    world.pass(24 * HOUR_MS);
    expect(await world.take('resolve', first)).toBe('rejected');
    await world.take('release', first);
    await world.sweep();
    const second = await begin();
    world.pass(24 * HOUR_MS);
    await world.dashboard('POST', `/${externalId}`, { name: 'Janet' });
    expect(await world.take('resolve', second)).toBe('succeeded');
  });

  it('is looked at first by whoever is late, or comes second', async () => {
    const { beginCreate, take, pass, operation } = createSagaWorld();
    const operationId = await beginCreate();
    pass(59_000);
    expect(await take('apply', operationId)).toBe('succeeded');
    expect((await operation(operationId)).steps).toMatchObject([{ name: 'resolve' }]);
  });
});
