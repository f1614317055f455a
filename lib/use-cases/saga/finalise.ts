import { othersThan } from '#domain/integrations.ts';
import { change } from '#ports/catalog-store.ts';
import { pokeTo } from '#ports/pokes.ts';
import type { OperationRecord } from '#ports/records.ts';
import { iso } from '#ports/system.ts';
import { KEPT_SECONDS, type StepDeps, type StepOutcome, type StepStart, unchanged, withStep } from './executor.ts';
import { owedToFollowers } from './followers.ts';
import { wasLookedAt } from './kinds/kind.ts';
import { KINDS } from './kinds/kinds.ts';

/** So often a follower's run may begin just when it is told of what it is owed. */
const RACES = 5;

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
  const commit = async (isAskedToLook: boolean) =>
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
      ...(await owedToFollowers(deps, operation, nowMs)),
    });
  let isAskedToLook = false;
  let result = await commit(isAskedToLook);
  for (let races = 0; !result.committed; races += 1) {
    const { refused } = result;
    const isAskedNow = refused.sync?.existing?.lookAgain === true || wasLookedAt(refused.link?.existing);
    const isNews: boolean = isAskedNow && !isAskedToLook;
    if (!isNews && refused.operation !== undefined) return 'superseded';
    if (!isNews && !(isOnlyFollowers(refused) && races < RACES)) {
      throw new Error(`Operation ${operation.id} is running but no longer holds ${Object.keys(refused).join(', ')}.`);
    }
    isAskedToLook ||= isNews;
    result = await commit(isAskedToLook);
  }
  // Should a poke be lost, the sweep finds the customer due.
  for (const integration of isAskedToLook ? deps.integrations : othersThan(deps.integrations)) {
    await deps.pokes.poke(pokeTo(operation.customerId, integration)).catch(() => undefined);
  }
  return 'succeeded';
}

function isOnlyFollowers(refused: object): boolean {
  return Object.keys(refused).every((name) => name.startsWith('owed to '));
}
