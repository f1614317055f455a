import type { ByIntegration } from './integrations.ts';

/** Where a customer stands. `pending`: being created; `deleted`: a tombstone, which never comes back. */
export type CustomerStatus = 'pending' | 'active' | 'deleting' | 'deleted';

export type SyncStatus = 'pending' | 'synced' | 'failed' | 'orphaned' | 'conflict';

/** The fields that both sides hold, and that are kept equal. A customer born in Stripe may lack either. */
export type CustomerFields = { readonly name: string | null; readonly email: string | null };

/** What a caller asks to create: parsed, trimmed, valid. */
export type NewCustomer = { readonly name: string; readonly email: string };

/** What a caller asks to change: at least one field, each parsed and valid. */
export type CustomerChange = { readonly name?: string; readonly email?: string };

/** A customer about whom nothing is known. */
export const NO_FIELDS: CustomerFields = { name: null, email: null };

/** Both sides' spelling of the same value: absent and empty are one, and white space around it is nobody's intent. */
export function isSameValue(one: string | null | undefined, other: string | null | undefined): boolean {
  return (one ?? '').trim() === (other ?? '').trim();
}

/** A value as it is kept: what is empty is absent. */
export function canonical(value: string | null): string | null {
  return (value ?? '').trim() || null;
}

/** The fields of `wanted` that `known` does not have already. */
export function differingFields(wanted: CustomerFields, known: CustomerFields): Partial<CustomerFields> {
  return {
    ...(!isSameValue(wanted.name, known.name) && { name: wanted.name }),
    ...(!isSameValue(wanted.email, known.email) && { email: wanted.email }),
  };
}

/**
 * The fields that the other side is owed. A value that is missing here never is: callers cannot remove one, so it is
 * missing because the other side's could not be taken.
 */
export function owedFields(wanted: CustomerFields, base: CustomerFields): Partial<CustomerFields> {
  const { name, email } = differingFields(wanted, base);
  return { ...(name != null && { name }), ...(email != null && { email }) };
}

/** A value in Stripe that the catalog could not take, and since when. */
export type Conflict = {
  readonly field: 'email';
  readonly stripeValue: string | null;
  readonly otherCustomerId?: string;
  readonly since: string;
};

/** How a customer stands with one integration, as callers see it. */
export type IntegrationState = {
  readonly externalId: string | null;
  readonly syncStatus: SyncStatus;
  readonly lastSyncedAt: string | null;
  readonly conflict: Conflict | null;
};

/** A customer as callers see it. Times are ISO 8601 UTC; `version` grows by one with each committed change. */
export type Customer = CustomerFields & {
  readonly id: string;
  readonly status: CustomerStatus;
  readonly version: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly integrations: ByIntegration<IntegrationState>;
};
