import type { CustomerFields } from '#domain/customer.ts';
import { absent, all, change, equal, put } from '#ports/catalog-store.ts';
import type { OperationRecord } from '#ports/records.ts';
import { holdEmail, unreserveEmail } from '../../catalog/email-claims.ts';
import { countLive } from '../../health/counters.ts';
import { auditOf } from './audit.ts';
import { type Kind, linkTo, stripeKey } from './kind.ts';
import { findMade, ownershipOf } from './made.ts';

/** A create that is given up is undone: what it made is provably its own. */
export const createKind: Kind = {
  isUndone: true,
  isRepeatable: false,
  goesForward: false,

  send: (deps, operation) =>
    deps.integration.createCustomer(
      { ...fieldsOf(operation), ownership: ownershipOf(operation) },
      stripeKey(operation),
    ),

  look: findMade,

  succeed({ integration: { name: integration } }, operation, accepted, isAskedToLook) {
    const { id: operationId, customerId, version } = operation;
    const { externalId, at } = accepted;
    const isStillOurs = all(equal('owner', operationId), equal('version', version));
    return {
      customer: change(
        { type: 'customer', customerId },
        { status: 'active', listKey: customerId, owner: undefined },
        isStillOurs,
      ),
      claim: holdEmail(emailOf(operation), operationId),
      link: linkTo(integration, externalId, customerId, isAskedToLook),
      sync: put(
        { type: 'sync', customerId, integration },
        {
          ...{ status: 'synced', externalId, base: fieldsOf(operation), syncedVersion: version },
          ...{ revision: 0, tries: 0, lastSyncedAt: at, lastAttemptAt: at },
          ...(isAskedToLook && { status: 'pending', apartSince: at, dueAt: at }),
        },
        absent,
      ),
      audit: auditOf(operation, accepted),
      counter: countLive(customerId, 1),
    };
  },

  release: (operation, at) => ({
    // A tombstone without personal data: a late event about the customer that never was finds it.
    customer: change(
      { type: 'customer', customerId: operation.customerId },
      { status: 'deleted', name: null, email: null, updatedAt: at, owner: undefined },
      equal('owner', operation.id),
    ),
    claim: unreserveEmail(emailOf(operation), operation.id),
  }),
};

function fieldsOf({ id, after }: OperationRecord): CustomerFields {
  if (after === null) throw new Error(`Operation ${id} creates a customer without fields.`);
  return after;
}

function emailOf(operation: OperationRecord): string {
  return fieldsOf(operation).email ?? '';
}
