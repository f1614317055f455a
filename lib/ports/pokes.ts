import { GATE, type IntegrationName } from '#domain/integrations.ts';

/**
 * "Look at this customer": one of ours, or one of an integration's, which may not be ours yet. Without the name of an
 * integration, the gate is meant.
 */
export type Poke = { readonly integration?: IntegrationName } & (
  | { readonly customerId: string }
  | {
      readonly externalId: string;
      readonly event?: EventNotice | undefined;
      /** When the webhook was received that it comes from; what a sweep has found came by none. */
      readonly receivedAt?: string | undefined;
    }
);

/** The poke that asks to look at a customer of ours and its twin in an integration. */
export function pokeTo(customerId: string, integration: IntegrationName): Poke {
  return { customerId, ...asked(integration) };
}

/** The poke that asks to look at a customer of an integration. */
export function pokeToExternal(externalId: string, integration: IntegrationName): Poke {
  return { externalId, ...asked(integration) };
}

function asked(integration: IntegrationName): Pick<Poke, 'integration'> {
  return integration === GATE ? {} : { integration };
}

/**
 * What a poke tells of the event that it comes from. Nothing personal travels in a queue, so the values before the
 * event are digests: enough to see whether they are the ones that a write of ours expected.
 */
export type EventNotice = {
  readonly id: string;
  readonly kind: 'created' | 'updated' | 'deleted';
  /** When it happened, by Stripe's clock, in whole seconds: no order can be read from it. */
  readonly createdAt: string;
  /** The idempotency key of the request that caused it. */
  readonly key?: string | undefined;
  /** Of the fields that it changed, `digestOf` the value before. Absent when the event does not tell: thin ones do not. */
  readonly previous?: { readonly name?: string; readonly email?: string } | undefined;
};

/** Sends pokes. At least once, in any order: a poke only says where to look. */
export interface Pokes {
  poke(poke: Poke): Promise<void>;
}

/** SHA-256 of a text, in hexadecimal. */
export type Digest = (text: string) => string;

/** The digest of a field's value in one event. Salted with the event, so that equal values do not show across events. */
export function digestOf(digest: Digest, eventId: string, value: string | null): string {
  return digest(JSON.stringify([eventId, (value ?? '').trim()])).slice(0, 32);
}
