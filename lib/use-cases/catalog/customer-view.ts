import type { Customer } from '#domain/customer.ts';
import type { CustomerRecord, SyncRecord } from '#ports/records.ts';

/** A customer as callers see it, of its two records. One that is being created has no sync record yet. */
export function customerView(customer: CustomerRecord, sync: SyncRecord | undefined): Customer {
  const { id, name, email, status, version, createdAt, updatedAt } = customer;
  return {
    ...{ id, name, email, status, version, createdAt, updatedAt },
    integrations: {
      stripe: {
        externalId: sync?.externalId ?? null,
        syncStatus: sync?.status ?? 'pending',
        lastSyncedAt: sync?.lastSyncedAt ?? null,
        conflict: sync?.conflict ?? null,
      },
    },
  };
}
