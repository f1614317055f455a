import type { Digest } from '#ports/pokes.ts';
import type { Delivery } from './delivery.ts';
import { MalformedEventError } from './event-fields.ts';
import { type NormalisedEvent, normaliseEvent } from './normalise-event.ts';
import { WebhookRefusedError } from './refusal.ts';
import { decodeBody, parseSignatureHeader, verifySignature } from './signature.ts';

/** Whose events this endpoint takes. */
export type Expected = {
  readonly livemode: boolean;
  /** With none configured, events that name an account are of somebody else's: a connected one. */
  readonly account: string | undefined;
};

export type ReceiveDeps = {
  readonly nowMs: () => number;
  readonly readSecrets: () => Promise<readonly string[]>;
  readonly digest: Digest;
};

/** A delivery that Stripe signed for this endpoint. */
export type Received = { readonly event: NormalisedEvent; readonly secretIndex: number };

/**
 * Decides whether a delivery is Stripe's, fresh, and for this endpoint, in that order; nothing is parsed before the
 * signature is verified, and the secrets are not even read for a request that cannot have one.
 * @throws WebhookRefusedError with the reason, or whatever `readSecrets` throws.
 */
export async function receive(deps: ReceiveDeps, expected: Expected, delivery: Delivery): Promise<Received> {
  // Taken before the secrets are read: how long that takes makes nothing stale.
  const receivedAtMs = deps.nowMs();
  if (delivery.signature === undefined || delivery.signature === '') throw new WebhookRefusedError('unsigned');
  const header = parseSignatureHeader(delivery.signature);
  if (header === undefined) throw new WebhookRefusedError('malformed');
  const text = decodeBody(delivery.body);
  const verdict = verifySignature(text, header, await deps.readSecrets(), receivedAtMs);
  if ('refused' in verdict) throw new WebhookRefusedError(verdict.refused);

  const event = readEvent(deps.digest, text);
  if (event.livemode !== expected.livemode) throw new WebhookRefusedError('mode');
  if (event.account !== undefined && event.account !== expected.account) throw new WebhookRefusedError('account');
  return { event, secretIndex: verdict.secretIndex };
}

function readEvent(digest: Digest, text: string): NormalisedEvent {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new WebhookRefusedError('not-json');
  }
  try {
    return normaliseEvent(digest, value);
  } catch (error) {
    throw error instanceof MalformedEventError ? new WebhookRefusedError('not-an-event', error.pointer) : error;
  }
}
