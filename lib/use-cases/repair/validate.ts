import type { ConsistencyReport } from '#domain/consistency.ts';
import { notFound } from '#domain/problem.ts';
import type { CatalogStore } from '#ports/catalog-store.ts';
import type { LeaseStore } from '#ports/lease-store.ts';
import type { Random, RunStarter } from '#ports/system.ts';
import { compare, TooManyCustomersError } from './compare/compare.ts';
import type { CompareDeps } from './evidence.ts';
import { asProblems, ISSUES_KEPT, keepMet, makeGood, meet, RECONCILIATION_KEY } from './guard.ts';
import { beginRun, countLast } from './runs/begin-run.ts';

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

/** `skipped`: another one is at work. `runId`: there are many customers, and this run will keep the report. */
export type ScheduledReport = { readonly skipped: true } | { readonly runId: string } | ConsistencyReport;

type ScheduleDeps = CompareDeps & {
  readonly leases: LeaseStore;
  readonly random: Random;
  readonly runs: RunStarter;
};

/** Longer than the function may run. */
const LONGEST_RUN_MS = 16 * 60_000;

/** The same once a day, one at a time; the report is kept, and Stripe's events that were gone unread are made good. */
export async function validateOnSchedule(deps: ScheduleDeps): Promise<ScheduledReport> {
  const lease = await deps.leases.tryAcquire(['validate-consistency'], deps.random.id(), LONGEST_RUN_MS);
  if (lease === undefined) return { skipped: true };
  try {
    const [position] = await deps.store.read([{ type: 'eventPosition' }]);
    const unreadSince = position?.unreadSince;
    if ((await countLast(deps)) > deps.mostAtOnce) return await runOnSchedule(deps, unreadSince);
    try {
      return await reportAtOnce(deps, unreadSince);
    } catch (error) {
      if (error instanceof TooManyCustomersError) return await runOnSchedule(deps, unreadSince);
      throw error;
    }
  } finally {
    await deps.leases.release(lease);
  }
}

async function reportAtOnce(deps: ScheduleDeps, unreadSince: string | undefined): Promise<ConsistencyReport> {
  const [known] = await deps.store.read([RECONCILIATION_KEY]);
  const { report, isLive } = await compare(deps);
  const met = await meet(deps.integration, report, isLive);
  await keepMet(deps.store, known, met, { ...report, issues: report.issues.slice(0, ISSUES_KEPT) });
  if (report.nextCursor === undefined) await makeGood(deps.store, unreadSince);
  return report;
}

async function runOnSchedule(deps: ScheduleDeps, unreadSince: string | undefined): Promise<ScheduledReport> {
  const more = { isScheduled: true, ...(unreadSince !== undefined && { unreadSince }) } as const;
  const { run, isNew } = await beginRun(deps, { is: 'validate' }, more);
  return isNew ? { runId: run.id } : { skipped: true };
}
