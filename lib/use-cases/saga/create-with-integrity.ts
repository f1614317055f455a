import type { NewCustomer } from '#domain/customer.ts';
import type { RequestIdentity } from '#domain/idempotency-key.ts';
import { absent, put } from '#ports/catalog-store.ts';
import { iso, type Log, type SagaStarter } from '#ports/system.ts';
import { commitNewCustomer, type NewCustomerDeps } from '../catalog/commit-new-customer.ts';
import type { RequestResult } from '../catalog/request-result.ts';
import { awaitOperation } from './await-operation.ts';
import { LEASE_MS } from './executor.ts';

export type CreateWithIntegrityDeps = NewCustomerDeps & { readonly saga: SagaStarter; readonly log: Log };

/**
 * Creates a customer in the catalog and in Stripe, or in neither. Waits up to `waitMs` for the outcome; what takes
 * longer goes on by itself (`underway`).
 * @throws ProblemError `email-taken`, `customer-busy`, `idempotency-key-reused`
 */
export async function createWithIntegrity(
  deps: CreateWithIntegrityDeps,
  input: NewCustomer,
  waitMs: number,
  request?: RequestIdentity,
): Promise<RequestResult> {
  const begun = await beginCreate(deps, input, request);
  if (begun.is !== 'underway') return begun;
  // The operation is recorded: a start that fails only delays it until the sweep.
  await deps.saga.start(begun.operationId, 1).catch((error: Error) => {
    deps.log.warn('The saga was not started; the sweep will.', { operationId: begun.operationId, error: error.name });
  });
  return awaitOperation(deps, begun.operationId, waitMs);
}

/** The first transaction: the operation, its customer, the reserved email and the key, or nothing. */
async function beginCreate(
  deps: NewCustomerDeps,
  { name, email }: NewCustomer,
  request: RequestIdentity | undefined,
): Promise<RequestResult> {
  const customerId = deps.random.id();
  const operationId = deps.random.id();
  const result = await commitNewCustomer(deps, request, (nowMs) => {
    const now = iso(nowMs);
    const times = { createdAt: now, updatedAt: now };
    return {
      work: { operationId },
      email,
      claim: { state: 'reserved', customerId, operationId },
      customer: put(
        { type: 'customer', customerId },
        { id: customerId, name, email, status: 'pending', version: 1, ...times, owner: operationId },
        absent,
      ),
      operation: put(
        { type: 'operation', operationId },
        {
          id: operationId,
          kind: 'create',
          customerId,
          status: 'running',
          after: { name, email },
          fence: 1,
          attempt: 1,
          attemptSince: now,
          // The first request is recorded before it is sent, here, so that it costs no write of its own.
          sent: 1,
          answered: 0,
          steps: [],
          ...times,
          dueAt: iso(nowMs + LEASE_MS),
        },
        absent,
      ),
    };
  });
  return result.is === 'committed' ? { is: 'underway', operationId } : result;
}
