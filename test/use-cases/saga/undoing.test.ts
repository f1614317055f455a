import { OutcomeUnknownError } from '#use-cases/saga/executor.ts';
import { BROKEN, createSagaWorld, NEW, REFUSED, SAVED, UNANSWERED } from './saga-world.ts';

const HOUR_MS = 3600_000;
const NEVER_DUE = '9999-12-31T23:59:59.999Z';

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

  it('asks Stripe nothing about a request that has had no effect', async () => {
    const { take, operationId, setOperation } = await undoing();
    await setOperation(operationId, { answered: 1 });
    const ask = () => Promise.reject(new Error('It was asked.'));
    expect(await take('undo', operationId, { findOwned: ask, findCustomer: ask })).toBe('undone');
  });

  it.each([
    ['is deleted already', 'DELETE'],
    ['was never there', undefined],
  ] as const)('deletes nobody who %s', async (_, method) => {
    const { take, operationId, land, sandbox, dashboard } = await undoing();
    await land();
    if (method !== undefined) await dashboard(method, `/${sandbox.state.customers.values()[0]?.customer.id}`);
    const ask = () => Promise.reject(new Error('It was asked.'));
    const nobody = method === undefined && { findCustomer: async () => undefined };
    expect(await take('undo', operationId, { ...nobody, isUnused: ask, deleteCustomer: ask })).toBe('undone');
  });

  it('is not due while it is at work', async () => {
    const { take, operationId, setOperation, operation, deps } = await undoing();
    await setOperation(operationId, { answered: 1, mayHaveLanded: true });
    let meanwhile: unknown;
    const findOwned = async () => {
      meanwhile = await operation(operationId);
      return undefined;
    };
    expect(await take('undo', operationId, { findOwned })).toBe('undone');
    expect(meanwhile).toMatchObject({ dueAt: new Date(deps.clock.nowMs() + 6 * 60_000).toISOString() });
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
