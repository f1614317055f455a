import { isFinal, isKnownFormat } from '#domain/operation.ts';
import { all, any, atMost, type CatalogStore, change, equal } from '#ports/catalog-store.ts';
import { type Clock, iso, type SagaStarter } from '#ports/system.ts';
import { type Executor, RETRIED_LEASE_MS } from './executor.ts';

/**
 * Gives an overdue operation a new executor with a higher fence: every write of an earlier one then fails. Of two
 * sweeps at once, one raises the fence and the other does nothing.
 */
export async function resumeOperation(
  deps: { readonly store: CatalogStore; readonly clock: Clock; readonly saga: SagaStarter },
  operationId: string,
): Promise<boolean> {
  const [operation] = await deps.store.read([{ type: 'operation', operationId }]);
  const now = iso(deps.clock.nowMs());
  if (operation === undefined || isFinal(operation.status) || operation.status === 'needs_attention') return false;
  if (operation.dueAt === undefined || operation.dueAt > now) return false;
  // Its later version takes it up when it is deployed again; it stays due, and so it alarms.
  if (!isKnownFormat(operation.format)) return false;
  const fence = operation.fence + 1;
  const { committed } = await deps.store.commit({
    operation: change(
      { type: 'operation', operationId },
      { fence, dueAt: iso(deps.clock.nowMs() + RETRIED_LEASE_MS), updatedAt: now },
      all(equal('fence', operation.fence), equal('status', operation.status), atMost('dueAt', now)),
    ),
  });
  if (committed) await deps.saga.start(operationId, fence);
  return committed;
}

/**
 * An execution ended without ending its operation: it failed, timed out or was aborted. The operation is due at once,
 * so that the next sweep gives it a new executor; not before, so that one that fails at once cannot spin.
 */
export async function executionEndedEarly(
  { store, clock }: { readonly store: CatalogStore; readonly clock: Clock },
  { operationId, fence }: Executor,
): Promise<void> {
  const now = iso(clock.nowMs());
  const isUnfinished = any(equal('status', 'running'), equal('status', 'compensating'));
  // Refused when another executor has taken over or the operation has ended: then there is nothing to do.
  await store.commit({
    operation: change(
      { type: 'operation', operationId },
      { dueAt: now, updatedAt: now },
      all(equal('fence', fence), isUnfinished),
    ),
  });
}
