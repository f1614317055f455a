import type { CustomerFields } from '#domain/customer.ts';
import type { CustomerSides } from '#domain/field-sides.ts';
import type { SyncHealth } from '#domain/sync-health.ts';
import type { AuditRecord } from '#ports/records.ts';
import { wireConflict } from './render.ts';

export function wireAudit(entry: AuditRecord) {
  const { at, cause, operationId, before, after, overruled, linkedTo, stripeRequestId, stripeEventId } = entry;
  return {
    ...{ at, cause, operation_id: operationId ?? null },
    before: before && wireFields(before),
    after: after && wireFields(after),
    ...(overruled !== undefined && { overruled }),
    ...(linkedTo !== undefined && { linked_to: linkedTo }),
    ...(stripeRequestId !== undefined && { stripe_request_id: stripeRequestId }),
    ...(stripeEventId !== undefined && { stripe_event_id: stripeEventId }),
  };
}

export function wireSyncHealth({ customerId, isHealthy, stripe, openOperation }: SyncHealth) {
  return {
    ...{ customer_id: customerId, healthy: isHealthy },
    integrations: {
      stripe: {
        status: stripe.status,
        external_id: stripe.externalId,
        last_synced_at: stripe.lastSyncedAt,
        last_attempt_at: stripe.lastAttemptAt,
        retry_count: stripe.retryCount,
        next_retry_at: stripe.nextRetryAt,
        error: stripe.error,
        conflict: stripe.conflict && wireConflict(stripe.conflict),
      },
    },
    open_operation: openOperation,
  };
}

export function wireSides({ customerId, externalId, stripe, fields }: CustomerSides) {
  return { customer_id: customerId, external_id: externalId, stripe, fields };
}

function wireFields({ name, email }: CustomerFields) {
  return { name, email };
}
