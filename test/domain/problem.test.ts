import * as problems from '#domain/problem.ts';
import { isFinalProblem, type Problem, ProblemError, type ProblemType } from '#domain/problem.ts';

const thrown = (error: ProblemError): Problem => error.problem;

/** What callers are told, and after how many seconds it is worth asking again. */
const TOLD: [Problem, ProblemType, number?][] = [
  [thrown(problems.invalid([])), 'validation'],
  [thrown(problems.notFound('customer')), 'not-found'],
  [thrown(problems.emailTaken()), 'email-taken'],
  [thrown(problems.customerBusy()), 'customer-busy', 2],
  [thrown(problems.operationUnderway()), 'customer-busy', 2],
  [thrown(problems.operationFinished()), 'operation-finished'],
  [thrown(problems.alreadyLinked('')), 'already-linked'],
  [thrown(problems.hasSubscriptions()), 'customer-has-subscriptions'],
  [thrown(problems.versionMismatch()), 'version-mismatch'],
  [thrown(problems.keyReused()), 'idempotency-key-reused'],
  [thrown(problems.keyInProgress()), 'idempotency-in-progress', 1],
  [thrown(problems.reconciliationRefused('')), 'reconciliation-refused'],
  [problems.stripeRejected(''), 'stripe-rejected'],
  [problems.stripeUnavailable(), 'stripe-unavailable', 5],
];

describe('a problem', () => {
  it.each(TOLD)('%p is of the type %s', (problem, type, retryAfterSeconds?: number) => {
    expect([problem.type, problem.retryAfterSeconds]).toEqual([type, retryAfterSeconds]);
  });

  it('is an error that says what it tells', () => {
    const cause = new Error('why');
    const error = new ProblemError({ type: 'internal', detail: 'It went wrong.' }, { cause });
    expect(error).toMatchObject({ name: 'ProblemError', message: 'It went wrong.', cause });
    expect(problems.notFound('customer').message).toBe('There is no such customer.');
    expect(thrown(problems.invalid([{ pointer: '/name', message: 'no' }])).errors).toEqual([
      { pointer: '/name', message: 'no' },
    ]);
  });

  it('that is about the moment, or another payload, is not the key’s answer: it is asked again', () => {
    const types = [...new Set(TOLD.map(([, type]) => type)), 'internal' as const];
    expect(types.filter((type) => !isFinalProblem({ type, detail: '' })).toSorted()).toEqual([
      ...['customer-busy', 'idempotency-in-progress', 'idempotency-key-reused', 'internal', 'stripe-unavailable'],
    ]);
  });
});
