/**
 * The version that the account is pinned to: events carry it, whatever version a request names. It is the one that the
 * `stripe` SDK in package.json speaks.
 */
export const API_VERSION = '2026-10-28.endive';

export type EventType =
  | 'customer.created'
  | 'customer.updated'
  | 'customer.deleted'
  | 'customer.subscription.created'
  | 'customer.subscription.updated'
  | 'customer.subscription.deleted'
  | 'payment_intent.created'
  | 'payment_intent.succeeded'
  | 'charge.succeeded'
  | 'invoice.created';

/** https://docs.stripe.com/api/events/object */
export type StripeEvent = {
  readonly id: string;
  readonly object: 'event';
  readonly api_version: string;
  readonly created: number;
  readonly data: { readonly object: object; readonly previous_attributes?: Readonly<Record<string, unknown>> };
  readonly livemode: false;
  readonly request: { readonly id: string; readonly idempotency_key: string | null };
  readonly type: EventType;
};

/** The request that an effect belongs to, as events tell it. */
export type Cause = { readonly requestId: string; readonly idempotencyKey: string | null };

/** The event as the API and a webhook show it. `pending_webhooks` counts the endpoints that have not acknowledged it yet. */
export function shownEvent(
  event: StripeEvent,
  pendingWebhooks: number,
): StripeEvent & { readonly pending_webhooks: number } {
  return { ...event, pending_webhooks: pendingWebhooks };
}
