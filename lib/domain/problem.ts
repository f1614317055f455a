/** Every problem a caller can be told of; the last path segment of its `type` (RFC 9457). */
export type ProblemType =
  | 'validation'
  | 'idempotency-key-malformed'
  | 'not-found'
  | 'method-not-allowed'
  | 'email-taken'
  | 'customer-busy'
  | 'operation-finished'
  | 'already-linked'
  | 'idempotency-in-progress'
  | 'customer-has-subscriptions'
  | 'version-mismatch'
  | 'payload-too-large'
  | 'unsupported-media-type'
  | 'idempotency-key-reused'
  | 'reconciliation-refused'
  | 'too-many-requests'
  | 'stripe-rejected'
  | 'stripe-unavailable'
  | 'internal';

/** One invalid place: a JSON Pointer (RFC 6901) into the body, or the name of a header or query parameter. */
export type InvalidPlace = { readonly pointer: string; readonly message: string };

export type Problem = {
  readonly type: ProblemType;
  /** One sentence for a person. Never a secret, never somebody else's data. */
  readonly detail: string;
  readonly errors?: readonly InvalidPlace[];
  readonly retryAfterSeconds?: number;
};

/** A request ends with this problem. Nothing of it has happened, or what had happened is undone. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly problem: Problem;

  constructor(problem: Problem, options?: ErrorOptions) {
    super(problem.detail, options);
    this.problem = problem;
  }
}

/** Answers about the moment, or about another payload under the key: they say nothing of the key's own request. */
const NOT_FINAL: ReadonlySet<ProblemType> = new Set([
  'customer-busy',
  'idempotency-in-progress',
  'idempotency-key-reused',
  'too-many-requests',
  'stripe-unavailable',
  'internal',
]);

/** Whether the same request, sent again, gets this same answer until its idempotency key expires. */
export function isFinalProblem({ type }: Problem): boolean {
  return !NOT_FINAL.has(type);
}

export function invalid(errors: readonly InvalidPlace[]): ProblemError {
  return new ProblemError({ type: 'validation', detail: 'The request is not valid.', errors });
}

export function notFound(what: string): ProblemError {
  return new ProblemError({ type: 'not-found', detail: `There is no such ${what}.` });
}

export function emailTaken(): ProblemError {
  return new ProblemError({ type: 'email-taken', detail: 'Another customer has this email.' });
}

export function customerBusy(): ProblemError {
  return new ProblemError({
    type: 'customer-busy',
    detail: 'Another operation on this customer or email is under way.',
    retryAfterSeconds: 2,
  });
}

/** It is the customer that is busy, with the very operation that was asked about. */
export function operationUnderway(): ProblemError {
  return new ProblemError({
    type: 'customer-busy',
    detail: 'The operation is under way already.',
    retryAfterSeconds: 2,
  });
}

export function operationFinished(): ProblemError {
  return new ProblemError({
    type: 'operation-finished',
    detail: 'The operation has ended: there is nothing to retry.',
  });
}

export function alreadyLinked(detail: string): ProblemError {
  return new ProblemError({ type: 'already-linked', detail });
}

export function hasSubscriptions(): ProblemError {
  return new ProblemError({
    type: 'customer-has-subscriptions',
    detail: 'The customer has a live subscription in Stripe. Deleting would cancel it: say ?cancel_subscriptions=true.',
  });
}

export function versionMismatch(): ProblemError {
  return new ProblemError({ type: 'version-mismatch', detail: 'The customer has another version than If-Match says.' });
}

export function keyReused(): ProblemError {
  return new ProblemError({
    type: 'idempotency-key-reused',
    detail: 'This idempotency key was used with another payload.',
  });
}

export function keyInProgress(): ProblemError {
  return new ProblemError({
    type: 'idempotency-in-progress',
    detail: 'The first request with this idempotency key is still under way.',
    retryAfterSeconds: 1,
  });
}

/** The caller keeps others waiting. Nothing was looked at. */
export function tooManyRequests(): ProblemError {
  return new ProblemError({
    type: 'too-many-requests',
    detail: 'Others wait while this caller has many requests at work. Send fewer at once.',
    retryAfterSeconds: 2,
  });
}

/** What both sides look like is not to be believed, or somebody else is at work: nothing was repaired. */
export function reconciliationRefused(detail: string): ProblemError {
  return new ProblemError({ type: 'reconciliation-refused', detail });
}

/** The detail is Stripe's own reason, cleared of secrets by the adapter. */
export function stripeRejected(reason: string): Problem {
  return { type: 'stripe-rejected', detail: reason };
}

export function stripeUnavailable(): Problem {
  return {
    type: 'stripe-unavailable',
    detail: 'Stripe could not be reached. Nothing was left behind; try again.',
    retryAfterSeconds: 5,
  };
}
