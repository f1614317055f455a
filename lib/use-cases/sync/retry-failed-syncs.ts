import { GATE } from '#domain/integrations.ts';
import type { RetryReport } from '#domain/retry-report.ts';
import { type Apart, type ApartStatus, all, change, equal, StoreContendedError } from '#ports/catalog-store.ts';
import type { LeaseStore } from '#ports/lease-store.ts';
import { iso } from '#ports/system.ts';
import { owedChanges } from '../catalog/owed.ts';
import { isSameRun } from '../catalog/read-live.ts';
import { isLetGo } from './gone.ts';
import { type SyncDeps, syncKey } from './run.ts';
import { syncCustomer } from './sync-customer.ts';

export type RetryDeps = SyncDeps & { readonly leases: LeaseStore };

/** `isForced`: what has failed is tried whatever its backoff, also what was given up. */
export type RetryRequest = { readonly isForced: boolean; readonly longestMs: number };

const RETRIED: readonly ApartStatus[] = ['failed', 'orphaned', 'conflict'];
const AT_MOST = 50;
const AT_ONCE = 4;
/** As many as are looked through for those that are due. */
const LISTED_AT_MOST = 20_000;
/** Longer than a call may run. */
const LEASE_MS = 90_000;
/** What was settled is read afresh by the run after it; one of somebody else's is waited for. */
const LOOKS = 8;
const PAUSE_MS = 150;
/** A run that begins or ends just then refuses the ask. */
const ASKS = 5;

/**
 * Tries again what has failed, oldest first, some at a time, one call at a time. Runs exclude one another as ever, so
 * that whoever is at work on a customer meanwhile is not disturbed.
 */
export async function retryFailedSyncs(deps: RetryDeps, request: RetryRequest): Promise<RetryReport> {
  const lease = await deps.leases.tryAcquire(['retry-failed-syncs'], deps.random.id(), LEASE_MS);
  if (lease === undefined) {
    const { length: remaining } = await listRetries(deps, request);
    return { retried: 0, succeeded: 0, stillFailing: 0, remaining, skipped: true };
  }
  try {
    return await retryAll(deps, request);
  } finally {
    await deps.leases.release(lease);
  }
}

async function retryAll(deps: RetryDeps, request: RetryRequest): Promise<RetryReport> {
  const endsAtMs = deps.clock.nowMs() + request.longestMs;
  const all = await listRetries(deps, request);
  const waiting = all.slice(0, AT_MOST);
  const ends: Ended[] = [];
  const failures: unknown[] = [];
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined && deps.clock.nowMs() < endsAtMs; next = waiting.shift()) {
      // One that cannot be tried does not keep the others from their turn.
      await retryOne(deps, next, endsAtMs, request).then(
        (end) => ends.push(end),
        (error: unknown) => failures.push(error),
      );
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  if (failures.length > 0 && ends.length === 0) throw new AggregateError(failures, 'None of those due could be tried.');
  const count = (wanted: Ended) => ends.filter((end) => end === wanted).length;
  const [succeeded, stillFailing] = [count('succeeded'), count('failing')];
  const retried = succeeded + stillFailing;
  return { retried, succeeded, stillFailing, remaining: all.length - retried };
}

/** Who is to be tried, oldest first. An email that cannot be taken, or a stranger, is not hurried: it is not in our hands. */
async function listRetries({ store, clock, integration }: RetryDeps, { isForced }: RetryRequest): Promise<Apart[]> {
  const now = iso(clock.nowMs());
  const listed = await store.listApart(RETRIED, LISTED_AT_MOST);
  return listed.filter(({ status, retryAt, integration: name }) => {
    const isDue = retryAt !== undefined && retryAt <= now;
    const isWaiting = status === 'failed' || retryAt === undefined;
    return name === integration.name && (isDue || (isForced && isWaiting));
  });
}

type Ended = 'succeeded' | 'failing' | 'busy';

/** Runs until the customer is agreed on, or has failed again: what was settled first leads to another run. */
async function retryOne(
  deps: RetryDeps,
  { customerId, status, integration }: Apart,
  endsAtMs: number,
  { isForced }: RetryRequest,
): Promise<Ended> {
  if (isForced && status === 'orphaned' && integration !== GATE) await askAnew(deps, customerId);
  let wasBusy = true;
  for (let look = 0; look < LOOKS && deps.clock.nowMs() < endsAtMs; look += 1) {
    if (look > 0) await deps.clock.sleep(PAUSE_MS);
    const result = await syncCustomer(deps, customerId).catch((error: unknown) => {
      if (error instanceof StoreContendedError) return 'busy' as const;
      throw error;
    });
    if (result === 'agreed') return 'succeeded';
    if (result === 'busy') continue;
    wasBusy = false;
    const [sync] = await deps.store.read([syncKey(deps, customerId)]);
    if (sync?.status === 'synced') return 'succeeded';
    if (sync === undefined || sync.status !== 'pending') return 'failing';
  }
  return wasBusy ? 'busy' : 'failing';
}

/** A follower that has let go of a customer is to have it again, whether or not this call comes to it. */
async function askAnew(deps: RetryDeps, customerId: string): Promise<void> {
  for (let tries = 0; tries < ASKS; tries += 1) {
    const nowMs = deps.clock.nowMs();
    const [sync] = await deps.store.read([syncKey(deps, customerId)]);
    if (sync === undefined || !isLetGo(sync)) return;
    const asked = { ...owedChanges(sync, nowMs), dueAt: iso(nowMs) };
    const { committed } = await deps.store.commit({
      sync: change(syncKey(deps, customerId), asked, all(isSameRun(sync), equal('status', sync.status))),
    });
    if (committed) return;
  }
}
