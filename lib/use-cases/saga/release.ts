import { normalizeEmail } from '#domain/email.ts';
import { stripeUnavailable } from '#domain/problem.ts';
import { change, equal, remove } from '#ports/catalog-store.ts';
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

/**
 * Gives back what the operation holds and ends it `compensated`: the email is free again, and the customer that never
 * was becomes a tombstone without personal data. Only after Stripe refused, or after `undo`.
 */
export async function release(deps: StepDeps, executor: Executor): Promise<StepOutcome> {
  const operation = await readAs(deps, executor);
  const wasRejected = operation?.status === 'running' && operation.problem !== undefined;
  if (operation === undefined || !(wasRejected || operation.status === 'compensating')) return 'superseded';
  const { id: operationId, customerId } = operation;
  const nowMs = deps.clock.nowMs();
  const now = iso(nowMs);
  const result = await deps.store.commit({
    operation: change(
      { type: 'operation', operationId },
      {
        status: 'compensated',
        problem: operation.problem ?? stripeUnavailable(),
        endedAt: now,
        updatedAt: now,
        dueAt: undefined,
        expiresAtSeconds: Math.floor(nowMs / 1000) + KEPT_SECONDS,
        steps: withStep(operation, { name: 'release', startedAt: now, endedAt: now, outcome: 'compensated' }),
      },
      unchanged(operation),
    ),
    customer: change(
      { type: 'customer', customerId },
      { status: 'deleted', name: null, email: null, updatedAt: now, owner: undefined },
      equal('owner', operationId),
    ),
    claim: remove(
      { type: 'emailClaim', email: normalizeEmail(operation.after.email) },
      equal('operationId', operationId),
    ),
  });
  if (result.committed) return 'compensated';
  if (result.refused.operation !== undefined) return 'superseded';
  throw new Error(`Operation ${operationId} does not hold ${Object.keys(result.refused).join(', ')} any more.`);
}
