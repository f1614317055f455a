import type { ConsistencyReport } from '#domain/consistency.ts';
import { notFound } from '#domain/problem.ts';
import { type CatalogStore, change, equal } from '#ports/catalog-store.ts';
import type { LeaseStore } from '#ports/lease-store.ts';
import type { Random } from '#ports/system.ts';
import { compare } from './compare/compare.ts';
import type { CompareDeps } from './evidence.ts';
import { asProblems, keepMet, meet, RECONCILIATION_KEY } from './guard.ts';

/**
 * Compares both sides in full and tells where they do not agree. Writes nothing.
 * @throws ProblemError `stripe-unavailable`; TooManyCustomersError
 */
export async function validate(deps: CompareDeps, from?: string): Promise<ConsistencyReport> {
  return asProblems(async () => (await compare(deps, from)).report);
}

/** The report of the last scheduled comparison. */
export async function getLastReport(store: CatalogStore): Promise<ConsistencyReport> {
  const [known] = await store.read([RECONCILIATION_KEY]);
  if (known?.report === undefined) throw notFound('run');
  return known.report;
}

export type ScheduledReport = { readonly skipped: true } | ConsistencyReport;

type ScheduleDeps = CompareDeps & { readonly leases: LeaseStore; readonly random: Random };

/** Longer than the function may run. */
const LONGEST_RUN_MS = 16 * 60_000;
/** A report is one record, and records are small. */
const ISSUES_KEPT = 200;

/** The same once a day, one at a time; the report is kept, and Stripe's events that were gone unread are made good. */
export async function validateOnSchedule(deps: ScheduleDeps): Promise<ScheduledReport> {
  const lease = await deps.leases.tryAcquire(['validate-consistency'], deps.random.id(), LONGEST_RUN_MS);
  if (lease === undefined) return { skipped: true };
  try {
    const [known, position] = await deps.store.read([RECONCILIATION_KEY, { type: 'eventPosition' }]);
    const comparison = await compare(deps);
    const { report } = comparison;
    const met = await meet(deps.integration, report, comparison.isLive);
    await keepMet(deps.store, known, met, { ...report, issues: report.issues.slice(0, ISSUES_KEPT) });
    if (position?.unreadSince !== undefined && report.nextCursor === undefined) {
      // A sweep that is at work begins anew, on what this leaves.
      const made = { unreadSince: undefined, step: position.step + 1 };
      await deps.store.commit({ it: change({ type: 'eventPosition' }, made, equal('step', position.step)) });
    }
    return report;
  } finally {
    await deps.leases.release(lease);
  }
}
