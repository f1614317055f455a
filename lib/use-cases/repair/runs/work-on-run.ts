import { all, type Changes, change, equal } from '#ports/catalog-store.ts';
import { IntegrationUnavailableError } from '#ports/integration.ts';
import type { ConsistencyRunRecord } from '#ports/maintenance-records.ts';
import { iso } from '#ports/system.ts';
import type { Finding } from '../compare/look.ts';
import { goOn } from '../compare/walk.ts';
import { concludeRun } from './conclude-run.ts';
import { repairFindings } from './repair-findings.ts';
import { LONGEST_RUN_MS, RUN_LEASE_MS, type RunDeps, runKey } from './run.ts';
import { runBuckets } from './run-buckets.ts';
import { pageWriter } from './run-pages.ts';

export type RunExecutor = { readonly runId: string; readonly fence: number };

/** `more`: the run is not at its end. `ended` is the run as it ended by this step, if it did. */
export type RunStep = { readonly is: 'more' } | { readonly is: 'done'; readonly ended?: ConsistencyRunRecord };

/** A step takes about so long, and loses no more when it is killed. */
const STEP_MS = 45_000;
/** So many suspects are looked at before the time is looked at. */
const MOST_SUSPECTS = 40;

/**
 * Works on a run for a while. A step takes a number of its own, and commits how far it has come only while nobody has
 * taken a later one: killed at any point and done again, it leaves the run as if it had never begun.
 * @throws IntegrationUnavailableError
 */
export async function workOnRun(deps: RunDeps, executor: RunExecutor): Promise<RunStep> {
  const taken = await takeStep(deps, executor);
  if (taken.is === 'done') return taken;
  const { run } = taken;
  const untilMs = deps.clock.nowMs() + STEP_MS;
  const compared = await compareOn(deps, run, untilMs);
  if (compared.walk.place.stage !== 'end') return save(deps, run, compared);
  const wholeRun = { ...run, ...compared };
  const { buckets } = wholeRun;
  if (buckets.put !== buckets.read) {
    return save(deps, run, { ...compared, status: 'refused', reason: 'What was kept on the way is lost. Ask again.' });
  }
  // What is to be repaired is committed before the first repair: comparing again would not find what is repaired.
  if (run.walk.place.stage !== 'end' && run.request.is !== 'validate') return save(deps, run, compared);
  const repaired = await repairFindings(deps, wholeRun, untilMs);
  if (repaired.is === 'refused') return save(deps, run, { ...compared, status: 'refused', reason: repaired.reason });
  if (repaired.is === 'more') return save(deps, run, { ...compared, ...repaired.changes });
  await concludeRun(deps, wholeRun);
  return save(deps, run, { ...compared, ...repaired.changes, status: 'done' });
}

/** The run under its next step; `done` when it has ended, ends by its age, or another executor has taken over. */
async function takeStep(
  deps: RunDeps,
  { runId, fence }: RunExecutor,
): Promise<{ readonly is: 'taken'; readonly run: ConsistencyRunRecord } | Extract<RunStep, { readonly is: 'done' }>> {
  const [run] = await deps.store.read([runKey(runId)]);
  if (run?.status !== 'running' || run.fence !== fence) return { is: 'done' };
  const nowMs = deps.clock.nowMs();
  const isTooOld = nowMs > Date.parse(run.createdAt) + LONGEST_RUN_MS;
  const changes: Changes<ConsistencyRunRecord> = isTooOld
    ? { status: 'refused', reason: 'It was not at its end after a day.', dueAt: undefined, updatedAt: iso(nowMs) }
    : { step: run.step + 1, dueAt: iso(nowMs + RUN_LEASE_MS) };
  const { committed } = await deps.store.commit({
    run: change(
      runKey(runId),
      changes,
      all(equal('step', run.step), equal('fence', fence), equal('status', 'running')),
    ),
  });
  if (!committed) return { is: 'done' };
  const taken = { ...run, ...changes } as ConsistencyRunRecord;
  return isTooOld ? { is: 'done', ended: taken } : { is: 'taken', run: taken };
}

/** Compares until the time is up or the comparison is at its end. What Stripe answered before it ceased to is kept. */
async function compareOn(deps: RunDeps, run: ConsistencyRunRecord, untilMs: number) {
  const buckets = runBuckets(deps.scratch, deps.digest, run);
  const findings = pageWriter<Finding>(deps.scratch, run, 'findings');
  let { walk } = run;
  let { read } = run.buckets;
  while (walk.place.stage !== 'end' && deps.clock.nowMs() < untilMs) {
    const piece = await goOn(deps, buckets, walk, MOST_SUSPECTS).catch((error: unknown) => {
      if (walk !== run.walk && error instanceof IntegrationUnavailableError) return undefined;
      throw error;
    });
    if (piece === undefined) break;
    // Buckets are read only once everything that comes into them is written.
    if (buckets.isFull() || piece.walk.place.stage !== walk.place.stage) await buckets.flush();
    await findings.add(piece.findings);
    walk = piece.walk;
    read += piece.read;
  }
  await buckets.flush();
  await findings.flush();
  return { walk, buckets: { ...buckets.written(), read }, findings: findings.written() };
}

async function save(
  deps: RunDeps,
  run: ConsistencyRunRecord,
  changes: Changes<ConsistencyRunRecord>,
): Promise<RunStep> {
  const nowMs = deps.clock.nowMs();
  const isEnded = changes.status !== undefined;
  const dueAt = isEnded ? undefined : iso(nowMs + RUN_LEASE_MS);
  const { committed } = await deps.store.commit({
    run: change(runKey(run.id), { ...changes, dueAt, updatedAt: iso(nowMs) }, equal('step', run.step)),
  });
  // Whoever has taken a later step goes on from what this one began with.
  if (!committed) return { is: 'done' };
  return isEnded ? { is: 'done', ended: { ...run, ...changes } as ConsistencyRunRecord } : { is: 'more' };
}
