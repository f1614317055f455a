/** https://docs.stripe.com/api/subscriptions */
import type { Endpoint, Rooms } from './endpoint.ts';
import { invalidParameter, missingReference, missingResource } from './errors.ts';
import type { Cause } from './event.ts';
import type { Form } from './form-body.ts';
import { newestFirst, PAGE_PARAMETERS, pageOf, readPage } from './lists.ts';
import { findMetadataChange, mergeMetadata } from './metadata.ts';
import {
  assertKnownParameters,
  findBoolean,
  findExpansions,
  findInteger,
  findString,
  findTimeFilter,
  getString,
} from './parameters.ts';
import { previousAttributes } from './previous-attributes.ts';
import { toSeconds } from './seconds.ts';
import {
  canceledSubscription,
  isLive,
  newSubscription,
  type Subscription,
  type SubscriptionOrder,
} from './subscription.ts';

const PATH = '/v1/subscriptions';

export function subscriptionEndpoints(rooms: Rooms): readonly Endpoint[] {
  return [create(rooms), list(rooms), retrieve(rooms), update(rooms), cancel(rooms)];
}

function create({ state, events, now, newIdentifier }: Rooms): Endpoint {
  return {
    method: 'POST',
    path: PATH,
    prepare: (parameters) => {
      assertKnownParameters(parameters, ['customer', 'items', 'trial_period_days', 'metadata']);
      findExpansions(parameters, []);
      const customer = getString(parameters, 'customer');
      const items = readItems(parameters);
      const trialDays = findInteger(parameters, 'trial_period_days') ?? 0;
      if (trialDays < 0) throw invalidParameter('trial_period_days', 'trial_period_days must not be negative.');
      const metadata = mergeMetadata({}, findMetadataChange(parameters));
      return (cause) => {
        const stored = state.customers.get(customer);
        if (stored === undefined || stored.deleted) throw missingReference('customer', customer, 'customer');
        const order = { customer, items, trialDays, metadata };
        const subscription = newSubscription(order, toSeconds(now()), newIdentifier);
        state.subscriptions.set(subscription.id, subscription);
        events.record({ type: 'customer.subscription.created', object: subscription, cause });
        return subscription;
      };
    },
  };
}

function readItems(parameters: Form): SubscriptionOrder['items'] {
  const items = parameters.get('items');
  if (items === undefined) throw invalidParameter('items', 'Missing required param: items.', 'parameter_missing');
  if (typeof items === 'string') throw invalidParameter('items', 'Invalid array');
  return [...items].map(([index, item]) => {
    if (typeof item === 'string') throw invalidParameter(`items[${index}]`, 'Invalid hash');
    assertKnownParameters(item, ['price', 'quantity']);
    return { price: getString(item, 'price'), quantity: findInteger(item, 'quantity') ?? 1 };
  });
}

function retrieve({ state }: Rooms): Endpoint {
  return {
    method: 'GET',
    path: `${PATH}/{id}`,
    prepare: (parameters, id) => {
      assertKnownParameters(parameters, []);
      findExpansions(parameters, []);
      return () => {
        const subscription = state.subscriptions.get(id);
        if (subscription === undefined) throw missingResource('subscription', id);
        return subscription;
      };
    },
  };
}

function update({ state, events }: Rooms): Endpoint {
  return {
    method: 'POST',
    path: `${PATH}/{id}`,
    prepare: (parameters, id) => {
      assertKnownParameters(parameters, ['metadata', 'cancel_at_period_end']);
      findExpansions(parameters, []);
      const metadata = findMetadataChange(parameters);
      const cancelAtPeriodEnd = findBoolean(parameters, 'cancel_at_period_end');
      return (cause) => {
        const before = getLive({ state }, id);
        const after: Subscription = {
          ...before,
          metadata: mergeMetadata(before.metadata, metadata),
          ...(cancelAtPeriodEnd !== undefined && {
            cancel_at_period_end: cancelAtPeriodEnd,
            cancel_at: cancelAtPeriodEnd ? (before.items.data[0]?.current_period_end ?? null) : null,
          }),
        };
        const previous = previousAttributes(before, after);
        if (previous !== undefined) {
          state.subscriptions.set(id, after);
          events.record({ type: 'customer.subscription.updated', object: after, previous, cause });
        }
        return after;
      };
    },
  };
}

function cancel(rooms: Rooms): Endpoint {
  return {
    method: 'DELETE',
    path: `${PATH}/{id}`,
    prepare: (parameters, id) => {
      assertKnownParameters(parameters, ['cancellation_details', 'invoice_now', 'prorate']);
      findExpansions(parameters, []);
      return (cause) => cancelSubscription(rooms, getLive(rooms, id), cause);
    },
  };
}

/** Ends the subscription at once and for good. */
export function cancelSubscription(
  { state, events, now }: Pick<Rooms, 'state' | 'events' | 'now'>,
  subscription: Subscription,
  cause: Cause,
): Subscription {
  const canceled = canceledSubscription(subscription, toSeconds(now()));
  state.subscriptions.set(canceled.id, canceled);
  events.record({ type: 'customer.subscription.deleted', object: canceled, cause });
  return canceled;
}

/** A canceled subscription can be read, and no longer be changed. */
function getLive({ state }: Pick<Rooms, 'state'>, id: string): Subscription {
  const subscription = state.subscriptions.get(id);
  if (subscription === undefined || !isLive(subscription)) throw missingResource('subscription', id);
  return subscription;
}

const STATUSES = [
  'active',
  'all',
  'canceled',
  'ended',
  'incomplete',
  'incomplete_expired',
  'past_due',
  'paused',
  'trialing',
  'unpaid',
];

/** Canceled ones are listed only when asked for by `status`: https://docs.stripe.com/api/subscriptions/list */
function list({ state }: Rooms): Endpoint {
  return {
    method: 'GET',
    path: PATH,
    prepare: (parameters) => {
      assertKnownParameters(parameters, [...PAGE_PARAMETERS, 'created', 'customer', 'price', 'status']);
      findExpansions(parameters, []);
      const page = readPage(parameters);
      const inTime = findTimeFilter(parameters, 'created');
      const customer = findString(parameters, 'customer');
      const price = findString(parameters, 'price');
      const status = findString(parameters, 'status');
      if (status !== undefined && !STATUSES.includes(status)) {
        throw invalidParameter('status', `Invalid status: must be one of ${STATUSES.join(', ')}`);
      }
      const isListed = (subscription: Subscription) =>
        hasStatus(subscription, status) &&
        inTime(subscription.created) &&
        (customer === undefined || subscription.customer === customer) &&
        (price === undefined || subscription.items.data.some((item) => item.price.id === price));
      return () => {
        if (customer !== undefined && state.customers.get(customer) === undefined) {
          throw missingReference('customer', customer, 'customer');
        }
        const all = newestFirst(state.subscriptions.values(), ({ created }) => created);
        return pageOf(all, page, { kind: 'subscription', url: PATH, idOf: ({ id }) => id, isListed });
      };
    },
  };
}

function hasStatus(subscription: Subscription, wanted: string | undefined): boolean {
  if (wanted === undefined) return isLive(subscription);
  if (wanted === 'all') return true;
  return subscription.status === (wanted === 'ended' ? 'canceled' : wanted);
}
