import { hasArrived } from '#domain/travel.ts';
import { all, change, equal, missing } from '#ports/catalog-store.ts';
import type { OperationRecord } from '#ports/records.ts';
import { freeEmail } from '../../catalog/email-claims.ts';
import { countLive } from '../../health/counters.ts';
import { auditOf } from './audit.ts';
import type { Kind } from './kind.ts';

/** Whether no earlier request can have deleted the customer, or can still: then a refusal is the last word. */
function isAlone({ sent, answered, mayHaveLanded, lastUnknownAt, createdAt }: OperationRecord, nowMs: number): boolean {
  const isFirst = answered >= sent - 1 && mayHaveLanded !== true;
  return isFirst || hasArrived(lastUnknownAt ?? createdAt, nowMs);
}

/**
 * A delete cannot be undone. Its pivot is the moment the request may have been sent: from then on only a refusal of
 * the very first request releases the customer; everything else goes forward until it is gone.
 */
export const deleteKind: Kind = {
  isUndone: false,
  isRepeatable: true,
  goesForward: true,

  async send(deps, operation) {
    const { externalId } = operation;
    // It never reached Stripe, so nothing has to leave it.
    if (externalId === undefined) return { is: 'accepted', value: { externalId: '' } };
    const outcome = await deps.integration.deleteCustomer(externalId);
    if (outcome.is !== 'rejected' || isAlone(operation, deps.clock.nowMs())) return outcome;
    // This request had no effect, but an earlier one may yet have.
    return { is: 'nothing', error: 'refused, after a request whose outcome is unknown' };
  },

  async look(deps, { externalId }) {
    if (externalId === undefined) return '';
    const found = await deps.integration.findCustomer(externalId);
    return found === undefined || found.isDeleted ? externalId : undefined;
  },

  succeed({ integration: { name: integration } }, operation, accepted, isAskedToLook) {
    const { id: operationId, customerId, version, before, externalId } = operation;
    const isSameTwin = externalId === undefined ? missing('externalId') : equal('externalId', externalId);
    return {
      customer: change(
        { type: 'customer', customerId },
        {
          ...{ status: 'deleted', name: null, email: null, listKey: undefined, owner: undefined },
          ...{ version: version + 1, updatedAt: accepted.at },
        },
        all(equal('owner', operationId), equal('version', version)),
      ),
      oldClaim: before?.email == null ? undefined : freeEmail(before.email, customerId),
      sync: change(
        { type: 'sync', customerId, integration },
        {
          ...{ status: 'synced', apartSince: undefined, retryAt: undefined, isTombstone: true, isGone: true },
          ...{ base: undefined, syncedVersion: version + 1, tries: 0 },
          ...{ lastError: undefined, conflict: undefined, seen: undefined, lastAttemptAt: accepted.at },
          ...{ lookAgain: undefined, dueAt: isAskedToLook ? accepted.at : undefined },
        },
        isAskedToLook ? isSameTwin : all(isSameTwin, missing('lookAgain')),
      ),
      audit: auditOf(operation, accepted),
      counter: countLive(customerId, -1),
    };
  },

  release: (operation) => ({
    customer: change(
      { type: 'customer', customerId: operation.customerId },
      { status: 'active', owner: undefined },
      equal('owner', operation.id),
    ),
  }),
};
