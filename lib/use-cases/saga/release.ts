import { stripeUnavailable } from '#domain/problem.ts';
import { change } from '#ports/catalog-store.ts';
import { pokeTo } from '#ports/pokes.ts';
import { iso } from '#ports/system.ts';
import {
  type Executor,
  KEPT_SECONDS,
  readAs,
  type StepDeps,
  type StepOutcome,
  unchanged,
  withStep,
} from './executor.ts';
import { KINDS } from './kinds/kinds.ts';

/**
 * Gives back what the operation holds and ends it `compensated`: what was before is again, and nothing of it is left.
 * Only after Stripe refused, or after `undo`.
 */
export async function release(deps: StepDeps, executor: Executor): Promise<StepOutcome> {
  const operation = await readAs(deps, executor);
  const wasRejected = operation?.status === 'running' && operation.problem !== undefined;
  if (operation === undefined || !(wasRejected || operation.status === 'compensating')) return 'superseded';
  const nowMs = deps.clock.nowMs();
  const at = iso(nowMs);
  const result = await deps.store.commit({
    operation: change(
      { type: 'operation', operationId: operation.id },
      {
        status: 'compensated',
        problem: operation.problem ?? stripeUnavailable(),
        endedAt: at,
        updatedAt: at,
        dueAt: undefined,
        expiresAtSeconds: Math.floor(nowMs / 1000) + KEPT_SECONDS,
        steps: withStep(operation, { name: 'release', startedAt: at, endedAt: at, outcome: 'compensated' }),
      },
      unchanged(operation),
    ),
    ...KINDS[operation.kind].release(operation, at),
  });
  if (result.committed) {
    // Whoever was told that the customer is busy is served now. Should the poke be lost, the sweep finds it due.
    for (const integration of operation.kind === 'create' ? [] : deps.integrations) {
      await deps.pokes.poke(pokeTo(operation.customerId, integration)).catch(() => undefined);
    }
    return 'compensated';
  }
  if (result.refused.operation !== undefined) return 'superseded';
  throw new Error(`Operation ${operation.id} does not hold ${Object.keys(result.refused).join(', ')} any more.`);
}
