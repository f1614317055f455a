/** Every five minutes: tries again what has failed, each customer by its own backoff. */
import { wireRetryReport } from '#adapters/http/render-maintenance.ts';
import { GATE, INTEGRATIONS, type IntegrationName, othersThan } from '#domain/integrations.ts';
import { retryFailedSyncs } from '#use-cases/sync/retry-failed-syncs.ts';
import { leases, syncs } from './wiring/sync.ts';

/** No run is begun that could outlive the function: a live run's lease outlives it. */
const LONGEST_MS = 40_000 / INTEGRATIONS.length;

export async function handler() {
  const report = await retry(GATE);
  const followers = [];
  for (const name of othersThan(INTEGRATIONS)) followers.push(await retry(name));
  return { ...report, ...(followers.length > 0 && { followers }) };
}

async function retry(name: IntegrationName) {
  const report = await retryFailedSyncs({ ...syncs[name], leases }, { isForced: false, longestMs: LONGEST_MS });
  return report.skipped === true ? { skipped: true } : wireRetryReport(name, report);
}
