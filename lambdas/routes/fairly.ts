import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { fairShares } from '#adapters/http/fair-shares.ts';
import { callerOf } from '#adapters/http/request.ts';
import { requireEnv, systemDigest } from '#adapters/system/system.ts';
import { tooManyRequests } from '#domain/problem.ts';
import { system } from '../wiring/catalog.ts';
import { count } from '../wiring/metric.ts';

const isLimited = requireEnv('LIMIT_NOISY_CALLERS') === 'yes';
const shares = fairShares(system.clock);

/**
 * Does the work, unless its caller keeps this environment from others.
 * @throws ProblemError `too-many-requests`; then nothing has happened.
 */
export async function fairly<Result>(event: APIGatewayProxyEventV2, work: () => Promise<Result>): Promise<Result> {
  if (!isLimited) return work();
  const { requestId, timeEpoch } = event.requestContext;
  const caller = callerOf(event);
  if (!shares.admits(caller, timeEpoch)) {
    // A subject may be somebody's email: only one who knows it can tell whose digest this is.
    count('CallerTurnedAway', { also: { requestId, caller: systemDigest(caller).slice(0, 16) } });
    throw tooManyRequests();
  }
  const beganMs = system.clock.nowMs();
  try {
    return await work();
  } finally {
    shares.note(caller, beganMs);
  }
}
