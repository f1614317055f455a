/** https://docs.stripe.com/api/idempotent_requests and https://docs.stripe.com/error-low-level#idempotency */
import { createHash } from 'node:crypto';
import type { Collection } from '../persistent-collection.ts';
import { StripeFailure } from './errors.ts';
import { canonicalForm, type Form } from './form-body.ts';

const MAX_KEY_LENGTH = 255;
/** Keys can be removed once they are at least 24 hours old; this double removes them exactly then. */
const LIFETIME_MS = 24 * 60 * 60 * 1000;
/** How many replies are saved between two looks for the ones that are too old. */
const PRUNE_EVERY = 256;

/** A POST that carries a key. */
export type KeyedRequest = { readonly key: string; readonly path: string; readonly fingerprint: string };

/** The first reply to a key, from the moment its endpoint executed. */
export type IdempotencyRecord = KeyedRequest & {
  readonly requestId: string;
  readonly status: number;
  readonly body: string;
  readonly createdAtMs: number;
};

export type Idempotency = {
  /**
   * The saved reply to this very request, or undefined when the key is new. Throws Stripe's 400 when the key was used
   * with another path or other parameters, and its 409 while its first request is still in flight.
   */
  findReply(request: KeyedRequest): IdempotencyRecord | undefined;
  /** The key is in flight from here until the returned function is called. */
  begin(request: KeyedRequest): () => void;
  /** Saves the reply. Part of the transaction of the effect: neither is ever there without the other. */
  save(
    request: KeyedRequest,
    reply: { readonly requestId: string; readonly status: number; readonly body: string },
  ): void;
  inFlight(): readonly KeyedRequest[];
};

export function createIdempotency(records: Collection<IdempotencyRecord>, now: () => number): Idempotency {
  const inFlight = new Map<string, KeyedRequest>();
  const isExpired = (record: IdempotencyRecord) => now() >= record.createdAtMs + LIFETIME_MS;

  const prune = () => {
    for (const record of records.values()) if (isExpired(record)) records.delete(record.key);
  };

  return {
    findReply: (request) => {
      const running = inFlight.get(request.key);
      const saved = records.get(request.key);
      const first = running ?? (saved && !isExpired(saved) ? saved : undefined);
      if (first === undefined) return undefined;
      assertSameRequest(first, request);
      if (running) throw inUse(request.key);
      return saved;
    },
    begin: (request) => {
      inFlight.set(request.key, request);
      return () => inFlight.delete(request.key);
    },
    save: (request, { requestId, status, body }) => {
      // An expired record is deleted first, so that the new one takes its place at the end of the order.
      records.delete(request.key);
      records.set(request.key, { ...request, requestId, status, body, createdAtMs: now() });
      if (records.size % PRUNE_EVERY === 0) prune();
    },
    inFlight: () => [...inFlight.values()],
  };
}

/** Throws Stripe's 400 for a key that is too long. */
export function keyedRequest(key: string, path: string, parameters: Form): KeyedRequest {
  if (key.length > MAX_KEY_LENGTH) {
    throw new StripeFailure(400, {
      type: 'invalid_request_error',
      message: `Idempotency keys can have up to ${MAX_KEY_LENGTH} characters, but you passed in a key that is ${key.length} characters.`,
    });
  }
  return { key, path, fingerprint: createHash('sha256').update(canonicalForm(parameters)).digest('hex') };
}

function assertSameRequest(first: KeyedRequest, request: KeyedRequest): void {
  const advice = `Try using a key other than '${request.key}' if you meant to execute a different request.`;
  if (first.path !== request.path) {
    throw mismatch(
      `Keys for idempotent requests can only be used for the same endpoint they were first used for ('${request.path}' vs '${first.path}'). ${advice}`,
    );
  }
  if (first.fingerprint !== request.fingerprint) {
    throw mismatch(
      `Keys for idempotent requests can only be used with the same parameters they were first used with. ${advice}`,
    );
  }
}

function mismatch(message: string): StripeFailure {
  return new StripeFailure(400, { type: 'idempotency_error', message });
}

function inUse(key: string): StripeFailure {
  return new StripeFailure(409, {
    type: 'idempotency_error',
    code: 'idempotency_key_in_use',
    message: `There is currently another in-progress request using this Idempotent Key (that probably means you submitted twice, and the other request is still going through): ${key}. Please try again later.`,
  });
}
