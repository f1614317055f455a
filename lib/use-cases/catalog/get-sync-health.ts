import { isFinal } from '#domain/operation.ts';
import { notFound } from '#domain/problem.ts';
import { isHealthy, type OpenOperation, type StripeHealth, type SyncHealth } from '#domain/sync-health.ts';
import type { CatalogStore } from '#ports/catalog-store.ts';
import type { SyncRecord } from '#ports/records.ts';

/** @throws ProblemError `not-found` when there is no such customer, or it is deleted, unless Stripe fails to follow. */
export async function getSyncHealth(store: CatalogStore, customerId: string): Promise<SyncHealth> {
  const [customer, sync] = await store.read([
    { type: 'customer', customerId },
    { type: 'sync', customerId, integration: 'stripe' },
  ]);
  // A tombstone whose delete fails in Stripe is shown: otherwise nobody could see that the sides differ.
  const isGone = customer?.status === 'deleted' && sync?.status !== 'failed';
  if (customer === undefined || isGone) throw notFound('customer');
  const stripe = stripeHealth(sync);
  const openOperation = customer.owner === undefined ? null : await readOpen(store, customer.owner);
  return { customerId, isHealthy: isHealthy(stripe.status, openOperation?.status), stripe, openOperation };
}

/** A customer that is being created has no sync record yet. */
function stripeHealth(sync: SyncRecord | undefined): StripeHealth {
  const status = sync?.status ?? 'pending';
  return {
    status,
    externalId: sync?.externalId ?? null,
    lastSyncedAt: sync?.lastSyncedAt ?? null,
    lastAttemptAt: sync?.lastAttemptAt ?? null,
    retryCount: sync?.tries ?? 0,
    nextRetryAt: status === 'failed' ? (sync?.retryAt ?? sync?.dueAt ?? null) : null,
    error: sync?.lastError ?? null,
    conflict: sync?.conflict ?? null,
  };
}

/** The operation that held the customer when it was read; it may have ended since. */
async function readOpen(store: CatalogStore, operationId: string): Promise<OpenOperation | null> {
  const [operation] = await store.read([{ type: 'operation', operationId }]);
  if (operation === undefined || isFinal(operation.status)) return null;
  return { id: operation.id, kind: operation.kind, status: operation.status };
}
