import { withPlantedBug } from '../stack/planted-bug.ts';
import { type Stack, startStack } from '../stack/stack.ts';
import { PROTECTED } from './telling.ts';
import { busyAndPokeNotSent, deleteBeginsAgain, sweepPartlyFails, undecided, undoRefused } from './tries.ts';

/** One guard of each story, and two of the busy customer's. None of them matters to another story. */
const BUGS = [
  { file: 'lib/use-cases/saga/sweep-operations.ts', guard: 'failures.push(error);', without: 'throw error;' },
  {
    file: 'lib/use-cases/sync/end-run.ts',
    guard: 'retryAt: isGivenUp ? undefined : backoff(deps, sync) }',
    without: 'retryAt: Number(1) || isGivenUp ? undefined : backoff(deps, sync) }',
  },
  {
    file: 'lib/use-cases/catalog/owed.ts',
    guard: 'await pokes.poke(pokeTo(customerId, integration)).catch((error: Error) => {',
    without: 'await pokes.poke(pokeTo(customerId, integration)).catch((error: Error) => { if (Number(1)) throw error;',
  },
  { file: 'lib/use-cases/catalog/subscriptions.ts', guard: 'asked === undefined ||', without: 'Number(1) ||' },
  {
    file: 'lib/use-cases/saga/undo.ts',
    guard: "if (outcome.is === 'rejected') return park(deps, executor, 'Stripe refuses to delete the customer.');",
    without: "if (outcome.is === 'rejected') return 'undone';",
  },
  { file: 'lib/adapters/dynamodb/transaction.ts', guard: "  'TransactionConflict',\n", without: '' },
];

describe('what cannot be done at first', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack();
  });
  afterAll(() => stack.stop());

  it('keeps a sweep from nothing else', async () => expect(await sweepPartlyFails(stack)).toEqual([]));

  it('is found by its due time when a busy customer cannot be poked', async () =>
    expect(await busyAndPokeNotSent(stack)).toEqual([]));

  it.each([
    { mode: 'default', headers: {} },
    { mode: 'protected', headers: PROTECTED },
  ])('is begun again, with one question to Stripe ($mode delete)', async ({ headers }) =>
    expect(await deleteBeginsAgain(stack, headers)).toEqual([]),
  );

  it.each([
    { code: 'TransactionConflict', mode: 'default', headers: {} },
    { code: 'TransactionConflict', mode: 'protected', headers: PROTECTED },
    { code: 'RequestLimitExceeded', mode: 'default', headers: {} },
    { code: 'ThrottlingException', mode: 'protected', headers: PROTECTED },
  ])('is begun by whoever asks again when DynamoDB names $code ($mode create)', async ({ code, headers }) =>
    expect(await undecided(stack, code, headers)).toEqual([]),
  );

  it('waits for a person when Stripe refuses to undo it, and is ended by one', async () =>
    expect(await undoRefused(stack)).toEqual([]));

  it('is lost, or asked twice, without its guards', async () => {
    await withPlantedBug(BUGS, async (unguarded) => {
      expect(await deleteBeginsAgain(unguarded)).toContain('Subscriptions were read 2 times.');
      expect(await undecided(unguarded, 'TransactionConflict')).toContain(
        'After one refusal, the caller was told 500.',
      );
      const busy = ['A caller was told 500, not 409.', 'Stripe has the name Before.'];
      expect(await busyAndPokeNotSent(unguarded)).toEqual(expect.arrayContaining(busy));
      await expect(undoRefused(unguarded)).rejects.toThrow('The operation never was needs_attention.');
      expect(await sweepPartlyFails(unguarded)).toContain('The sweep took up 0 of the two that it could.');
    });
  });
});
