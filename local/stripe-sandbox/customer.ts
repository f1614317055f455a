import type { Collection } from '../persistent-collection.ts';
import { invalidParameter, missingResource, StripeFailure } from './errors.ts';
import type { Form } from './form-body.ts';
import { findMetadataChange, type Metadata, type MetadataChange, mergeMetadata } from './metadata.ts';
import { findUnsettableString } from './parameters.ts';

/** https://docs.stripe.com/api/customers/object; the fields that no request here can change are constant. */
export type Customer = ReturnType<typeof newCustomer>;

/** A deleted customer stays, so that it can be told from one that never was. */
export type StoredCustomer = { readonly customer: Customer; readonly deleted: boolean };

/** Deletion keeps only this much: https://docs.stripe.com/api/customers/delete */
export type DeletedCustomer = { readonly id: string; readonly object: 'customer'; readonly deleted: true };

export type CustomerChange = {
  readonly name: string | null | undefined;
  readonly email: string | null | undefined;
  readonly phone: string | null | undefined;
  readonly description: string | null | undefined;
  readonly metadata: MetadataChange | undefined;
};

export const CUSTOMER_PARAMETERS = ['name', 'email', 'phone', 'description', 'metadata'] as const;

/** https://docs.stripe.com/api/customers/create: name up to 256 characters, email up to 512, phone up to 20. */
export function readCustomerChange(form: Form): CustomerChange {
  return {
    name: findUnsettableString(form, 'name', 256),
    email: findEmail(form),
    phone: findUnsettableString(form, 'phone', 20),
    description: findUnsettableString(form, 'description'),
    metadata: findMetadataChange(form),
  };
}

/** An address here is refused as invalid: a definite refusal that no caller's own validation foresees. */
const REJECTED_DOMAIN = /@rejected\.example$/i;

function findEmail(form: Form): string | null | undefined {
  const email = findUnsettableString(form, 'email', 512);
  if (email === undefined || email === null) return email;
  if (/^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/.test(email) && !REJECTED_DOMAIN.test(email)) return email;
  throw invalidParameter('email', `Invalid email address: ${email}`, 'email_invalid');
}

/** An address here is refused while the endpoint executes, as a declined card is: the idempotency key remembers it. */
const DECLINED_DOMAIN = /@declined\.example$/i;

export function assertNotDeclined(email: string | null | undefined): void {
  if (!email || !DECLINED_DOMAIN.test(email)) return;
  const message = 'Your card was declined.';
  throw new StripeFailure(
    402,
    { type: 'card_error', code: 'card_declined', decline_code: 'generic_decline', message },
    true,
  );
}

export function newCustomer(id: string, created: number) {
  return {
    id,
    object: 'customer' as const,
    address: null,
    balance: 0,
    created,
    currency: null,
    default_source: null,
    delinquent: false,
    description: null as string | null,
    discount: null,
    email: null as string | null,
    invoice_settings: { custom_fields: null, default_payment_method: null, footer: null, rendering_options: null },
    livemode: false,
    metadata: {} as Metadata,
    name: null as string | null,
    next_invoice_sequence: 1,
    phone: null as string | null,
    preferred_locales: [],
    shipping: null,
    tax_exempt: 'none',
    test_clock: null,
  };
}

/** Fields that the change does not name stay as they are. */
export function changedCustomer(before: Customer, change: CustomerChange): Customer {
  return {
    ...before,
    name: change.name === undefined ? before.name : change.name,
    email: change.email === undefined ? before.email : change.email,
    phone: change.phone === undefined ? before.phone : change.phone,
    description: change.description === undefined ? before.description : change.description,
    metadata: mergeMetadata(before.metadata, change.metadata),
  };
}

/** Throws Stripe's 404 for a customer that is unknown or deleted. */
export function getLiveCustomer(customers: Collection<StoredCustomer>, id: string): Customer {
  const stored = customers.get(id);
  if (stored === undefined || stored.deleted) throw missingResource('customer', id);
  return stored.customer;
}
