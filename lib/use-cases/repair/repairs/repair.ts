import {
  absent,
  all,
  type Changes,
  type Condition,
  change,
  check,
  equal,
  type NamedWrites,
} from '#ports/catalog-store.ts';
import type { LeaseStore } from '#ports/lease-store.ts';
import type { CustomerRecord, SyncRecord } from '#ports/records.ts';
import type { SagaStarter } from '#ports/system.ts';
import { iso } from '#ports/system.ts';
import { nextRevision } from '../../catalog/owed.ts';
import { isAsRead, nobodySyncsSince } from '../../catalog/read-live.ts';
import { customerKey, type SyncDeps, syncKey } from '../../sync/run.ts';
import { syncCustomer } from '../../sync/sync-customer.ts';
import type { CompareDeps } from '../evidence.ts';

export type RepairDeps = SyncDeps &
  CompareDeps & {
    readonly leases: LeaseStore;
    readonly saga: SagaStarter;
  };

/** What came of a repair. `skipped`: nothing was done, because it is not wanted, or not so any more. */
export type Repaired = { readonly is: 'fixed' } | { readonly is: 'skipped' | 'failed'; readonly reason: string };

export const FIXED: Repaired = { is: 'fixed' };

export function skipped(reason: string): Repaired {
  return { is: 'skipped', reason };
}

export const MOVED = skipped('It has changed since it was looked at.');
export const NEEDS_A_PERSON = skipped('Only a person can decide this.');

/** Commits a repair that holds only on what was read. */
export async function commitRepair({ store }: Pick<RepairDeps, 'store'>, writes: NamedWrites): Promise<Repaired> {
  const { committed } = await store.commit(writes);
  return committed ? FIXED : MOVED;
}

/** The customer is as it was read; a tombstone has no version that moves, and one that is not there stays so. */
export function unchangedCustomer(customerId: string, customer: CustomerRecord | undefined) {
  const when: Condition<keyof CustomerRecord> =
    customer === undefined ? absent : customer.status === 'deleted' ? equal('status', 'deleted') : isAsRead(customer);
  return check(customerKey(customerId), when);
}

/** Makes a customer due at once, with what is to be different of how it stands, and lets a run do the rest. */
export async function oweAndSync(
  deps: RepairDeps,
  customerId: string,
  sync: SyncRecord,
  changes: Changes<SyncRecord> = {},
  others: NamedWrites = {},
): Promise<Repaired> {
  const nowMs = deps.clock.nowMs();
  const now = iso(nowMs);
  const apart = { status: 'pending', apartSince: sync.apartSince ?? now } as const;
  const due = { ...apart, ...changes, revision: nextRevision(sync, nowMs), dueAt: now, retryAt: undefined, tries: 0 };
  // An attempt that is open stays so: settling it is what the run begins with.
  const when = sync.attemptKey === undefined ? nobodySyncsSince(sync) : all(equal('revision', sync.revision));
  const { committed } = await deps.store.commit({
    ...others,
    sync: change(syncKey(deps, customerId), due, when),
  });
  return committed ? runFor(deps, customerId) : MOVED;
}

/** Runs `sync-customer` now. What it cannot end now stays due, as ever. */
export async function runFor(deps: RepairDeps, customerId: string): Promise<Repaired> {
  const result = await syncCustomer(deps, customerId);
  if (result !== 'owed') return FIXED;
  const [sync] = await deps.store.read([syncKey(deps, customerId)]);
  return sync?.status === 'failed' ? { is: 'failed', reason: sync.lastError ?? 'Stripe refused it.' } : FIXED;
}
