import { forEachOf } from '#domain/integrations.ts';
import { isFinal } from '#domain/operation.ts';
import { notFound } from '#domain/problem.ts';
import { isHealthy, type OpenOperation, type StandingHealth, type SyncHealth } from '#domain/sync-health.ts';
import type { CatalogStore } from '#ports/catalog-store.ts';
import type { SyncRecord } from '#ports/records.ts';
import { type ReadDeps, standingKeys, standingsOf } from './standings.ts';

/** @throws ProblemError `not-found` when there is no such customer, or it is deleted, unless an integration fails to follow. */
export async function getSyncHealth({ store, integrations }: ReadDeps, customerId: string): Promise<SyncHealth> {
  const [customer, ...syncs] = await store.read([
    { type: 'customer', customerId },
    ...standingKeys(customerId, integrations),
  ]);
  const standings = standingsOf(integrations, syncs);
  // A tombstone whose delete fails is shown: otherwise nobody could see that the sides differ.
  const isFailing = Object.values(standings).some(({ status }) => status === 'failed');
  const isGone = customer?.status === 'deleted' && !isFailing;
  if (customer === undefined || isGone) throw notFound('customer');
  const health = forEachOf(integrations, (name) => standingHealth(standings[name]));
  const openOperation = customer.owner === undefined ? null : await readOpen(store, customer.owner);
  const statuses = Object.values(health).map(({ status }) => status);
  const healthy = isHealthy(statuses, openOperation?.status);
  return { customerId, isHealthy: healthy, integrations: health, openOperation };
}

/** A customer that is being created has no sync record yet. */
function standingHealth(sync: SyncRecord | undefined): StandingHealth {
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
