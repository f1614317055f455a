import type { NewCustomer } from '#domain/customer.ts';
import { absent, put } from '#ports/catalog-store.ts';
import { iso } from '#ports/system.ts';
import { claimEmail } from '../catalog/email-claims.ts';
import type { RequestResult } from '../catalog/request-result.ts';
import { followersAfter } from './followers.ts';
import { beginning, type OperationDeps, type ProtectedRequest, runOperation } from './run-operation.ts';

/**
 * Creates a customer in the catalog and in Stripe, or in neither. Waits until `deadlineMs` for the outcome; what takes
 * longer goes on by itself (`underway`).
 * @throws ProblemError `email-taken`, `customer-busy`, `idempotency-key-reused`
 */
export async function createWithIntegrity(
  deps: OperationDeps,
  { name, email }: NewCustomer,
  request: ProtectedRequest,
): Promise<RequestResult> {
  const customerId = deps.random.id();
  const operationId = deps.random.id();
  return runOperation(deps, operationId, request, async (nowMs) => {
    const now = iso(nowMs);
    const after = { name, email };
    return {
      claim: claimEmail(email, { state: 'reserved', customerId, operationId }),
      customer: put(
        { type: 'customer', customerId },
        {
          ...{ id: customerId, name, email, status: 'pending', version: 1, owner: operationId },
          ...{ createdAt: now, updatedAt: now },
        },
        absent,
      ),
      operation: beginning(
        {
          ...{ id: operationId, kind: 'create', customerId, before: null, after, version: 1, customerCreatedAt: now },
          ...followersAfter(deps.integrations),
        },
        nowMs,
      ),
    };
  });
}
