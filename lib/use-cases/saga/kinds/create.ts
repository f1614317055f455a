import type { CustomerFields } from '#domain/customer.ts';
import { TRAVELS_AT_MOST_MS } from '#domain/travel.ts';
import { absent, all, any, change, equal, missing, put } from '#ports/catalog-store.ts';
import type { Ownership } from '#ports/integration.ts';
import type { OperationRecord } from '#ports/records.ts';
import { holdEmail, unreserveEmail } from '../../catalog/email-claims.ts';
import { auditOf } from './audit.ts';
import { type Kind, stripeKey } from './kind.ts';

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

  async look(deps, operation) {
    const found = await deps.integration.findOwned(ownershipOf(operation), {
      sinceMs: Date.parse(operation.createdAt),
      untilMs: Date.parse(operation.lastSentAt) + TRAVELS_AT_MOST_MS,
    });
    return found?.externalId;
  },

  succeed({ integration: { name: integration } }, operation, accepted) {
    const { id: operationId, customerId, version } = operation;
    const { externalId, at } = accepted;
    const isStillOurs = all(equal('owner', operationId), equal('version', version));
    const isNobodyElses = any(missing('customerId'), equal('customerId', customerId));
    return {
      customer: change(
        { type: 'customer', customerId },
        { status: 'active', listKey: customerId, owner: undefined },
        isStillOurs,
      ),
      claim: holdEmail(emailOf(operation), operationId),
      link: change({ type: 'link', integration, externalId }, { customerId }, isNobodyElses),
      sync: put(
        { type: 'sync', customerId, integration },
        {
          ...{ status: 'synced', externalId, base: fieldsOf(operation), syncedVersion: version },
          ...{ revision: 0, tries: 0, lastSyncedAt: at, lastAttemptAt: at },
        },
        absent,
      ),
      audit: auditOf(operation, accepted),
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

/** Our metadata on the customer in Stripe: what makes it provably this operation's. */
function ownershipOf({ id, customerId }: OperationRecord): Ownership {
  return { customerId, operationId: id };
}

function fieldsOf({ id, after }: OperationRecord): CustomerFields {
  if (after === null) throw new Error(`Operation ${id} creates a customer without fields.`);
  return after;
}

function emailOf(operation: OperationRecord): string {
  return fieldsOf(operation).email ?? '';
}
