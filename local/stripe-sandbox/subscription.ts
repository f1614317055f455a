import type { Collection } from '../persistent-collection.ts';
import type { NewIdentifier } from './identifiers.ts';
import type { Metadata } from './metadata.ts';

export type SubscriptionStatus = 'active' | 'trialing' | 'canceled';

/** https://docs.stripe.com/api/subscriptions/object, as far as it bears on whether a customer may be deleted. */
export type Subscription = ReturnType<typeof newSubscription>;

export type SubscriptionOrder = {
  readonly customer: string;
  readonly items: readonly { readonly price: string; readonly quantity: number }[];
  readonly trialDays: number;
  readonly metadata: Metadata;
};

const DAY_SECONDS = 24 * 60 * 60;
const PERIOD_SECONDS = 30 * DAY_SECONDS;

export function newSubscription(order: SubscriptionOrder, created: number, newIdentifier: NewIdentifier) {
  const id = newIdentifier('sub_');
  const trialEnd = order.trialDays > 0 ? created + order.trialDays * DAY_SECONDS : null;
  const periodEnd = trialEnd ?? created + PERIOD_SECONDS;
  return {
    id,
    object: 'subscription' as const,
    billing_cycle_anchor: periodEnd,
    cancel_at: null as number | null,
    cancel_at_period_end: false,
    canceled_at: null as number | null,
    cancellation_details: { comment: null, feedback: null, reason: null as string | null },
    collection_method: 'charge_automatically',
    created,
    currency: 'usd',
    customer: order.customer,
    days_until_due: null,
    default_payment_method: null,
    default_source: null,
    description: null,
    discounts: [],
    ended_at: null as number | null,
    items: {
      object: 'list' as const,
      data: order.items.map((item) => newItem(newIdentifier('si_'), id, item, created, periodEnd)),
      has_more: false,
      url: `/v1/subscription_items?subscription=${id}`,
    },
    latest_invoice: null,
    livemode: false,
    metadata: order.metadata,
    pause_collection: null,
    schedule: null,
    start_date: created,
    status: (trialEnd === null ? 'active' : 'trialing') as SubscriptionStatus,
    test_clock: null,
    trial_end: trialEnd,
    trial_start: trialEnd === null ? null : created,
  };
}

function newItem(
  id: string,
  subscription: string,
  item: SubscriptionOrder['items'][number],
  created: number,
  periodEnd: number,
) {
  return {
    id,
    object: 'subscription_item' as const,
    created,
    current_period_end: periodEnd,
    current_period_start: created,
    discounts: [],
    metadata: {},
    price: priceOf(item.price, created),
    quantity: item.quantity,
    subscription,
    tax_rates: [],
  };
}

/** Prices are not modelled: whatever id is named is a monthly price of ten dollars. */
function priceOf(id: string, created: number) {
  return {
    id,
    object: 'price' as const,
    active: true,
    billing_scheme: 'per_unit',
    created,
    currency: 'usd',
    livemode: false,
    lookup_key: null,
    metadata: {},
    nickname: null,
    product: 'prod_sandbox',
    recurring: { interval: 'month', interval_count: 1, meter: null, trial_period_days: null, usage_type: 'licensed' },
    type: 'recurring',
    unit_amount: 1000,
    unit_amount_decimal: '1000',
  };
}

export function isLive(subscription: Subscription): boolean {
  return subscription.status !== 'canceled';
}

export function subscriptionsOf(subscriptions: Collection<Subscription>, customerId: string): readonly Subscription[] {
  return subscriptions.values().filter(({ customer }) => customer === customerId);
}

/** The subscription as it is once it has ended: https://docs.stripe.com/api/subscriptions/cancel */
export function canceledSubscription(subscription: Subscription, atSeconds: number): Subscription {
  return {
    ...subscription,
    status: 'canceled',
    canceled_at: atSeconds,
    ended_at: atSeconds,
    cancel_at_period_end: false,
    cancel_at: null,
    cancellation_details: { ...subscription.cancellation_details, reason: 'cancellation_requested' },
  };
}
