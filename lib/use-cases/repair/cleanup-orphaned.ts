import type { FixQuery, NotFixed } from './fix.ts';
import { applyAll, repairing } from './fix.ts';
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

/** Stripe customers that we made for nobody, and customers of the catalog whose Stripe customer there never was. */
const ORPHANS = new Set(['stripe-orphan', 'stripe-customer-doubled', 'tombstone-alive', 'stripe-customer-unknown']);
const LATER = 'It is left to the next call.';

/**
 * Ends what only one side has: Stripe's orphans are deleted if they are provably ours, nobody's and unused; customers
 * that Stripe does not know get a new Stripe customer. Everything else is kept, with the reason.
 * @throws ProblemError `reconciliation-refused`, `stripe-unavailable`
 */
export async function cleanupOrphaned(
  deps: RepairDeps,
  query: Pick<FixQuery, 'isDryRun' | 'deadlineMs'>,
): Promise<CleanupReport> {
  return repairing(deps, query.isDryRun, async ({ findings }) => {
    const orphans = findings.filter(({ issue }) => ORPHANS.has(issue.kind));
    const done = await applyAll(deps, orphans, query, ({ found }) => found.isSafe || found.action === 'create-anew');
    const notCleaned = [...done.skipped, ...done.failed];
    const kept = notCleaned
      .filter(({ reason }) => reason !== LATER)
      .map(({ issue, reason }) => ({ issue, reason: reasonOf(issue.kind, reason) }));
    const cleaned = query.isDryRun ? 0 : done.fixed.length;
    const remaining = orphans.length - cleaned - kept.length;
    return { integration: deps.integration.name, found: orphans.length, cleaned, kept, remaining };
  });
}

/** Of orphans, being unsafe to repair has a reason of its own. */
function reasonOf(kind: string, reason: string): string {
  if (!reason.includes('named in kinds')) return reason;
  return kind === 'stripe-customer-doubled'
    ? 'A live customer has two of them: only a person can tell which one is used.'
    : USED;
}
