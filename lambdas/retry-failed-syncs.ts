/** Every five minutes: tries again what has failed, each customer by its own backoff. */
import { wireRetryReport } from '#adapters/http/render-maintenance.ts';
import { retryFailedSyncs } from '#use-cases/sync/retry-failed-syncs.ts';
import { leases, sync } from './wiring/sync.ts';

/** No run is begun that could outlive the function: a live run's lease outlives it. */
const LONGEST_MS = 40_000;

export async function handler() {
  const report = await retryFailedSyncs({ ...sync, leases }, { isForced: false, longestMs: LONGEST_MS });
  return report.skipped === true ? { skipped: true } : wireRetryReport(sync.integration.name, report);
}
