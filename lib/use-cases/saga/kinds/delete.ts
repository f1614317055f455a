import { all, change, equal } from '#ports/catalog-store.ts';
import { freeEmail } from '../../catalog/email-claims.ts';
import { auditOf } from './audit.ts';
import type { Kind } from './kind.ts';

/**
 * A delete cannot be undone. Its pivot is the moment the request may have been sent: from then on only a refusal of
 * the very first request releases the customer; everything else goes forward until it is gone.
 */
export const deleteKind: Kind = {
  isUndone: false,
  isRepeatable: true,

  async send(deps, { externalId, sent }) {
    // It never reached Stripe, so nothing has to leave it.
    if (externalId === undefined) return { is: 'accepted', value: { externalId: '' } };
    const outcome = await deps.integration.deleteCustomer(externalId);
    const isFirst = sent === 1;
    return outcome.is === 'rejected' && !isFirst
      ? { is: 'unknown', error: 'refused after an earlier request' }
      : outcome;
  },

  async look(deps, { externalId }) {
    if (externalId === undefined) return '';
    const found = await deps.integration.findCustomer(externalId);
    return found === undefined || found.isDeleted ? externalId : undefined;
  },

  succeed({ integration: { name: integration } }, operation, accepted) {
    const { id: operationId, customerId, version, before, externalId } = operation;
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
          ...{ status: 'synced', isGone: true, base: undefined, syncedVersion: version + 1, tries: 0 },
          ...{ lastError: undefined, dueAt: undefined, lookAgain: undefined, lastAttemptAt: accepted.at },
        },
        externalId === undefined ? { is: 'missing', field: 'externalId' } : equal('externalId', externalId),
      ),
      audit: auditOf(operation, accepted),
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
