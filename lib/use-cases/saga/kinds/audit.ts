import { absent, put, type WriteTo } from '#ports/catalog-store.ts';
import type { OperationRecord } from '#ports/records.ts';
import type { Accepted } from './kind.ts';

/** The audit entry of an operation's success. */
export function auditOf(operation: OperationRecord, { at, stripeRequestId }: Accepted): WriteTo<'audit'> {
  const { id: operationId, customerId, before, after } = operation;
  return put(
    { type: 'audit', customerId, entryId: `${at}#${operationId}` },
    { at, cause: 'api', operationId, before, after, ...(stripeRequestId !== undefined && { stripeRequestId }) },
    absent,
  );
}
