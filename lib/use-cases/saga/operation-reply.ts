import type { IntegrationState } from '#domain/customer.ts';
import { type ByIntegration, GATE } from '#domain/integrations.ts';
import { stripeUnavailable } from '#domain/problem.ts';
import type { FinalReply, OperationRecord } from '#ports/records.ts';
import type { Replayed, RequestResult } from '../catalog/request-result.ts';

/**
 * The reply of a finished operation. It is a function of the operation item alone, which never changes after its end:
 * so every repeat gets the same.
 */
export function replyOf(operation: OperationRecord, replayed: Replayed): Exclude<RequestResult, { is: 'underway' }> {
  if (operation.status === 'succeeded') return { is: 'completed', reply: successOf(operation), replayed };
  return { is: 'refused', problem: operation.problem ?? stripeUnavailable(), replayed };
}

function successOf(operation: OperationRecord): FinalReply {
  const {
    kind,
    after,
    customerId,
    customerCreatedAt,
    endedAt = operation.updatedAt,
    externalId,
    followers,
  } = operation;
  if (after === null) return { is: 'deleted', customerId };
  const gate = { externalId: externalId ?? null, syncStatus: 'synced', lastSyncedAt: endedAt, conflict: null } as const;
  return {
    is: kind === 'create' ? 'created' : 'updated',
    customer: {
      id: customerId,
      ...after,
      status: 'active',
      version: versionAfter(operation),
      createdAt: customerCreatedAt,
      updatedAt: kind === 'create' ? customerCreatedAt : endedAt,
      integrations: { [GATE]: gate, ...followers } as ByIntegration<IntegrationState>,
    },
  };
}

/** The customer's version once the operation has succeeded. A create is its first version. */
export function versionAfter({ kind, version }: OperationRecord): number {
  return kind === 'create' ? version : version + 1;
}
