import { forEachOf, type Integrations, othersThan } from '#domain/integrations.ts';
import type { OperationRecord } from '#ports/records.ts';
import { stateOf } from '../catalog/customer-view.ts';
import { owedToOthers } from '../catalog/owed.ts';
import { type OwedToOthers, type Standings, standingKeys, standingsOf } from '../catalog/standings.ts';
import type { StepDeps } from './executor.ts';

/** How a customer will stand with the followers once an operation on it has succeeded: what they are owed, they lack. */
export function followersAfter(
  integrations: Integrations,
  standings: Standings = {},
): Pick<OperationRecord, 'followers'> {
  const followers = othersThan(integrations);
  if (followers.length === 0) return {};
  return {
    followers: forEachOf(followers, (name) => ({ ...stateOf(standings[name]), syncStatus: 'pending' })),
  };
}

/** What the success of an operation owes to the followers. They are read only where there are any. */
export async function owedToFollowers(
  { store, integrations }: StepDeps,
  { kind, customerId }: OperationRecord,
  nowMs: number,
): Promise<OwedToOthers> {
  const followers = othersThan(integrations);
  if (followers.length === 0) return {};
  const standings = standingsOf(followers, await store.read(standingKeys(customerId, followers)));
  return owedToOthers(followers, customerId, standings, nowMs, kind === 'delete' ? { isTombstone: true } : {});
}
