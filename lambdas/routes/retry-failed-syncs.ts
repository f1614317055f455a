import { json } from '#adapters/http/render.ts';
import { wireRetryReport } from '#adapters/http/render-maintenance.ts';
import { integrationName, integrationQuerySchema, parseWith } from '#adapters/http/schemas.ts';
import { retryFailedSyncs } from '#use-cases/sync/retry-failed-syncs.ts';
import { leases, syncs } from '../wiring/sync.ts';
import { recorded } from './recorded.ts';
import type { Route } from './route.ts';

/** Leaves the last run time to end before API Gateway's 30 s are over. */
const LONGEST_MS = 15_000;

export const routeRetryFailedSyncs: Route = async (event) => {
  const query = parseWith(integrationQuerySchema, event.queryStringParameters ?? {});
  const integration = integrationName(query.integration_name);
  const report = await recorded(event, { integration }, () =>
    retryFailedSyncs({ ...syncs[integration], leases }, { isForced: true, longestMs: LONGEST_MS }),
  );
  return json(200, wireRetryReport(integration, report));
};
