import type { Customer, IntegrationState } from '#domain/customer.ts';
import { forEachOf, type Integrations } from '#domain/integrations.ts';
import type { CustomerRecord, SyncRecord } from '#ports/records.ts';
import type { Standings } from './standings.ts';

/** A customer as callers see it, of its records. One that is being created has no sync record yet. */
export function customerView(customer: CustomerRecord, standings: Standings, integrations: Integrations): Customer {
  const { id, name, email, status, version, createdAt, updatedAt } = customer;
  return {
    ...{ id, name, email, status, version, createdAt, updatedAt },
    integrations: forEachOf(integrations, (integration) => stateOf(standings[integration])),
  };
}

/** How a customer stands with one integration, as callers see it. */
export function stateOf(sync: SyncRecord | undefined): IntegrationState {
  return {
    externalId: sync?.externalId ?? null,
    syncStatus: sync?.status ?? 'pending',
    lastSyncedAt: sync?.lastSyncedAt ?? null,
    conflict: sync?.conflict ?? null,
  };
}
