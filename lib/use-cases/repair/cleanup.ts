import { absent, equal, type Position, put } from '#ports/catalog-store.ts';
import type { LeaseStore } from '#ports/lease-store.ts';
import type { CleanupPositionRecord } from '#ports/maintenance-records.ts';
import type { Random } from '#ports/system.ts';
import { type Cleared, clearPage, type LeftoverDeps } from './leftovers.ts';

export type CleanupDeps = LeftoverDeps & { readonly leases: LeaseStore; readonly random: Random };

/** What one run may look through; the next one goes on where it stopped. */
export type CleanupLimits = { readonly pages: number; readonly recordsAPage: number; readonly longestMs: number };

/** `lookedAt`: how many records of the types that scans tell of. `next`: where the next run goes on; absent when it begins again. */
export type CleanupReport =
  | { readonly skipped: true }
  | (Cleared & { readonly lookedAt: number; readonly next: Position | undefined });

/** About a million records a day. A page that is begun by then has a minute to end, within the function's five. */
const LIMITS: CleanupLimits = { pages: 80, recordsAPage: 500, longestMs: 4 * 60_000 };
/** Longer than the function may run. */
const LONGEST_RUN_MS = 6 * 60_000;
const KEY = { type: 'cleanupPosition' } as const;

/**
 * Clears what was left over: expired request keys and leases, and email claims of nobody. Walks through the catalog, some
 * pages a run, one run at a time; one that dies is gone on with from its last page. Each is removed on condition that it
 * is still what was judged, so that it may run at any time, beside anybody.
 */
export async function cleanup(deps: CleanupDeps, limits: CleanupLimits = LIMITS): Promise<CleanupReport> {
  const lease = await deps.leases.tryAcquire(['cleanup'], deps.random.id(), LONGEST_RUN_MS);
  if (lease === undefined) return { skipped: true };
  try {
    return await walk(deps, limits);
  } finally {
    await deps.leases.release(lease);
  }
}

async function walk(deps: CleanupDeps, { pages, recordsAPage, longestMs }: CleanupLimits): Promise<CleanupReport> {
  const { store, clock } = deps;
  const endsAtMs = clock.nowMs() + longestMs;
  const cleared: { -readonly [Count in keyof Cleared]: number } = {
    ...{ expiredKeys: 0, expiredLeases: 0, freedClaims: 0, heldClaims: 0, failed: 0 },
  };
  let lookedAt = 0;
  let [stored] = await store.read([KEY]);
  let from = stored?.from;
  for (let page = 0; page < pages && clock.nowMs() < endsAtMs; page += 1) {
    const found = await store.scan(0, 1, recordsAPage, from);
    const here = await clearPage(deps, found);
    for (const count of Object.keys(cleared) as (keyof Cleared)[]) cleared[count] += here[count];
    lookedAt += found.found.length + found.expired.length;
    from = found.next;
    const step = (stored?.step ?? 0) + 1;
    const next: CleanupPositionRecord = { step, ...(from !== undefined && { from }) };
    // Another run that came after this one has lost its lease goes its own way.
    const isUnchanged = stored === undefined ? absent : equal<'step'>('step', stored.step);
    const { committed } = await store.commit({ position: put(KEY, next, isUnchanged) });
    if (!committed || from === undefined) break;
    stored = next;
  }
  return { ...cleared, lookedAt, next: from };
}
