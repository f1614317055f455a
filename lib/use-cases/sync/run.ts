import { normalizeEmail } from '#domain/email.ts';
import type { Integrations } from '#domain/integrations.ts';
import type { FieldOwners } from '#domain/merge.ts';
import { all, type CatalogStore, change, check, equal, missing } from '#ports/catalog-store.ts';
import type { Integration } from '#ports/integration.ts';
import type { Digest, Pokes } from '#ports/pokes.ts';
import type { AttemptRecord, CustomerRecord, SyncRecord } from '#ports/records.ts';
import { type Clock, iso, type Log, type Random } from '#ports/system.ts';
import { isAsRead, isSameRun, noOperationEndedSince } from '../catalog/read-live.ts';

export type SyncDeps = {
  readonly store: CatalogStore;
  /** Whom the runs bring into agreement with the catalog. */
  readonly integration: Integration;
  readonly integrations: Integrations;
  readonly clock: Clock;
  readonly random: Random;
  readonly pokes: Pokes;
  readonly owners: FieldOwners;
  readonly digest: Digest;
  readonly log: Log;
};

/** The events that ask for a run; none when our own side does. */
export type Cause = { readonly eventIds: readonly string[] };

/** One worker's turn at one customer: what it read, and the revision that fences its writes. */
export type Run = {
  readonly customer: CustomerRecord;
  readonly sync: SyncRecord;
  readonly cause: Cause;
  /** An unfinished operation has reserved the email that Stripe's side has: it is taken later, or not. */
  readonly isHeldUp?: boolean;
};

/** `busy`: marked to be looked at again. `owed`: not agreed yet, and due again later. */
export type SyncResult = 'agreed' | 'busy' | 'owed';

/** An attempt whose outcome is not known, and the key that it is always sent under. */
export type OpenAttempt = { readonly key: string; readonly record: AttemptRecord };

/** Longer than the consumer's function may run, so that a live run is never taken over. */
export const RUN_LEASE_MS = 90_000;
const TRIES = 5;

export function customerKey(customerId: string) {
  return { type: 'customer', customerId } as const;
}

export function syncKey({ integration }: Pick<SyncDeps, 'integration'>, customerId: string) {
  return { type: 'sync', customerId, integration: integration.name } as const;
}

/**
 * Takes the run: raises the revision, conditioned on the version that was read, on no owner and on no live run.
 * A busy customer is marked to be looked at again instead, in one write that holds only while it is still busy.
 */
export async function beginRun(deps: SyncDeps, customerId: string, cause: Cause): Promise<Run | 'busy' | 'agreed'> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const [customer, sync] = await deps.store.read([customerKey(customerId), syncKey(deps, customerId)]);
    if (customer === undefined || sync === undefined || isSettled({ customer, sync, cause })) return 'agreed';
    const nowMs = deps.clock.nowMs();
    const hasLiveRun = sync.runExpiresAt !== undefined && sync.runExpiresAt > iso(nowMs);
    if (customer.owner !== undefined || hasLiveRun) {
      if (await markLookAgain(deps, customer, sync, hasLiveRun)) return 'busy';
      continue;
    }
    const runExpiresAt = iso(nowMs + RUN_LEASE_MS);
    const taken = {
      revision: sync.revision + 1,
      runId: deps.random.id(),
      runExpiresAt,
      // A run that dies is found by the sweep once its lease is over.
      dueAt: runExpiresAt,
      retryAt: undefined,
    };
    const { committed } = await deps.store.commit({
      customer: check(customerKey(customerId), isAsRead(customer)),
      sync: change(syncKey(deps, customerId), { ...taken, lookAgain: undefined }, isUntouched(sync)),
    });
    if (committed) {
      const { retryAt: _, ...begun } = { ...sync, ...taken };
      return { customer, sync: begun, cause };
    }
  }
  throw new Error('Other writers kept this run from beginning.');
}

/**
 * No run has begun since, and none has recorded an attempt or ended: one whose lease is over may still be at work, and
 * what it leaves is not what was read.
 */
function isUntouched(sync: SyncRecord) {
  const { attemptKey } = sync;
  return all(
    noOperationEndedSince(sync),
    isSameRun(sync),
    attemptKey === undefined ? missing('attemptKey') : equal('attemptKey', attemptKey),
  );
}

/** Nothing is owed, and none of the events is news: an event is none once it was read, or once all is over. */
function isSettled({ customer, sync, cause }: Run): boolean {
  const isOwed =
    sync.status !== 'synced' ||
    sync.dueAt !== undefined ||
    sync.attemptKey !== undefined ||
    sync.syncedVersion !== customer.version ||
    sync.isUnmarked === true;
  const isOver = customer.status === 'deleted' && sync.isGone === true;
  const isNews = cause.eventIds.some((id) => !sync.events?.includes(id));
  return !isOwed && freedFor({ customer, sync }) === undefined && (isOver || !isNews);
}

/** Who has waited for an email that this customer no longer has. */
export function freedFor({ customer, sync }: Pick<Run, 'customer' | 'sync'>): string | undefined {
  if (sync.awaited === undefined) return undefined;
  const isFree = customer.email === null || normalizeEmail(customer.email) !== sync.awaited.email;
  return isFree ? sync.awaited.customerId : undefined;
}

async function markLookAgain(deps: SyncDeps, customer: CustomerRecord, sync: SyncRecord, hasLiveRun: boolean) {
  const isStillOwned = customer.owner === undefined ? missing('owner') : equal('owner', customer.owner);
  const dueAt =
    hasLiveRun && sync.runExpiresAt !== undefined ? sync.runExpiresAt : iso(deps.clock.nowMs() + RUN_LEASE_MS);
  const { committed } = await deps.store.commit({
    customer: check(customerKey(customer.id), isStillOwned),
    sync: change(syncKey(deps, customer.id), { lookAgain: true, dueAt }, isSameRun(sync)),
  });
  return committed;
}
