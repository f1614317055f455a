import { all, atMost, change, equal } from '#ports/catalog-store.ts';
import { iso } from '#ports/system.ts';
import { type BeginDeps, RUN_LEASE_MS, runKey } from './run.ts';

/**
 * Gives an overdue run a new executor with a higher fence: the earlier one ends at its next step. Of two sweeps at once,
 * one raises the fence and the other does nothing.
 */
export async function resumeRun(deps: Omit<BeginDeps, 'random'>, runId: string): Promise<boolean> {
  const [run] = await deps.store.read([runKey(runId)]);
  const nowMs = deps.clock.nowMs();
  if (run?.status !== 'running' || run.dueAt === undefined || run.dueAt > iso(nowMs)) return false;
  const fence = run.fence + 1;
  const { committed } = await deps.store.commit({
    run: change(
      runKey(runId),
      { fence, dueAt: iso(nowMs + RUN_LEASE_MS) },
      all(equal('fence', run.fence), equal('status', 'running'), atMost('dueAt', iso(nowMs))),
    ),
  });
  if (committed) await deps.runs.start(runId, fence);
  return committed;
}
