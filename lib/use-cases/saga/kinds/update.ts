import { differingFields, NO_FIELDS } from '#domain/customer.ts';
import { GATE } from '#domain/integrations.ts';
import { TRAVELS_AT_MOST_MS } from '#domain/travel.ts';
import { all, change, equal, missing } from '#ports/catalog-store.ts';
import type { OperationRecord } from '#ports/records.ts';
import { freeEmail, holdEmail, needsOtherClaim, unreserveEmail } from '../../catalog/email-claims.ts';
import { standingKey } from '../../catalog/standings.ts';
import { auditOf } from './audit.ts';
import { type Kind, linkTo, stripeKey } from './kind.ts';
import { findMade, ownershipOf } from './made.ts';

/**
 * An update is pinned and never restored: writing the old value back could erase an edit made in Stripe meanwhile.
 * The catalog's row stays as it was until Stripe has accepted. A customer that Stripe has not got yet is created there,
 * with the new values.
 */
export const updateKind: Kind = {
  isUndone: false,
  isRepeatable: false,
  goesForward: false,

  async send(deps, operation) {
    const { externalId, fields, after } = updateOf(operation);
    if (externalId === undefined) {
      return deps.integration.createCustomer({ ...after, ownership: ownershipOf(operation) }, stripeKey(operation));
    }
    // Stripe has these values already.
    if (Object.keys(fields).length === 0) return { is: 'accepted', value: { externalId } };
    return deps.integration.updateCustomer(externalId, fields, stripeKey(operation));
  },

  async look(deps, operation) {
    const { externalId, fields } = updateOf(operation);
    if (externalId === undefined) return findMade(deps, operation);
    const found = await deps.integration.findCustomer(externalId);
    if (found === undefined || found.isDeleted) return undefined;
    const isThere = Object.keys(differingFields({ ...found, ...fields }, found)).length === 0;
    // Its event tells that it happened even when somebody has changed the customer since.
    const sent = {
      sinceMs: Date.parse(operation.attemptSince),
      untilMs: Date.parse(operation.lastSentAt) + TRAVELS_AT_MOST_MS,
    };
    const { integration } = deps;
    return isThere || (await integration.hasUpdated(externalId, stripeKey(operation), sent)) ? externalId : undefined;
  },

  succeed({ integration: { name: integration } }, operation, accepted, isAskedToLook) {
    const { id: operationId, customerId, version, before } = operation;
    const { externalId, after, fields } = updateOf(operation);
    // A create brought over all of them.
    const known = externalId === undefined ? after : { ...NO_FIELDS, ...operation.base, ...fields };
    const hasOtherClaim = needsOtherClaim(before?.email ?? null, after.email);
    const isSameTwin = externalId === undefined ? missing('externalId') : equal('externalId', externalId);
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
          ...{
            ...{ status: 'synced', apartSince: undefined, retryAt: undefined },
            externalId: accepted.externalId,
            base: known,
            syncedVersion: version + 1,
            tries: 0,
            lastError: undefined,
            // What lost to a push that came to nothing would be met again only as a new edit.
            seen: undefined,
            ...(fields.email !== undefined && { conflict: undefined }),
          },
          ...{ lastSyncedAt: accepted.at, lastAttemptAt: accepted.at, dueAt: undefined },
          ...(isAskedToLook && {
            status: 'pending',
            apartSince: accepted.at,
            lookAgain: undefined,
            dueAt: accepted.at,
          }),
        },
        isAskedToLook ? isSameTwin : all(isSameTwin, missing('lookAgain')),
      ),
      link: externalId === undefined ? linkTo(integration, accepted.externalId, customerId, isAskedToLook) : undefined,
      audit: auditOf(operation, accepted),
    };
  },

  release(operation, at) {
    const { after } = updateOf(operation);
    const hasOtherClaim = needsOtherClaim(operation.before?.email ?? null, after.email);
    return {
      customer: change(
        { type: 'customer', customerId: operation.customerId },
        { owner: undefined },
        equal('owner', operation.id),
      ),
      claim: hasOtherClaim && after.email !== null ? unreserveEmail(after.email, operation.id) : undefined,
      sync:
        operation.externalId !== undefined && mayHaveChangedStripe(operation)
          ? change(
              standingKey(operation.customerId, GATE),
              { status: 'pending', apartSince: operation.createdAt, dueAt: at, retryAt: undefined },
              equal('externalId', operation.externalId),
            )
          : undefined,
    };
  },
};

/** Given up without Stripe's own refusal: what it holds is to be read, whatever it is. */
function mayHaveChangedStripe({ problem }: OperationRecord): boolean {
  return problem?.type !== 'stripe-rejected';
}

function updateOf({ id, externalId, after, fields }: OperationRecord) {
  if (after === null || fields === undefined) {
    throw new Error(`Operation ${id} does not say what it updates.`);
  }
  return { externalId, after, fields };
}
