import { fixReport, type RepairOutcome } from '#domain/consistency.ts';
import type { RepairWalk } from '#domain/consistency-run.ts';
import type { ConsistencyRunRecord } from '#ports/maintenance-records.ts';
import { applyPlan, LATER } from '../apply-plan.ts';
import type { Finding } from '../compare/look.ts';
import { keepMet, meet, RECONCILIATION_KEY, reasonToRefuse } from '../guard.ts';
import { type Plan, planOf } from '../plan.ts';
import type { RunDeps } from './run.ts';
import { pageWriter, readPage } from './run-pages.ts';

/** One run repairs no more. */
const MOST_REPAIRS = 2_000;
/** So many findings are worked on before the time is looked at. */
const FINDINGS_AT_A_TIME = 20;

type Changes = Partial<Pick<ConsistencyRunRecord, 'repair' | 'outcomes'>>;
type Repaired =
  | { readonly is: 'refused'; readonly reason: string }
  | { readonly is: 'more' | 'done'; readonly changes: Changes };

const NOTHING_YET: RepairWalk = { page: 0, next: 0, tried: 0, fixed: 0, skipped: 0, failed: 0, left: 0 };

/**
 * Repairs what a comparison has found, until the time is up. Before the first repair it refuses when what was seen cannot
 * be believed. What was repaired by a step that was killed is told as having changed meanwhile.
 */
export async function repairFindings(deps: RunDeps, run: ConsistencyRunRecord, untilMs: number): Promise<Repaired> {
  if (run.request.is === 'validate') return { is: 'done', changes: {} };
  const plan = planOf(run.request);
  if (run.repair === undefined) {
    const reason = await reasonNotTo(deps, run, plan);
    if (reason !== undefined) return { is: 'refused', reason };
  }
  const outcomes = pageWriter<RepairOutcome>(deps.scratch, run, 'outcomes');
  let walk = run.repair ?? NOTHING_YET;
  let page = await readPage<Finding>(deps.scratch, run, 'findings', walk.page);
  while (page !== undefined && deps.clock.nowMs() < untilMs) {
    const findings = page.entries.slice(walk.next, walk.next + FINDINGS_AT_A_TIME);
    const limits = { most: MOST_REPAIRS - walk.tried, deadlineMs: Number.POSITIVE_INFINITY };
    const applied = await applyPlan(deps, findings, plan, limits);
    await outcomes.add(applied.outcomes);
    walk = further(walk, applied);
    if (walk.next < page.entries.length) continue;
    walk = { ...walk, page: walk.page + 1, next: 0 };
    page = await readPage<Finding>(deps.scratch, run, 'findings', walk.page);
  }
  await outcomes.flush();
  return { is: page === undefined ? 'done' : 'more', changes: { repair: walk, outcomes: outcomes.written() } };
}

async function reasonNotTo(deps: RunDeps, { walk }: ConsistencyRunRecord, plan: Plan): Promise<string | undefined> {
  const [known] = await deps.store.read([RECONCILIATION_KEY]);
  const met = await meet(deps.integration, walk, walk.isLive);
  const reason = reasonToRefuse(known, met);
  if (reason === undefined && !plan.isDryRun) await keepMet(deps.store, known, met);
  return reason;
}

function further(walk: RepairWalk, { outcomes, tried }: Awaited<ReturnType<typeof applyPlan>>): RepairWalk {
  const { fixed, skipped, failed } = fixReport(false, outcomes);
  const left = skipped.filter(({ reason }) => reason === LATER);
  return {
    ...{ page: walk.page, next: walk.next + FINDINGS_AT_A_TIME, tried: walk.tried + tried },
    fixed: walk.fixed + fixed.length,
    skipped: walk.skipped + skipped.length,
    failed: walk.failed + failed.length,
    left: walk.left + left.length,
  };
}
