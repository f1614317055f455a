import { normalizeEmail } from '#domain/email.ts';
import { absent, all, any, change, equal, missing, put } from '#ports/catalog-store.ts';
import type { OperationRecord } from '#ports/records.ts';
import { iso } from '#ports/system.ts';
import { KEPT_SECONDS, type StepDeps, type StepOutcome, unchanged, withStep } from './executor.ts';

/**
 * Commits what Stripe accepted: customer, email, link, sync state, audit and the operation's success, in one
 * transaction that holds only while the operation is running under this executor's fence.
 */
export async function finalise(
  deps: StepDeps,
  operation: OperationRecord,
  step: { readonly name: string; readonly startedAt: string },
  externalId: string,
  stripeRequestId?: string,
): Promise<StepOutcome> {
  const { id: operationId, customerId, after } = operation;
  const nowMs = deps.clock.nowMs();
  const now = iso(nowMs);
  const requestId = stripeRequestId === undefined ? {} : { stripeRequestId };
  const isStillOurs = all(equal('owner', operationId), equal('version', 1));
  const isReservedForUs = equal('operationId', operationId);
  const isNobodyElses = any(missing('customerId'), equal('customerId', customerId));

  const result = await deps.store.commit({
    operation: change(
      { type: 'operation', operationId },
      {
        status: 'succeeded',
        externalId,
        endedAt: now,
        updatedAt: now,
        dueAt: undefined,
        expiresAtSeconds: Math.floor(nowMs / 1000) + KEPT_SECONDS,
        steps: withStep(operation, { ...step, endedAt: now, outcome: 'accepted', ...requestId }),
      },
      unchanged(operation),
    ),
    customer: change(
      { type: 'customer', customerId },
      { status: 'active', listKey: customerId, owner: undefined },
      isStillOurs,
    ),
    claim: change(
      { type: 'emailClaim', email: normalizeEmail(after.email) },
      { state: 'held', operationId: undefined },
      isReservedForUs,
    ),
    link: change({ type: 'link', integration: deps.integration.name, externalId }, { customerId }, isNobodyElses),
    sync: put(
      { type: 'sync', customerId, integration: deps.integration.name },
      {
        status: 'synced',
        externalId,
        base: after,
        revision: 0,
        tries: 0,
        lastSyncedAt: now,
        lastAttemptAt: now,
        syncedVersion: 1,
      },
      absent,
    ),
    audit: put(
      { type: 'audit', customerId, entryId: `${now}#${operationId}` },
      { at: now, cause: 'api', operationId, before: null, after, ...requestId },
      absent,
    ),
  });
  if (result.committed) return 'succeeded';
  if (result.refused.operation !== undefined) return 'superseded';
  throw new Error(`Operation ${operationId} is running but no longer holds ${Object.keys(result.refused).join(', ')}.`);
}
