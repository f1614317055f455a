import { ProblemError } from './problem.ts';

/** What identifies a request across its repeats: who asks which route (`scope`), the key, and the payload's fingerprint. */
export type RequestIdentity = {
  readonly scope: string;
  readonly key: string;
  readonly fingerprint: string;
  /** The id of this very request, which problems carry: a repeat tells the first one's. */
  readonly requestId: string;
};

/** Keys are forgotten after 24 hours, as Stripe forgets its own (docs.stripe.com/api/idempotent_requests). */
export const KEY_LIFETIME_SECONDS = 24 * 3600;

/**
 * Parses an Idempotency-Key header: 1 to 255 printable ASCII characters without comma or quote, bare (as Stripe takes
 * it) or as a structured-field string (RFC 9651 section 3.3.3); both forms name the same key. Doubled headers arrive
 * joined by a comma and are refused with it.
 * @throws ProblemError `idempotency-key-malformed`
 */
export function parseIdempotencyKey(header: string): string {
  const quoted = /^"(.*)"$/.exec(header.trim());
  // A quoted string escapes a backslash by another one; other escapes would bring in a quote.
  const isEscaped = quoted?.[1] === undefined || /^(?:[^\\]|\\\\)*$/.test(quoted[1]);
  const key = quoted?.[1]?.replaceAll('\\\\', '\\') ?? header.trim();
  if (!isEscaped || !/^[\x20-\x7e]{1,255}$/.test(key) || /[,"]/.test(key)) {
    throw new ProblemError({
      type: 'idempotency-key-malformed',
      detail: 'Idempotency-Key must be one header of 1 to 255 printable ASCII characters without comma or quote.',
    });
  }
  return key;
}
