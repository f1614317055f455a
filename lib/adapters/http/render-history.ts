import type { CustomerFields } from '#domain/customer.ts';
import type { CustomerSides } from '#domain/field-sides.ts';
import type { StandingHealth, SyncHealth } from '#domain/sync-health.ts';
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

export function wireSyncHealth({ customerId, isHealthy, integrations, openOperation }: SyncHealth) {
  const wired = Object.entries(integrations).map(([integration, health]) => [integration, wireStanding(health)]);
  return {
    ...{ customer_id: customerId, healthy: isHealthy },
    integrations: Object.fromEntries(wired),
    open_operation: openOperation,
  };
}

function wireStanding(health: StandingHealth) {
  return {
    status: health.status,
    external_id: health.externalId,
    last_synced_at: health.lastSyncedAt,
    last_attempt_at: health.lastAttemptAt,
    retry_count: health.retryCount,
    next_retry_at: health.nextRetryAt,
    error: health.error,
    conflict: health.conflict && wireConflict(health.conflict),
  };
}

export function wireSides({ customerId, externalId, stripe, fields }: CustomerSides) {
  return { customer_id: customerId, external_id: externalId, stripe, fields };
}

function wireFields({ name, email }: CustomerFields) {
  return { name, email };
}
