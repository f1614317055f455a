import { differingFields } from '#domain/customer.ts';
import { all, change, equal, missing } from '#ports/catalog-store.ts';
import type { OperationRecord } from '#ports/records.ts';
import { freeEmail, holdEmail, needsOtherClaim, unreserveEmail } from '../../catalog/email-claims.ts';
import { auditOf } from './audit.ts';
import { type Kind, stripeKey } from './kind.ts';

/**
 * An update is pinned and never restored: writing the old value back could erase an edit made in Stripe meanwhile.
 * The catalog's row stays as it was until Stripe has accepted.
 */
export const updateKind: Kind = {
  isUndone: false,
  isRepeatable: false,
  goesForward: false,

  async send(deps, operation) {
    const { externalId, fields } = updateOf(operation);
    // Stripe has these values already.
    if (Object.keys(fields).length === 0) return { is: 'accepted', value: { externalId } };
    return deps.integration.updateCustomer(externalId, fields, stripeKey(operation));
  },

  async look(deps, operation) {
    const { externalId, fields } = updateOf(operation);
    const found = await deps.integration.findCustomer(externalId);
    if (found === undefined || found.isDeleted) return undefined;
    return Object.keys(differingFields({ ...found, ...fields }, found)).length === 0 ? externalId : undefined;
  },

  succeed({ integration: { name: integration } }, operation, accepted, isAskedToLook) {
    const { id: operationId, customerId, version, before } = operation;
    const { externalId, after } = updateOf(operation);
    const hasOtherClaim = needsOtherClaim(before?.email ?? null, after.email);
    return {
      customer: change(
        { type: 'customer', customerId },
        { ...after, version: version + 1, updatedAt: accepted.at, owner: undefined },
        all(equal('owner', operationId), equal('version', version)),
      ),
      claim: hasOtherClaim && after.email !== null ? holdEmail(after.email, operationId) : undefined,
      oldClaim: hasOtherClaim && before?.email != null ? freeEmail(before.email, customerId) : undefined,
      sync: change(
        { type: 'sync', customerId, integration },
        {
          ...{ status: 'synced', base: after, syncedVersion: version + 1, tries: 0, lastError: undefined },
          ...{ lastSyncedAt: accepted.at, lastAttemptAt: accepted.at },
          ...(isAskedToLook && { status: 'pending', lookAgain: undefined, dueAt: accepted.at }),
        },
        isAskedToLook ? equal('externalId', externalId) : all(equal('externalId', externalId), missing('lookAgain')),
      ),
      audit: auditOf(operation, accepted),
    };
  },

  release(operation) {
    const { after } = updateOf(operation);
    const hasOtherClaim = needsOtherClaim(operation.before?.email ?? null, after.email);
    return {
      customer: change(
        { type: 'customer', customerId: operation.customerId },
        { owner: undefined },
        equal('owner', operation.id),
      ),
      claim: hasOtherClaim && after.email !== null ? unreserveEmail(after.email, operation.id) : undefined,
    };
  },
};

function updateOf({ id, externalId, after, fields }: OperationRecord) {
  if (externalId === undefined || after === null || fields === undefined) {
    throw new Error(`Operation ${id} does not say whom and what it updates.`);
  }
  return { externalId, after, fields };
}
