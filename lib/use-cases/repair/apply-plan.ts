import type { RepairOutcome } from '#domain/consistency.ts';
import { type Finding, lookAgainAt } from './compare/look.ts';
import { judge } from './kinds/kinds.ts';
import type { Plan } from './plan.ts';
import { applyRepair } from './repairs/apply.ts';
import { MOVED, NEEDS_A_PERSON, type RepairDeps, type Repaired, skipped } from './repairs/repair.ts';

/** How many repairs may still be begun, and until when. */
type Limits = { readonly most: number; readonly deadlineMs: number };

/** `tried`: how many repairs were begun, or left because there were too many. */
export type Applied = { readonly outcomes: readonly RepairOutcome[]; readonly tried: number };

const UNSAFE = 'It is repaired only when its kind is named in kinds.';
/** Why a repair was not begun that another call would begin. */
export const LATER = 'It is left to the next call.';

/**
 * Applies the repairs that are asked for, one at a time: each is read and judged again first, and repaired through the
 * same conditions as every other write. Twice is as good as once. A dry run writes nothing.
 */
export async function applyPlan(
  deps: RepairDeps,
  findings: readonly Finding[],
  plan: Plan,
  { most, deadlineMs }: Limits,
): Promise<Applied> {
  const outcomes: RepairOutcome[] = [];
  let tried = 0;
  for (const finding of findings.filter(plan.isWanted)) {
    const { issue } = finding;
    const repaired = await (async (): Promise<Repaired> => {
      if (finding.found.action === 'none') return NEEDS_A_PERSON;
      if (!plan.isAsked(finding)) return skipped(UNSAFE);
      tried += 1;
      if (tried > most) return skipped(LATER);
      if (plan.isDryRun) return { is: 'fixed' };
      return deps.clock.nowMs() > deadlineMs ? skipped(LATER) : repair(deps, finding, plan);
    })();
    outcomes.push({ ...repaired, issue });
  }
  return { outcomes, tried };
}

async function repair(deps: RepairDeps, finding: Finding, { isAsked }: Plan): Promise<Repaired> {
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
