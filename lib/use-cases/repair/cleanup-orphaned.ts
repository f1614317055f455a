import type { FixReport, NotFixed } from '#domain/consistency.ts';
import { LATER } from './apply-plan.ts';
import { type FixQuery, repairAtOnce } from './fix.ts';
import { planOf } from './plan.ts';
import { USED } from './repairs/delete-in-stripe.ts';
import type { RepairDeps } from './repairs/repair.ts';

export type CleanupReport = {
  readonly integration: string;
  readonly found: number;
  readonly cleaned: number;
  /** What stays, and why. */
  readonly kept: readonly NotFixed[];
  /** What another call would clean; in a dry run, what this one would have. */
  readonly remaining: number;
};

/**
 * Ends what only one side has: Stripe's orphans are deleted if they are provably ours, nobody's and unused; customers
 * that Stripe does not know get a new Stripe customer. Everything else is kept, with the reason.
 * @throws ProblemError `reconciliation-refused`, `stripe-unavailable`; TooManyCustomersError
 */
export async function cleanupOrphaned(
  deps: RepairDeps,
  { isDryRun, deadlineMs }: Pick<FixQuery, 'isDryRun' | 'deadlineMs'>,
): Promise<CleanupReport> {
  const done = await repairAtOnce(deps, planOf({ is: 'cleanup-orphaned', isDryRun }), deadlineMs);
  return cleanupReport(deps.integration.name, done);
}

/** What was done about orphans, told in their words. */
export function cleanupReport(integration: string, { isDryRun, fixed, skipped, failed }: FixReport): CleanupReport {
  const notCleaned = [...skipped, ...failed];
  const kept = notCleaned
    .filter(({ reason }) => reason !== LATER)
    .map(({ issue, reason }) => ({ issue, reason: reasonOf(issue.kind, reason) }));
  const found = fixed.length + notCleaned.length;
  const cleaned = isDryRun ? 0 : fixed.length;
  return { integration, found, cleaned, kept, remaining: found - cleaned - kept.length };
}

/** Of orphans, being unsafe to repair has a reason of its own. */
function reasonOf(kind: string, reason: string): string {
  if (!reason.includes('named in kinds')) return reason;
  return kind === 'stripe-customer-doubled'
    ? 'A live customer has two of them: only a person can tell which one is used.'
    : USED;
}
