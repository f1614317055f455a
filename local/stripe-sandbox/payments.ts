/** Payment intents, charges and invoices: enough to see that a customer has been used, not to move money. */
import type { Collection } from '../persistent-collection.ts';
import type { Endpoint, Rooms } from './endpoint.ts';
import { invalidParameter, missingReference, missingResource } from './errors.ts';
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
import { newCharge, newInvoice, newPaymentIntent } from './payment.ts';
import { toSeconds } from './seconds.ts';

const INTENTS = '/v1/payment_intents';
const CHARGES = '/v1/charges';
const INVOICES = '/v1/invoices';

export function paymentEndpoints(rooms: Rooms): readonly Endpoint[] {
  const { paymentIntents, charges, invoices } = rooms.state;
  return [
    createIntent(rooms),
    createInvoice(rooms),
    ...readOf(rooms, INTENTS, 'payment_intent', paymentIntents),
    ...readOf(rooms, CHARGES, 'charge', charges),
    ...readOf(rooms, INVOICES, 'invoice', invoices),
  ];
}

/** With `confirm` it is paid at once, by a charge: https://docs.stripe.com/api/payment_intents/create */
function createIntent(rooms: Rooms): Endpoint {
  const { state, events, now, newIdentifier } = rooms;
  return {
    method: 'POST',
    path: INTENTS,
    prepare: (parameters) => {
      const known = ['amount', 'currency', 'customer', 'payment_method', 'confirm', 'metadata'];
      assertKnownParameters(parameters, known);
      findExpansions(parameters, []);
      const amount = findInteger(parameters, 'amount');
      if (amount === undefined) {
        throw invalidParameter('amount', 'Missing required param: amount.', 'parameter_missing');
      }
      if (amount < 1) {
        const message = 'This value must be greater than or equal to 1.';
        throw invalidParameter('amount', message, 'parameter_invalid_integer');
      }
      const currency = getString(parameters, 'currency').toLowerCase();
      const customer = findString(parameters, 'customer') ?? null;
      const paymentMethod = findString(parameters, 'payment_method') ?? null;
      const isConfirmed = findBoolean(parameters, 'confirm') ?? false;
      if (isConfirmed && paymentMethod === null) {
        const message = 'You cannot confirm this PaymentIntent because it’s missing a payment method.';
        throw invalidParameter('payment_method', message, 'payment_intent_unexpected_state');
      }
      const metadata = mergeMetadata({}, findMetadataChange(parameters));
      return (cause) => {
        if (customer !== null) assertLive(rooms, customer);
        const created = toSeconds(now());
        const intent = newPaymentIntent(
          { amount, currency, customer, paymentMethod, metadata },
          created,
          newIdentifier,
        );
        state.paymentIntents.set(intent.id, intent);
        events.record({ type: 'payment_intent.created', object: intent, cause });
        if (!isConfirmed) return intent;
        const charge = newCharge(intent, created, newIdentifier);
        const paid = { ...intent, status: 'succeeded' as const, amount_received: amount, latest_charge: charge.id };
        state.charges.set(charge.id, charge);
        state.paymentIntents.set(paid.id, paid);
        events.record({ type: 'charge.succeeded', object: charge, cause });
        events.record({ type: 'payment_intent.succeeded', object: paid, cause });
        return paid;
      };
    },
  };
}

function createInvoice(rooms: Rooms): Endpoint {
  const { state, events, now, newIdentifier } = rooms;
  return {
    method: 'POST',
    path: INVOICES,
    prepare: (parameters) => {
      assertKnownParameters(parameters, ['customer', 'metadata']);
      findExpansions(parameters, []);
      const customer = getString(parameters, 'customer');
      const metadata = mergeMetadata({}, findMetadataChange(parameters));
      return (cause) => {
        assertLive(rooms, customer);
        const invoice = newInvoice({ customer, metadata }, toSeconds(now()), newIdentifier);
        state.invoices.set(invoice.id, invoice);
        events.record({ type: 'invoice.created', object: invoice, cause });
        return invoice;
      };
    },
  };
}

function assertLive({ state }: Pick<Rooms, 'state'>, customer: string): void {
  const stored = state.customers.get(customer);
  if (stored === undefined || stored.deleted) throw missingReference('customer', customer, 'customer');
}

type Payment = { readonly id: string; readonly created: number; readonly customer: string | null };

/** Retrieving one and listing them, newest first, of one customer if that is asked. */
function readOf<T extends Payment>(
  { state }: Rooms,
  path: string,
  kind: string,
  collection: Collection<T>,
): readonly Endpoint[] {
  return [
    {
      method: 'GET',
      path: `${path}/{id}`,
      prepare: (parameters, id) => {
        assertKnownParameters(parameters, []);
        findExpansions(parameters, []);
        return () => {
          const found = collection.get(id);
          if (found === undefined) throw missingResource(kind, id);
          return found;
        };
      },
    },
    {
      method: 'GET',
      path,
      prepare: (parameters) => {
        assertKnownParameters(parameters, [...PAGE_PARAMETERS, 'created', 'customer']);
        findExpansions(parameters, []);
        const page = readPage(parameters);
        const inTime = findTimeFilter(parameters, 'created');
        const customer = findString(parameters, 'customer');
        const isListed = (each: T) => inTime(each.created) && (customer === undefined || each.customer === customer);
        return () => {
          if (customer !== undefined && state.customers.get(customer) === undefined) {
            throw missingReference('customer', customer, 'customer');
          }
          const all = newestFirst(collection.values(), ({ created }) => created);
          return pageOf(all, page, { kind, url: path, idOf: ({ id }) => id, isListed });
        };
      },
    },
  ];
}
