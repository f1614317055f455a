/** Stripe's refusals, in its own words: https://docs.stripe.com/api/errors and https://docs.stripe.com/error-codes */

export type StripeErrorFields = {
  readonly type: 'invalid_request_error' | 'idempotency_error' | 'card_error' | 'api_error';
  readonly message: string;
  readonly code?: string;
  readonly param?: string;
  readonly decline_code?: string;
};

/**
 * A request that is answered with an error. `executionBegan` tells whether an idempotency key remembers the answer:
 * Stripe saves what an endpoint answers once it has begun to execute, and nothing of a request it refused before that.
 */
export class StripeFailure extends Error {
  override readonly name = 'StripeFailure';
  readonly status: number;
  readonly fields: StripeErrorFields;
  readonly executionBegan: boolean;

  constructor(status: number, fields: StripeErrorFields, executionBegan = false) {
    super(fields.message);
    this.status = status;
    this.fields = fields;
    this.executionBegan = executionBegan;
  }
}

/** A parameter that Stripe refuses before the endpoint executes. */
export function invalidParameter(param: string, message: string, code?: string): StripeFailure {
  return new StripeFailure(400, { type: 'invalid_request_error', message, param, ...(code && { code }) });
}

/** The object that the path names does not exist: 404. */
export function missingResource(kind: string, id: string): StripeFailure {
  return new StripeFailure(404, missing(kind, id, 'id'), true);
}

/** The object that a parameter names does not exist: 400, as for every other invalid parameter. */
export function missingReference(kind: string, id: string, param: string): StripeFailure {
  return new StripeFailure(400, missing(kind, id, param));
}

function missing(kind: string, id: string, param: string): StripeErrorFields {
  return { type: 'invalid_request_error', code: 'resource_missing', message: `No such ${kind}: '${id}'`, param };
}

/** Something broke inside Stripe while the endpoint was executing. */
export function internalFailure(): StripeFailure {
  return new StripeFailure(500, { type: 'api_error', message: 'An unknown error occurred' }, true);
}

/** The body of a failed reply. The links are the ones Stripe adds for whoever debugs. */
export function errorBody(failure: StripeFailure, requestId: string, nowMs: number): { readonly error: object } {
  const { code } = failure.fields;
  return {
    error: {
      ...failure.fields,
      ...(code && { doc_url: `https://stripe.com/docs/error-codes/${code.replaceAll('_', '-')}` }),
      request_log_url: `https://dashboard.stripe.com/test/logs/${requestId}?t=${Math.floor(nowMs / 1000)}`,
    },
  };
}
