import type { RetryReport } from '#domain/retry-report.ts';
import type { IntegrationName } from '#ports/integration.ts';

export function wireRetryReport(integration: IntegrationName, report: RetryReport) {
  const { retried, succeeded, stillFailing, remaining, skipped } = report;
  return { integration, retried, succeeded, still_failing: stillFailing, remaining, ...(skipped && { skipped }) };
}
