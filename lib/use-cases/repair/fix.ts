import type { Issue } from '#domain/consistency.ts';
import { reconciliationRefused } from '#domain/problem.ts';
import { type Comparison, compare, type Finding, lookAgainAt } from './compare.ts';
import { asProblems, keepMet, meet, RECONCILIATION_KEY, reasonToRefuse } from './guard.ts';
import { judge } from './kinds/kinds.ts';
import { applyRepair } from './repairs/apply.ts';
import { MOVED, NEEDS_A_PERSON, type RepairDeps, type Repaired, skipped } from './repairs/repair.ts';

export type FixQuery = {
  readonly isDryRun: boolean;
  /** Only these; naming a kind also asks for repairs of it that are not safe. */
  readonly kinds?: readonly string[] | undefined;
  readonly customerIds?: readonly string[] | undefined;
  /** What is not begun by then is left to the next call. */
  readonly deadlineMs: number;
};

export type NotFixed = { readonly issue: Issue; readonly reason: string };

export type FixReport = {
  readonly isDryRun: boolean;
  /** In a dry run, what would be. */
  readonly fixed: readonly Issue[];
  readonly skipped: readonly NotFixed[];
  readonly failed: readonly NotFixed[];
};

/** One call repairs no more. */
const MOST_REPAIRS = 200;
const LONGEST_FIX_MS = 60_000;
const UNSAFE = 'It is repaired only when its kind is named in kinds.';

/**
 * Plans what validate finds and, unless it is a dry run, applies it one by one: each is read and judged again first, and
 * repaired through the same conditions as every other write. Twice is as good as once.
 * @throws ProblemError `reconciliation-refused`, `stripe-unavailable`
 */
export async function fix(deps: RepairDeps, query: FixQuery): Promise<FixReport> {
  return repairing(deps, query.isDryRun, async ({ findings }) => {
    const wanted = findings.filter(({ issue: { kind, customerId = '' } }) => {
      const isKind = query.kinds === undefined || query.kinds.includes(kind);
      return isKind && (query.customerIds === undefined || query.customerIds.includes(customerId));
    });
    const isAsked = ({ found }: Pick<Finding, 'found'>) => found.isSafe || query.kinds?.includes(found.kind) === true;
    return applyAll(deps, wanted, query, isAsked);
  });
}

/** Compares, refuses when what it sees cannot be believed, and works one at a time. A dry run writes nothing. */
export async function repairing<Result>(
  deps: RepairDeps,
  isDryRun: boolean,
  work: (comparison: Comparison) => Promise<Result>,
): Promise<Result> {
  const lease = isDryRun ? undefined : await deps.leases.tryAcquire(['fix'], deps.random.id(), LONGEST_FIX_MS);
  if (!isDryRun && lease === undefined) throw reconciliationRefused('Another repair is under way.');
  try {
    return await asProblems(async () => {
      const [known] = await deps.store.read([RECONCILIATION_KEY]);
      const comparison = await compare(deps);
      const met = await meet(deps.integration, comparison);
      const reason = reasonToRefuse(known, met);
      if (reason !== undefined) throw reconciliationRefused(reason);
      if (!isDryRun) await keepMet(deps.store, known, met);
      return work(comparison);
    });
  } finally {
    if (lease !== undefined) await deps.leases.release(lease);
  }
}

type Applying = Pick<FixQuery, 'isDryRun' | 'deadlineMs'>;

/** Applies the repairs that are asked for, each to what it is about as it is then. */
export async function applyAll(
  deps: RepairDeps,
  findings: readonly Finding[],
  { isDryRun, deadlineMs }: Applying,
  isAsked: (finding: Pick<Finding, 'found'>) => boolean,
): Promise<FixReport> {
  const report = { fixed: [] as Issue[], skipped: [] as NotFixed[], failed: [] as NotFixed[] };
  let tried = 0;
  for (const finding of findings) {
    const { issue } = finding;
    const repaired = await (async (): Promise<Repaired> => {
      if (finding.found.action === 'none') return NEEDS_A_PERSON;
      if (!isAsked(finding)) return skipped(UNSAFE);
      tried += 1;
      if (tried > MOST_REPAIRS || deps.clock.nowMs() > deadlineMs) return skipped('It is left to the next call.');
      return isDryRun ? { is: 'fixed' } : repair(deps, finding, isAsked);
    })();
    if (repaired.is === 'fixed') report.fixed.push(issue);
    else report[repaired.is].push({ issue, reason: repaired.reason });
  }
  return { isDryRun, ...report };
}

async function repair(
  deps: RepairDeps,
  finding: Finding,
  isAsked: (finding: Pick<Finding, 'found'>) => boolean,
): Promise<Repaired> {
  try {
    const evidence = await lookAgainAt(deps, finding);
    const found = evidence && judge(evidence).find(({ kind }) => kind === finding.found.kind);
    if (evidence === undefined || found === undefined) return MOVED;
    return isAsked({ found }) ? await applyRepair(deps, found.action, evidence) : skipped(UNSAFE);
  } catch (error) {
    deps.log.warn('A repair failed.', { kind: finding.found.kind, error: error instanceof Error ? error.name : '' });
    return { is: 'failed', reason: 'It could not be repaired now. What it was about is as it was, or due.' };
  }
}
