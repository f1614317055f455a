import { GATE } from '#domain/integrations.ts';
import { notFound, versionMismatch } from '#domain/problem.ts';
import { all, equal, missing } from '#ports/catalog-store.ts';
import type { CustomerRecord, SyncRecord } from '#ports/records.ts';
import { type ReadDeps, type Standings, standingKeys, standingsOf } from './standings.ts';

/** Which versions a change may be based on; absent, or `any`, for whatever there is. */
export type IfMatch = readonly number[] | 'any' | undefined;

/** `sync`: how it stands with the gate. */
export type LiveCustomer = {
  readonly customer: CustomerRecord;
  readonly sync: SyncRecord;
  readonly standings: Standings;
};

/**
 * The customer that a request is about to change, and how it stands with the integrations. `busy` while a protected operation
 * holds it: who that is decides first what there is to change.
 * @throws ProblemError `not-found`, `version-mismatch`
 */
export async function readLive(
  { store, integrations }: ReadDeps,
  customerId: string,
  ifMatch: IfMatch,
): Promise<LiveCustomer | 'busy'> {
  const [customer, ...syncs] = await store.read([
    { type: 'customer', customerId },
    ...standingKeys(customerId, integrations),
  ]);
  const standings = standingsOf(integrations, syncs);
  const sync = standings[GATE];
  if (customer === undefined || customer.status === 'deleted') throw notFound('customer');
  if (customer.owner !== undefined || sync === undefined) return 'busy';
  if (ifMatch !== undefined && ifMatch !== 'any' && !ifMatch.includes(customer.version)) throw versionMismatch();
  return { customer, sync, standings };
}

/** The customer is as it was read, and no protected operation has taken it. */
export function isAsRead({ version }: CustomerRecord) {
  return all(equal('version', version), missing('owner'));
}

/** Whether somebody is writing to Stripe for this customer, or may have: that has to be settled first. */
export function isSyncing({ attemptKey, runExpiresAt }: SyncRecord, now: string): boolean {
  return attemptKey !== undefined || (runExpiresAt !== undefined && runExpiresAt > now);
}

/** No run has begun since, and none has ended: its end takes its id away. */
export function isSameRun({ revision, runId }: SyncRecord) {
  return all(equal('revision', revision), runId === undefined ? missing('runId') : equal('runId', runId));
}

/** Nobody has begun to write to Stripe since: each run raises the revision first, and each attempt leaves its key. */
export function nobodySyncsSince(sync: SyncRecord) {
  return all(equal('revision', sync.revision), missing('attemptKey'), noOperationEndedSince(sync));
}

/**
 * No operation has ended since: each leaves another twin or another version that both sides have, and raises no revision.
 * Customer and sync item are read together but not at one moment: without this, a version of after an operation would go
 * with what was known of Stripe before it.
 */
export function noOperationEndedSince({ externalId, syncedVersion }: SyncRecord) {
  return all(
    externalId === undefined ? missing('externalId') : equal('externalId', externalId),
    syncedVersion === undefined ? missing('syncedVersion') : equal('syncedVersion', syncedVersion),
  );
}
