import * as problems from '#domain/problem.ts';
import { isFinalProblem, type Problem, ProblemError, type ProblemType } from '#domain/problem.ts';

/** What callers are told, and after how many seconds it is worth asking again. */
const TOLD: readonly { readonly tell: () => Problem; readonly type: ProblemType; readonly seconds?: number }[] = [
  { type: 'validation', tell: () => problems.invalid([]).problem },
  { type: 'not-found', tell: () => problems.notFound('customer').problem },
  { type: 'email-taken', tell: () => problems.emailTaken().problem },
  { type: 'customer-busy', tell: () => problems.customerBusy().problem, seconds: 2 },
  { type: 'customer-busy', tell: () => problems.operationUnderway().problem, seconds: 2 },
  { type: 'operation-finished', tell: () => problems.operationFinished().problem },
  { type: 'already-linked', tell: () => problems.alreadyLinked('').problem },
  { type: 'customer-has-subscriptions', tell: () => problems.hasSubscriptions().problem },
  { type: 'version-mismatch', tell: () => problems.versionMismatch().problem },
  { type: 'idempotency-key-reused', tell: () => problems.keyReused().problem },
  { type: 'idempotency-in-progress', tell: () => problems.keyInProgress().problem, seconds: 1 },
  { type: 'reconciliation-refused', tell: () => problems.reconciliationRefused('').problem },
  { type: 'too-many-requests', tell: () => problems.tooManyRequests().problem, seconds: 2 },
  { type: 'stripe-rejected', tell: () => problems.stripeRejected('') },
  { type: 'stripe-unavailable', tell: () => problems.stripeUnavailable(), seconds: 5 },
];

describe('a problem', () => {
  it.each(TOLD)(
    'of the type $type says so, and when to ask again: after $seconds seconds',
    ({ tell, type, seconds }) => {
      const { type: told, retryAfterSeconds } = tell();
      expect([told, retryAfterSeconds]).toEqual([type, seconds]);
    },
  );

  it('is an error that says what it tells', () => {
    const cause = new Error('why');
    const error = new ProblemError({ type: 'internal', detail: 'It went wrong.' }, { cause });
    expect(error).toMatchObject({ name: 'ProblemError', message: 'It went wrong.', cause });
    expect(problems.notFound('customer').message).toBe('There is no such customer.');
    const errors = [{ pointer: '/name', message: 'no' }];
    expect(problems.invalid(errors).problem.errors).toEqual(errors);
  });

  it('that is about the moment, or another payload, is not the key’s answer: it is asked again', () => {
    const types = [...new Set(TOLD.map(({ type }) => type)), 'internal' as const];
    expect(types.filter((type) => !isFinalProblem({ type, detail: '' })).toSorted()).toEqual([
      ...['customer-busy', 'idempotency-in-progress', 'idempotency-key-reused', 'internal', 'stripe-unavailable'],
      'too-many-requests',
    ]);
  });
});
