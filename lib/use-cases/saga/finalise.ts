import { change } from '#ports/catalog-store.ts';
import type { OperationRecord } from '#ports/records.ts';
import { iso } from '#ports/system.ts';
import { KEPT_SECONDS, type StepDeps, type StepOutcome, type StepStart, unchanged, withStep } from './executor.ts';
import { wasLookedAt } from './kinds/kind.ts';
import { KINDS } from './kinds/kinds.ts';

/**
 * Commits what Stripe accepted, in one transaction that holds only while the operation is running under this
 * executor's fence.
 */
export async function finalise(
  deps: StepDeps,
  operation: OperationRecord,
  step: StepStart,
  externalId: string,
  stripeRequestId?: string,
): Promise<StepOutcome> {
  const nowMs = deps.clock.nowMs();
  const at = iso(nowMs);
  const requestId = stripeRequestId === undefined ? {} : { stripeRequestId };
  const commit = (isAskedToLook: boolean) =>
    deps.store.commit({
      operation: change(
        { type: 'operation', operationId: operation.id },
        {
          status: 'succeeded',
          endedAt: at,
          updatedAt: at,
          dueAt: undefined,
          expiresAtSeconds: Math.floor(nowMs / 1000) + KEPT_SECONDS,
          steps: withStep(operation, { ...step, endedAt: at, outcome: 'accepted', ...requestId }),
          ...(externalId !== '' && { externalId }),
        },
        unchanged(operation),
      ),
      ...KINDS[operation.kind].succeed(deps, operation, { externalId, at, ...requestId }, isAskedToLook),
    });
  const first = await commit(false);
  const isAskedToLook =
    !first.committed && (first.refused.sync?.existing?.lookAgain === true || wasLookedAt(first.refused.link?.existing));
  const result = isAskedToLook ? await commit(true) : first;
  if (!result.committed) {
    if (result.refused.operation !== undefined) return 'superseded';
    throw new Error(
      `Operation ${operation.id} is running but no longer holds ${Object.keys(result.refused).join(', ')}.`,
    );
  }
  // Should the poke be lost, the sweep finds the customer due.
  if (isAskedToLook) await deps.pokes.poke({ customerId: operation.customerId }).catch(() => undefined);
  return 'succeeded';
}
