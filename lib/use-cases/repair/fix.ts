import { type FixReport, fixReport } from '#domain/consistency.ts';
import { reconciliationRefused } from '#domain/problem.ts';
import { applyPlan } from './apply-plan.ts';
import { compare } from './compare/compare.ts';
import { asProblems, keepMet, meet, RECONCILIATION_KEY, reasonToRefuse } from './guard.ts';
import { type Plan, planOf } from './plan.ts';
import type { RepairDeps } from './repairs/repair.ts';

export type FixQuery = {
  readonly isDryRun: boolean;
  /** Only these; naming a kind also asks for repairs of it that are not safe. */
  readonly kinds?: readonly string[] | undefined;
  readonly customerIds?: readonly string[] | undefined;
  /** What is not begun by then is left to the next call. */
  readonly deadlineMs: number;
};

/** One call repairs no more. */
const MOST_REPAIRS = 200;
const LONGEST_FIX_MS = 60_000;

/**
 * Plans what validate finds and, unless it is a dry run, applies it one by one. Twice is as good as once.
 * @throws ProblemError `reconciliation-refused`, `stripe-unavailable`; TooManyCustomersError
 */
export async function fix(
  deps: RepairDeps,
  { deadlineMs, isDryRun, kinds, customerIds }: FixQuery,
): Promise<FixReport> {
  const asked = { ...(kinds !== undefined && { kinds }), ...(customerIds !== undefined && { customerIds }) };
  return repairAtOnce(deps, planOf({ is: 'fix', isDryRun, ...asked }), deadlineMs);
}

/** Compares in one go, refuses when what it sees cannot be believed, and works one at a time. A dry run writes nothing. */
export async function repairAtOnce(deps: RepairDeps, plan: Plan, deadlineMs: number): Promise<FixReport> {
  const { isDryRun } = plan;
  const lease = isDryRun ? undefined : await deps.leases.tryAcquire(['fix'], deps.random.id(), LONGEST_FIX_MS);
  if (!isDryRun && lease === undefined) throw reconciliationRefused('Another repair is under way.');
  try {
    return await asProblems(async () => {
      const [known] = await deps.store.read([RECONCILIATION_KEY]);
      const { report, findings, isLive } = await compare(deps);
      const met = await meet(deps.integration, report, isLive);
      const reason = reasonToRefuse(known, met);
      if (reason !== undefined) throw reconciliationRefused(reason);
      if (!isDryRun) await keepMet(deps.store, known, met);
      const { outcomes } = await applyPlan(deps, findings, plan, { most: MOST_REPAIRS, deadlineMs });
      return fixReport(isDryRun, outcomes);
    });
  } finally {
    if (lease !== undefined) await deps.leases.release(lease);
  }
}
