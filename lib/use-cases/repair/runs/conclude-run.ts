import type { ConsistencyReport } from '#domain/consistency.ts';
import type { ConsistencyRunRecord } from '#ports/maintenance-records.ts';
import type { Finding } from '../compare/look.ts';
import { ISSUES_KEPT, keepMet, makeGood, meet, RECONCILIATION_KEY } from '../guard.ts';
import type { RunDeps } from './run.ts';
import { readPage } from './run-pages.ts';

/**
 * Keeps what a comparison has told: how many there were, by which the next one is judged and sized, and of a scheduled
 * one the report. Done twice, it keeps the same.
 */
export async function concludeRun(deps: RunDeps, run: ConsistencyRunRecord): Promise<void> {
  if (run.request.is !== 'validate') return;
  const [known] = await deps.store.read([RECONCILIATION_KEY]);
  const met = await meet(deps.integration, run.walk, run.walk.isLive);
  await keepMet(deps.store, known, met, run.isScheduled ? await lastReport(deps, run) : undefined);
  if (run.isScheduled) await makeGood(deps.store, run.unreadSince);
}

/** What a comparison at its end says, but for its issues. */
export function summaryOf({ walk, findings }: ConsistencyRunRecord): Omit<ConsistencyReport, 'issues' | 'nextCursor'> {
  const { begunAt: validatedAt, catalogCustomers, stripeCustomers } = walk;
  return {
    ...{ validatedAt, consistent: findings.count === 0, catalogCustomers, stripeCustomers },
    issueCount: findings.count,
  };
}

/** The report with its first issues: it is one record, and records are small. */
async function lastReport({ scratch }: RunDeps, run: ConsistencyRunRecord): Promise<ConsistencyReport> {
  const findings: Finding[] = [];
  for (let page = 0; findings.length < ISSUES_KEPT; page += 1) {
    const read = await readPage<Finding>(scratch, run, 'findings', page);
    if (read === undefined) break;
    findings.push(...read.entries);
  }
  return { ...summaryOf(run), issues: findings.slice(0, ISSUES_KEPT).map(({ issue }) => issue) };
}
