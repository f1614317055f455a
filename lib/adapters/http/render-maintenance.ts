import { failureRate, type IntegrationHealth } from '#domain/integration-health.ts';
import type { IntegrationName } from '#domain/integrations.ts';
import type { RetryReport } from '#domain/retry-report.ts';
import type { Action } from '#ports/action-log.ts';

export function wireRetryReport(integration: IntegrationName, report: RetryReport) {
  const { retried, succeeded, stillFailing, remaining, skipped } = report;
  return { integration, retried, succeeded, still_failing: stillFailing, remaining, ...(skipped && { skipped }) };
}

export function wireIntegrationHealth(integration: IntegrationName, health: IntegrationHealth) {
  const { lastReceivedAt, deadLetterCount } = health.webhooks;
  return {
    ...{ integration, healthy: health.isHealthy, as_of: health.asOf, counts: health.counts },
    recent_attempts: health.recentAttempts,
    recent_failures: health.recentFailures,
    failure_rate: failureRate(health),
    history: health.history,
    oldest_pending_seconds: health.oldestPendingSeconds,
    operations: health.operations,
    webhooks: { last_received_at: lastReceivedAt, dead_letter_count: deadLetterCount },
  };
}

export function wireAction({ id, at, caller, name, target, asked, requestId, outcome }: Action) {
  return { id, at, caller, action: name, target, asked, request_id: requestId, outcome };
}
