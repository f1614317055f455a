import { all, type CatalogStore, change, check, equal, missing } from '#ports/catalog-store.ts';
import type { Integration } from '#ports/integration.ts';
import type { Pokes } from '#ports/pokes.ts';
import type { AttemptRecord, CustomerRecord, SyncRecord } from '#ports/records.ts';
import { type Clock, iso, type Random } from '#ports/system.ts';

export type SyncDeps = {
  readonly store: CatalogStore;
  readonly integration: Integration;
  readonly clock: Clock;
  readonly random: Random;
  readonly pokes: Pokes;
};

/** One worker's turn at one customer: what it read, and the revision that fences its writes. */
export type Run = { readonly customer: CustomerRecord; readonly sync: SyncRecord };

/** `busy`: marked to be looked at again. `owed`: not agreed yet, and due again later. */
export type SyncResult = 'agreed' | 'busy' | 'owed';

/** An attempt whose outcome is not known, and the key that it is always sent under. */
export type OpenAttempt = { readonly key: string; readonly record: AttemptRecord };

/** Longer than the consumer's function may run, so that a live run is never taken over. */
const RUN_LEASE_MS = 90_000;
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
export async function beginRun(deps: SyncDeps, customerId: string): Promise<Run | 'busy' | 'agreed'> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const [customer, sync] = await deps.store.read([customerKey(customerId), syncKey(deps, customerId)]);
    if (customer === undefined || sync === undefined || isAgreed(customer, sync)) return 'agreed';
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
    };
    const { committed } = await deps.store.commit({
      customer: check(customerKey(customerId), all(equal('version', customer.version), missing('owner'))),
      sync: change(syncKey(deps, customerId), { ...taken, lookAgain: undefined }, equal('revision', sync.revision)),
    });
    if (committed) return { customer, sync: { ...sync, ...taken } };
  }
  throw new Error('Other writers kept this run from beginning.');
}

function isAgreed(customer: CustomerRecord, sync: SyncRecord): boolean {
  return sync.dueAt === undefined && sync.attemptKey === undefined && sync.syncedVersion === customer.version;
}

async function markLookAgain(deps: SyncDeps, customer: CustomerRecord, sync: SyncRecord, hasLiveRun: boolean) {
  const isStillOwned = customer.owner === undefined ? missing('owner') : equal('owner', customer.owner);
  const isStillRun = sync.runId === undefined ? missing('runId') : equal('runId', sync.runId);
  const dueAt =
    hasLiveRun && sync.runExpiresAt !== undefined ? sync.runExpiresAt : iso(deps.clock.nowMs() + RUN_LEASE_MS);
  const { committed } = await deps.store.commit({
    customer: check(customerKey(customer.id), isStillOwned),
    sync: change(
      syncKey(deps, customer.id),
      { lookAgain: true, dueAt },
      all(equal('revision', sync.revision), isStillRun),
    ),
  });
  return committed;
}
