import Stripe from 'stripe';
import type { Outcome } from '#domain/outcome.ts';

const errors = Stripe.errors;

/** Statuses with which Stripe refuses before it looks at the parameters, and so without any effect. */
const WITHOUT_EFFECT = new Set([401, 403, 429]);
/** Errors of a connection that was never made. */
const NOT_CONNECTED = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

/**
 * What an error of the Stripe SDK says about the request: one question after the other, the surest first.
 * Sources: docs.stripe.com/api/idempotent_requests and docs.stripe.com/error-low-level.
 */
export function outcomeOfError(error: unknown): Outcome<never> {
  if (!(error instanceof errors.StripeError)) throw error;
  const requestId = error.requestId === undefined ? {} : { requestId: error.requestId };
  const replayed = error.headers?.['idempotent-replayed'] === 'true';

  // No connection, so no request.
  if (error instanceof errors.StripeConnectionError && NOT_CONNECTED.has(codeOf(error))) {
    return { is: 'nothing', error: codeOf(error) };
  }
  // A connection that broke, no answer in time, or one that is not Stripe's own, as `stripeClient` makes sure: the
  // request may still be on its way.
  if (error instanceof errors.StripeConnectionError || error.statusCode === undefined) {
    return { is: 'unknown', error: codeOf(error) };
  }
  // A twin under the same key is running: its outcome will be ours.
  if (error.statusCode === 409) return { is: 'unknown', error: 'idempotency_key_in_use', ...requestId };
  // Our own key with other parameters would be our mistake, and says nothing of what the key did.
  if (error instanceof errors.StripeIdempotencyError)
    return { is: 'unknown', error: 'idempotency_error', ...requestId };
  if (WITHOUT_EFFECT.has(error.statusCode)) return { is: 'nothing', error: `status ${error.statusCode}`, ...requestId };
  // Stripe says that the request is over.
  if (error.statusCode >= 500) return { is: 'failed', error: `status ${error.statusCode}`, replayed, ...requestId };
  // Only a word on these very parameters is a refusal for ever.
  if (isRefusal(error)) return { is: 'rejected', reason: reasonOf(error), ...requestId };
  return { is: 'unknown', error: `status ${error.statusCode}`, ...requestId };
}

function isRefusal({ statusCode, code }: InstanceType<typeof errors.StripeError>): boolean {
  return statusCode === 400 || statusCode === 402 || (statusCode === 404 && code === 'resource_missing');
}

/** Stripe's own sentence, without anything that looks like a key. */
function reasonOf(error: InstanceType<typeof errors.StripeError>): string {
  const sentence = error.message === '' ? (error.code ?? 'Stripe refused the customer.') : error.message;
  return sentence.replace(/\b(?:sk|rk|pk|whsec)_\w+/g, '[key]').slice(0, 500);
}

function codeOf(error: { readonly code?: string | undefined; readonly detail?: unknown }): string {
  const { detail } = error;
  const cause = typeof detail === 'object' && detail !== null && 'code' in detail ? String(detail.code) : undefined;
  return cause ?? error.code ?? 'no answer';
}
