/** https://docs.stripe.com/api/customers */

import {
  assertNotDeclined,
  CUSTOMER_PARAMETERS,
  type Customer,
  changedCustomer,
  type DeletedCustomer,
  getLiveCustomer,
  newCustomer,
  readCustomerChange,
} from './customer.ts';
import type { Endpoint, Rooms } from './endpoint.ts';
import { missingResource } from './errors.ts';
import { newestFirst, PAGE_PARAMETERS, pageOf, readPage } from './lists.ts';
import { assertKnownParameters, findExpansions, findString, findTimeFilter } from './parameters.ts';
import { previousAttributes } from './previous-attributes.ts';
import { recordSearchable } from './search-index.ts';
import { toSeconds } from './seconds.ts';
import { isLive, subscriptionsOf } from './subscription.ts';
import { cancelSubscription } from './subscriptions.ts';

const PATH = '/v1/customers';

export function customerEndpoints(rooms: Rooms): readonly Endpoint[] {
  return [create(rooms), list(rooms), retrieve(rooms), update(rooms), remove(rooms)];
}

function create(rooms: Rooms): Endpoint {
  const { events, now, newIdentifier } = rooms;
  return {
    method: 'POST',
    path: PATH,
    prepare: (parameters) => {
      assertKnownParameters(parameters, CUSTOMER_PARAMETERS);
      const change = readCustomerChange(parameters);
      const expansions = findExpansions(parameters, ['subscriptions']);
      return (cause) => {
        assertNotDeclined(change.email);
        const customer = changedCustomer(newCustomer(newIdentifier('cus_'), toSeconds(now())), change);
        keep(rooms, customer);
        events.record({ type: 'customer.created', object: customer, cause });
        return expanded(rooms, customer, expansions);
      };
    },
  };
}

function update({ state, events, now }: Rooms): Endpoint {
  return {
    method: 'POST',
    path: `${PATH}/{id}`,
    prepare: (parameters, id) => {
      assertKnownParameters(parameters, CUSTOMER_PARAMETERS);
      const change = readCustomerChange(parameters);
      const expansions = findExpansions(parameters, ['subscriptions']);
      return (cause) => {
        const before = getLiveCustomer(state.customers, id);
        assertNotDeclined(change.email);
        const after = changedCustomer(before, change);
        const previous = previousAttributes(before, after);
        if (previous !== undefined) {
          keep({ state, now }, after);
          events.record({ type: 'customer.updated', object: after, previous, cause });
        }
        return expanded({ state }, after, expansions);
      };
    },
  };
}

/** Final; it also cancels the customer's subscriptions at once: https://docs.stripe.com/api/customers/delete */
function remove({ state, events, now }: Rooms): Endpoint {
  return {
    method: 'DELETE',
    path: `${PATH}/{id}`,
    prepare: (parameters, id) => {
      assertKnownParameters(parameters, []);
      return (cause) => {
        const customer = getLiveCustomer(state.customers, id);
        for (const subscription of subscriptionsOf(state.subscriptions, id).filter(isLive)) {
          cancelSubscription({ state, events, now }, subscription, cause);
        }
        state.customers.set(id, { customer, deleted: true });
        recordSearchable(state.searchIndex, id, null, now());
        events.record({ type: 'customer.deleted', object: customer, cause });
        return deletedStub(id);
      };
    },
  };
}

/** A deleted customer is answered as a stub: https://docs.stripe.com/api/customers/retrieve */
function retrieve({ state }: Rooms): Endpoint {
  return {
    method: 'GET',
    path: `${PATH}/{id}`,
    prepare: (parameters, id) => {
      assertKnownParameters(parameters, []);
      const expansions = findExpansions(parameters, ['subscriptions']);
      return () => {
        const stored = state.customers.get(id);
        if (stored === undefined) throw missingResource('customer', id);
        return stored.deleted ? deletedStub(id) : expanded({ state }, stored.customer, expansions);
      };
    },
  };
}

/** `email` is matched case-sensitively: https://docs.stripe.com/api/customers/list */
function list({ state }: Rooms): Endpoint {
  return {
    method: 'GET',
    path: PATH,
    prepare: (parameters) => {
      assertKnownParameters(parameters, [...PAGE_PARAMETERS, 'created', 'email']);
      const page = readPage(parameters);
      const inTime = findTimeFilter(parameters, 'created');
      const email = findString(parameters, 'email', 512);
      const expansions = findExpansions(parameters, ['data.subscriptions']);
      return () => {
        const all = newestFirst(state.customers.values(), (entry) => entry.customer.created);
        const found = pageOf(all, page, {
          kind: 'customer',
          url: PATH,
          idOf: ({ customer }) => customer.id,
          isListed: ({ customer, deleted }) =>
            !deleted && inTime(customer.created) && (email === undefined || customer.email === email),
        });
        const wanted = new Set([...expansions].map((property) => property.slice('data.'.length)));
        return { ...found, data: found.data.map(({ customer }) => expanded({ state }, customer, wanted)) };
      };
    },
  };
}

function keep({ state, now }: Pick<Rooms, 'state' | 'now'>, customer: Customer): void {
  state.customers.set(customer.id, { customer, deleted: false });
  recordSearchable(state.searchIndex, customer.id, customer, now());
}

function deletedStub(id: string): DeletedCustomer {
  return { id, object: 'customer', deleted: true };
}

/** `subscriptions` holds the live ones, and is there only when it is asked for: https://docs.stripe.com/api/expanding_objects */
function expanded({ state }: Pick<Rooms, 'state'>, customer: Customer, expansions: ReadonlySet<string>): object {
  if (!expansions.has('subscriptions')) return customer;
  const data = newestFirst(subscriptionsOf(state.subscriptions, customer.id).filter(isLive), ({ created }) => created);
  const url = `${PATH}/${customer.id}/subscriptions`;
  return { ...customer, subscriptions: { object: 'list', data, has_more: false, url } };
}
