import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { fairShares } from '#adapters/http/fair-shares.ts';
import { callerOf } from '#adapters/http/request.ts';
import { onBehalfOf } from '#adapters/system/on-behalf-of.ts';
import { requireEnv, systemDigest } from '#adapters/system/system.ts';
import { tooManyRequests } from '#domain/problem.ts';
import { system } from '../wiring/catalog.ts';
import { count } from '../wiring/metric.ts';

const isLimited = requireEnv('LIMIT_NOISY_CALLERS') === 'yes';
const shares = fairShares(system.clock);

/**
 * Does the work on behalf of its caller, unless that one keeps this environment from others.
 * @throws ProblemError `too-many-requests`; then nothing has happened.
 */
export async function fairly<Result>(event: APIGatewayProxyEventV2, work: () => Promise<Result>): Promise<Result> {
  const { requestId, timeEpoch } = event.requestContext;
  // A subject may be somebody's email: only one who knows it can tell whose digest this is.
  const caller = systemDigest(callerOf(event)).slice(0, 16);
  if (isLimited && !shares.admits(caller, timeEpoch)) {
    count('CallerTurnedAway', { also: { requestId, caller } });
    throw tooManyRequests();
  }
  const beganMs = system.clock.nowMs();
  try {
    return await onBehalfOf(caller, work);
  } finally {
    shares.note(caller, beganMs);
  }
}
