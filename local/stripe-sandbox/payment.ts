import type { NewIdentifier } from './identifiers.ts';
import type { Metadata } from './metadata.ts';

/** https://docs.stripe.com/api/payment_intents/object, as far as it tells that a customer has paid or was asked to. */
export type PaymentIntent = ReturnType<typeof newPaymentIntent>;

/** https://docs.stripe.com/api/charges/object */
export type Charge = ReturnType<typeof newCharge>;

/** https://docs.stripe.com/api/invoices/object */
export type Invoice = ReturnType<typeof newInvoice>;

export type PaymentOrder = {
  readonly amount: number;
  readonly currency: string;
  readonly customer: string | null;
  readonly paymentMethod: string | null;
  readonly metadata: Metadata;
};

export type PaymentIntentStatus = 'requires_payment_method' | 'requires_confirmation' | 'succeeded';

export function newPaymentIntent(order: PaymentOrder, created: number, newIdentifier: NewIdentifier) {
  const { amount, currency, customer, paymentMethod, metadata } = order;
  return {
    id: newIdentifier('pi_'),
    object: 'payment_intent' as const,
    amount,
    amount_received: 0,
    capture_method: 'automatic',
    confirmation_method: 'automatic',
    created,
    currency,
    customer,
    description: null,
    latest_charge: null as string | null,
    livemode: false,
    metadata,
    payment_method: paymentMethod,
    payment_method_types: ['card'],
    status: (paymentMethod === null ? 'requires_payment_method' : 'requires_confirmation') as PaymentIntentStatus,
  };
}

/** Payment methods are not modelled: whatever id is named pays. */
export function newCharge(intent: PaymentIntent, created: number, newIdentifier: NewIdentifier) {
  const { amount, currency, customer, id, payment_method, metadata } = intent;
  return {
    id: newIdentifier('ch_'),
    object: 'charge' as const,
    amount,
    amount_captured: amount,
    amount_refunded: 0,
    captured: true,
    created,
    currency,
    customer,
    description: null,
    livemode: false,
    metadata,
    paid: true,
    payment_intent: id,
    payment_method,
    refunded: false,
    status: 'succeeded' as const,
  };
}

/** A draft without lines: https://docs.stripe.com/api/invoices/create */
export function newInvoice(
  { customer, metadata }: { readonly customer: string; readonly metadata: Metadata },
  created: number,
  newIdentifier: NewIdentifier,
) {
  return {
    id: newIdentifier('in_'),
    object: 'invoice' as const,
    amount_due: 0,
    amount_paid: 0,
    collection_method: 'charge_automatically',
    created,
    currency: 'usd',
    customer,
    description: null,
    livemode: false,
    metadata,
    status: 'draft' as const,
    total: 0,
  };
}
