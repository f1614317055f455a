import type { Customer } from '#domain/customer.ts';
import { stripeUnavailable } from '#domain/problem.ts';
import type { OperationRecord } from '#ports/records.ts';
import type { RequestResult } from '../catalog/request-result.ts';

/**
 * The reply of a finished operation. It is a function of the operation item alone, which never changes after its end:
 * so every repeat gets the same.
 */
export function replyOf(operation: OperationRecord, replayed: boolean): Exclude<RequestResult, { is: 'underway' }> {
  if (operation.status === 'succeeded') return { is: 'completed', customer: createdCustomer(operation), replayed };
  return { is: 'refused', problem: operation.problem ?? stripeUnavailable(), replayed };
}

function createdCustomer({ after, customerId, createdAt, endedAt, externalId }: OperationRecord): Customer {
  return {
    id: customerId,
    ...after,
    status: 'active',
    version: 1,
    createdAt,
    updatedAt: createdAt,
    integrations: {
      stripe: {
        externalId: externalId ?? null,
        syncStatus: 'synced',
        lastSyncedAt: endedAt ?? null,
        conflict: null,
      },
    },
  };
}
