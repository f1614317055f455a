import { OutcomeUnknownError } from '#use-cases/saga/executor.ts';
import { BROKEN, createSagaWorld, NEW, REFUSED, SAVED, type SagaWorld, UNANSWERED } from './saga-world.ts';

const HOUR_MS = 3600_000;
const NEVER_DUE = '9999-12-31T23:59:59.999Z';
const unknown = { createCustomer: async () => UNANSWERED };

/** A create that is being undone: one request was sent, and nobody knows what became of it. */
async function undoing() {
  const world = createSagaWorld();
  const operationId = await world.beginCreate();
  await world.take('giveUp', operationId);
  /** Stripe has made the customer. */
  const land = async () => {
    const { customerId } = await world.operation(operationId);
    const ownership = { customerId, operationId };
    return world.inside(() => world.deps.integration.createCustomer({ ...NEW, ownership }, `${operationId}:1`));
  };
  const inStripe = () => world.sandbox.state.customers.values().map(({ deleted }) => (deleted ? 'deleted' : 'there'));
  return { ...world, operationId, land, inStripe };
}
type Undoing = Awaited<ReturnType<typeof undoing>>;

const UNDONE: readonly (readonly [string, (world: Undoing) => unknown, string[]])[] = [
  ['nothing was made, it says', () => {}, ['deleted']],
  ['it was made', ({ land }) => land(), ['deleted']],
  [
    'it was made, and deleted by hand',
    async ({ land, sandbox, dashboard }) => {
      await land();
      await dashboard('DELETE', `/${sandbox.state.customers.values()[0]?.customer.id}`);
    },
    ['deleted'],
  ],
  [
    'all is answered, and nothing may have landed',
    ({ setOperation, operationId }) => setOperation(operationId, { answered: 1 }),
    [],
  ],
  [
    'all is answered, and it may have landed',
    async ({ land, setOperation, operationId }) => {
      await land();
      await setOperation(operationId, { answered: 1, mayHaveLanded: true });
    },
    ['deleted'],
  ],
  [
    'the key is too old, and it was made',
    async ({ land, pass }) => {
      await land();
      pass(24 * HOUR_MS);
    },
    ['deleted'],
  ],
  ['the key is too old, and nothing was made', ({ pass }) => pass(24 * HOUR_MS), []],
];

describe('undoing a create', () => {
  it.each(UNDONE)('leaves nothing in Stripe: %s', async (_, make, left) => {
    const world = await undoing();
    await make(world);
    expect([await world.take('undo', world.operationId), world.inStripe()]).toEqual(['undone', left]);
    // Twice is as good as once.
    expect([await world.take('undo', world.operationId), world.inStripe()]).toEqual(['undone', left]);
  });

  it('is over when Stripe refuses to make it', async () => {
    const { take, operationId, inStripe } = await undoing();
    expect(await take('undo', operationId, { createCustomer: async () => REFUSED })).toBe('undone');
    expect(inStripe()).toEqual([]);
  });

  it('counts the request that it sends, before it is sent, and what came of it', async () => {
    const { take, operationId, operation, deps } = await undoing();
    const at = (ms = 0) => new Date(deps.clock.nowMs() + ms).toISOString();
    let sent: unknown;
    const createCustomer = async () => {
      sent = await operation(operationId);
      return SAVED;
    };
    expect(await take('undo', operationId, { createCustomer })).toBe('undone');
    expect(sent).toMatchObject({ sent: 2, answered: 0, lastSentAt: at(), isAnswered: false, dueAt: at(6 * 60_000) });
    expect(await operation(operationId)).toMatchObject({
      ...{ sent: 2, answered: 2, isAnswered: true, mayHaveLanded: true, lastUnknownAt: at(-1_000) },
      steps: [{ name: 'undo', attempt: 1, startedAt: at(), endedAt: at(), outcome: 'failed', error: 'a saved 500' }],
    });
  });

  it.each([
    ['Stripe gives no answer', () => UNANSWERED],
    ['Stripe breaks, and an earlier request is unknown', () => BROKEN],
  ])('is repeated while %s', async (_, answer) => {
    const { take, operationId } = await undoing();
    await expect(take('undo', operationId, { createCustomer: async () => answer() })).rejects.toThrow(
      OutcomeUnknownError,
    );
  });

  it('looks only when a request that is too old for its key has arrived', async () => {
    const { take, operationId, setOperation, pass, deps } = await undoing();
    pass(24 * HOUR_MS);
    const lastSentAt = new Date(deps.clock.nowMs() - HOUR_MS + 1).toISOString();
    await setOperation(operationId, { lastSentAt });
    await expect(take('undo', operationId)).rejects.toThrow('a request may still travel');
    pass(1);
    expect(await take('undo', operationId)).toBe('undone');
  });

  it('waits for a person when the customer has been used, or Stripe refuses to delete it', async () => {
    const { take, operationId, operation, land, subscribe, sandbox, inStripe, deps } = await undoing();
    await land();
    await subscribe(sandbox.state.customers.values()[0]?.customer.id ?? '');
    const at = new Date(deps.clock.nowMs()).toISOString();
    expect([await take('undo', operationId), inStripe()]).toEqual(['needs_attention', ['there']]);
    expect(await operation(operationId)).toMatchObject({
      ...{ status: 'needs_attention', dueAt: NEVER_DUE },
      steps: [
        {
          ...{ name: 'undo', attempt: 1, startedAt: at, endedAt: at, outcome: 'needs_attention' },
          error: 'The customer in Stripe has been used, or may have been, and was not deleted.',
        },
      ],
    });
    expect(await take('undo', operationId)).toBe('superseded');

    const other = await undoing();
    await other.land();
    expect(await other.take('undo', other.operationId, { deleteCustomer: async () => REFUSED })).toBe(
      'needs_attention',
    );
    expect((await other.operation(other.operationId)).steps).toMatchObject([
      { error: 'Stripe refuses to delete the customer.' },
    ]);
  });

  it('is repeated while it is not known whether the customer is gone', async () => {
    const { take, operationId, land } = await undoing();
    await land();
    await expect(take('undo', operationId, { deleteCustomer: async () => UNANSWERED })).rejects.toThrow(
      'ended unknown',
    );
    expect(await take('undo', operationId)).toBe('undone');
  });

  it('is nobody’s who was overtaken, before or meanwhile', async () => {
    const { take, operationId, land, setOperation } = await undoing();
    await land();
    const isUnused = async () => {
      await setOperation(operationId, { fence: 2 });
      return false;
    };
    expect(await take('undo', operationId, { isUnused })).toBe('superseded');
    expect(await take('undo', operationId)).toBe('superseded');
    const other = createSagaWorld();
    expect(await other.take('undo', await other.beginCreate())).toBe('superseded');
  });
});

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
    ['shows', 'Janet', 'succeeded'],
    ['does not show', 'Jane', 'rejected'],
  ])('an update that may have happened, and %s', async (_, name, outcome) => {
    const world = createSagaWorld();
    const { id, externalId } = await world.twins();
    const operationId = await world.beginUpdate(id, { name: 'Janet' });
    await world.setOperation(operationId, { answered: 1, mayHaveLanded: true });
    await world.dashboard('POST', `/${externalId}`, { name });
    expect(await world.take('giveUp', operationId)).toBe(outcome);
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
