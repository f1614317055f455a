import { isFinal } from '#domain/operation.ts';
import { all, atMost, type CatalogStore, change, equal } from '#ports/catalog-store.ts';
import { type Clock, iso, type Pokes, type SagaStarter } from '#ports/system.ts';
import { LEASE_MS } from './executor.ts';

export type SweepDeps = {
  readonly store: CatalogStore;
  readonly clock: Clock;
  readonly saga: SagaStarter;
  readonly pokes: Pokes;
};

const AT_MOST_AT_ONCE = 400;

/** Takes up what a crash left: overdue operations get a new executor, customers owed to Stripe are poked. */
export async function sweepOperations(deps: SweepDeps): Promise<{ readonly resumed: number; readonly poked: number }> {
  let resumed = 0;
  let poked = 0;
  for (const { key } of await deps.store.listDue(iso(deps.clock.nowMs()), AT_MOST_AT_ONCE)) {
    if (key.type === 'sync') {
      await deps.pokes.poke(key.customerId);
      poked += 1;
    } else if (await resumeOperation(deps, key.operationId)) {
      resumed += 1;
    }
  }
  return { resumed, poked };
}

/**
 * Gives an overdue operation a new executor with a higher fence: every write of an earlier one then fails. Of two
 * sweeps at once, one raises the fence and the other does nothing.
 */
export async function resumeOperation(deps: Omit<SweepDeps, 'pokes'>, operationId: string): Promise<boolean> {
  const [operation] = await deps.store.read([{ type: 'operation', operationId }]);
  const now = iso(deps.clock.nowMs());
  if (operation === undefined || isFinal(operation.status) || operation.status === 'needs_attention') return false;
  if (operation.dueAt === undefined || operation.dueAt > now) return false;
  const fence = operation.fence + 1;
  const { committed } = await deps.store.commit({
    operation: change(
      { type: 'operation', operationId },
      { fence, dueAt: iso(deps.clock.nowMs() + LEASE_MS), updatedAt: now },
      all(equal('fence', operation.fence), equal('status', operation.status), atMost('dueAt', now)),
    ),
  });
  if (committed) await deps.saga.start(operationId, fence);
  return committed;
}
