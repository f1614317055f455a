import { isFinal } from '#domain/operation.ts';
import { notFound, operationFinished, operationUnderway } from '#domain/problem.ts';
import { type CatalogStore, change } from '#ports/catalog-store.ts';
import { type Clock, iso, type Log, type SagaStarter } from '#ports/system.ts';
import { LEASE_MS, unchanged, withStep } from './executor.ts';

export type RetryDeps = {
  readonly store: CatalogStore;
  readonly clock: Clock;
  readonly saga: SagaStarter;
  readonly log: Log;
};

/**
 * Takes up an operation that needs attention: its compensation is tried again by a new executor, under a higher fence.
 * What made it park is looked at afresh, so that it parks again while that is still so. Of two retries at once, one
 * counts.
 * @throws ProblemError `not-found`; `customer-busy` while it is under way by itself; `operation-finished`
 */
export async function retryOperation({ store, clock, saga, log }: RetryDeps, operationId: string): Promise<void> {
  const [operation] = await store.read([{ type: 'operation', operationId }]);
  if (operation === undefined) throw notFound('operation');
  if (isFinal(operation.status)) throw operationFinished();
  if (operation.status !== 'needs_attention') throw operationUnderway();
  const nowMs = clock.nowMs();
  const now = iso(nowMs);
  const fence = operation.fence + 1;
  const { committed } = await store.commit({
    operation: change(
      { type: 'operation', operationId },
      {
        ...{ status: 'compensating', fence, dueAt: iso(nowMs + LEASE_MS), updatedAt: now },
        steps: withStep(operation, { name: 'retry', startedAt: now, endedAt: now, outcome: 'compensating' }),
      },
      unchanged(operation),
    ),
  });
  // Nothing but another retry takes up a parked operation.
  if (!committed) throw operationUnderway();
  await saga.start(operationId, fence).catch((error: Error) => {
    log.warn('The saga was not started; the sweep will.', { operationId, error: error.name });
  });
}
