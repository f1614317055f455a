/** Every problem a caller can be told of; the last path segment of its `type` (RFC 9457). */
export type ProblemType =
  | 'validation'
  | 'idempotency-key-malformed'
  | 'not-found'
  | 'email-taken'
  | 'customer-busy'
  | 'idempotency-in-progress'
  | 'payload-too-large'
  | 'unsupported-media-type'
  | 'idempotency-key-reused'
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

/** Whether the same request, sent again, gets this same answer until its idempotency key expires. */
export function isFinalProblem({ type }: Problem): boolean {
  return (
    type !== 'customer-busy' &&
    type !== 'idempotency-in-progress' &&
    type !== 'stripe-unavailable' &&
    type !== 'internal'
  );
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
