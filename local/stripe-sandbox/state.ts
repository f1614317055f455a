import type { Collection, OpenCollection } from '../persistent-collection.ts';
import type { StoredCustomer } from './customer.ts';
import type { StripeEvent } from './event.ts';
import type { IdempotencyRecord } from './idempotency.ts';
import type { Charge, Invoice, PaymentIntent } from './payment.ts';
import type { SeenRequest } from './request-log.ts';
import type { SearchEntry } from './search-index.ts';
import { createSettings, type Settings, type SettingsStore } from './settings.ts';
import type { Subscription } from './subscription.ts';
import type { PendingDelivery } from './webhooks.ts';

/** Everything the sandbox remembers. */
export type State = {
  readonly customers: Collection<StoredCustomer>;
  readonly subscriptions: Collection<Subscription>;
  readonly paymentIntents: Collection<PaymentIntent>;
  readonly charges: Collection<Charge>;
  readonly invoices: Collection<Invoice>;
  readonly events: Collection<StripeEvent>;
  readonly searchIndex: Collection<SearchEntry>;
  readonly idempotency: Collection<IdempotencyRecord>;
  readonly requests: Collection<SeenRequest>;
  readonly deliveries: Collection<PendingDelivery>;
  readonly settings: SettingsStore;
  readonly atomically: OpenCollection['atomically'];
  clear(): void;
};

export function openState(open: OpenCollection): State {
  const parts = {
    customers: open<StoredCustomer>('stripe-customers'),
    subscriptions: open<Subscription>('stripe-subscriptions'),
    paymentIntents: open<PaymentIntent>('stripe-payment-intents'),
    charges: open<Charge>('stripe-charges'),
    invoices: open<Invoice>('stripe-invoices'),
    events: open<StripeEvent>('stripe-events'),
    searchIndex: open<SearchEntry>('stripe-search-index'),
    idempotency: open<IdempotencyRecord>('stripe-idempotency'),
    requests: open<SeenRequest>('stripe-requests'),
    deliveries: open<PendingDelivery>('stripe-deliveries'),
    settings: createSettings(open<Settings>('stripe-settings')),
  };
  return {
    ...parts,
    atomically: open.atomically,
    clear: () =>
      open.atomically(() => {
        for (const part of Object.values(parts)) part.clear();
      }),
  };
}
