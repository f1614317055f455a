import { type CustomerChange, differingFields } from '#domain/customer.ts';
import { all, change, check, equal, missing } from '#ports/catalog-store.ts';
import { iso, type Pokes } from '#ports/system.ts';
import { claimEmail, needsOtherClaim } from '../catalog/email-claims.ts';
import { type IfMatch, isSyncing, readLive } from '../catalog/read-live.ts';
import type { RequestResult } from '../catalog/request-result.ts';
import { beginning, type OperationDeps, type ProtectedRequest, runOperation } from './run-operation.ts';

/**
 * Changes a customer in Stripe and then in the catalog, or in neither. The catalog's row stays as it is until Stripe
 * has accepted; a new email is reserved meanwhile. What is still owed to Stripe is brought over with it.
 * @throws ProblemError `not-found`, `version-mismatch`, `email-taken`, `customer-busy`, `idempotency-key-reused`
 */
export async function updateWithIntegrity(
  deps: OperationDeps & { readonly pokes: Pokes },
  customerId: string,
  asked: CustomerChange,
  ifMatch: IfMatch,
  request: ProtectedRequest,
): Promise<RequestResult> {
  const operationId = deps.random.id();
  return runOperation(deps, operationId, request, async (nowMs) => {
    const live = await readLive(deps.store, customerId, ifMatch);
    if (live === 'busy') return live;
    const { customer, sync } = live;
    if (sync.externalId === undefined || isSyncing(sync, iso(nowMs))) {
      // An owed create, or an attempt whose outcome is not known, is settled first.
      await deps.pokes.poke(customerId);
      return 'busy';
    }
    const before = { name: customer.name, email: customer.email };
    const after = { ...before, ...asked };
    const hasOtherClaim = needsOtherClaim(before.email, after.email);
    return {
      claim:
        hasOtherClaim && after.email !== null
          ? claimEmail(after.email, { state: 'reserved', customerId, operationId })
          : undefined,
      customer: change(
        { type: 'customer', customerId },
        { owner: operationId },
        all(equal('version', customer.version), missing('owner')),
      ),
      sync: check({ type: 'sync', customerId, integration: 'stripe' }, isAsRead(sync)),
      operation: beginning(
        {
          ...{ id: operationId, kind: 'update', customerId, before, after, version: customer.version },
          customerCreatedAt: customer.createdAt,
          externalId: sync.externalId,
          fields: differingFields(after, sync.base ?? { name: null, email: null }),
        },
        nowMs,
      ),
    };
  });
}

/** Nobody began to sync since: revisions only grow, and each run and attempt raises it first. */
export function isAsRead({ revision }: { readonly revision: number }) {
  return all(equal('revision', revision), missing('attemptKey'));
}
