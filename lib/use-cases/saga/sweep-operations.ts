import type { CatalogStore } from '#ports/catalog-store.ts';
import type { LeaseStore } from '#ports/lease-store.ts';
import { type Pokes, pokeTo, pokeToExternal } from '#ports/pokes.ts';
import { type Clock, iso, type Random, type RunStarter, type SagaStarter } from '#ports/system.ts';
import { resumeRun } from '../repair/runs/resume-run.ts';
import { resumeOperation } from './resume-operation.ts';

export type SweepDeps = {
  readonly store: CatalogStore;
  readonly clock: Clock;
  readonly saga: SagaStarter;
  readonly runs: RunStarter;
  readonly pokes: Pokes;
  readonly leases: LeaseStore;
  readonly random: Random;
};

/**
 * `oldestOverdueSeconds`: for how long the oldest of what is due has been, when the sweep began; 0 when nothing is due.
 * `skipped`: another sweep is at work.
 */
export type SweepReport =
  | { readonly resumed: number; readonly poked: number; readonly oldestOverdueSeconds: number }
  | { readonly skipped: true };

const AT_MOST_AT_ONCE = 400;
/** Shorter than the minute to the next sweep: one that died does not cost two. */
const LONGEST_SWEEP_MS = 50_000;

/** Takes up what a crash left: overdue operations and runs get a new executor, customers owed to Stripe are poked. */
export async function sweepOperations(deps: SweepDeps): Promise<SweepReport> {
  const lease = await deps.leases.tryAcquire(['sweep-operations'], deps.random.id(), LONGEST_SWEEP_MS);
  if (lease === undefined) return { skipped: true };
  try {
    return await sweep(deps);
  } finally {
    await deps.leases.release(lease);
  }
}

/** One that fails does not keep the others from their turn; the sweep itself then fails, for an operator to see. */
async function sweep(deps: SweepDeps): Promise<SweepReport> {
  let resumed = 0;
  let poked = 0;
  const failures: unknown[] = [];
  const nowMs = deps.clock.nowMs();
  const due = await deps.store.listDue(iso(nowMs), AT_MOST_AT_ONCE);
  const oldestMs = Math.min(nowMs, ...due.map(({ dueAt }) => Date.parse(dueAt)));
  for (const { key } of due) {
    try {
      if (key.type === 'operation') {
        if (await resumeOperation(deps, key.operationId)) resumed += 1;
        continue;
      }
      if (key.type === 'consistencyRun') {
        if (await resumeRun(deps, key.runId)) resumed += 1;
        continue;
      }
      await deps.pokes.poke(
        key.type === 'sync' ? pokeTo(key.customerId, key.integration) : pokeToExternal(key.externalId, key.integration),
      );
      poked += 1;
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} of the due could not be taken up.`);
  return { resumed, poked, oldestOverdueSeconds: Math.floor((nowMs - oldestMs) / 1000) };
}
