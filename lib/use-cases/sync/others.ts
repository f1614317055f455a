import { othersThan } from '#domain/integrations.ts';
import { pokeTo } from '#ports/pokes.ts';
import type { SyncRecord } from '#ports/records.ts';
import { owedToOthers } from '../catalog/owed.ts';
import { type OwedToOthers, standingKeys, standingsOf } from '../catalog/standings.ts';
import type { SyncDeps } from './run.ts';

/** What the other integrations are owed when a run changes the customer. They are read only where there are any. */
export async function owedByRun(
  { store, clock, integration, integrations }: SyncDeps,
  customerId: string,
  besides: Pick<SyncRecord, 'isTombstone' | 'emptied'> = {},
): Promise<OwedToOthers> {
  const others = othersThan(integrations, integration.name);
  if (others.length === 0) return {};
  const standings = standingsOf(others, await store.read(standingKeys(customerId, others)));
  return owedToOthers(others, customerId, standings, clock.nowMs(), besides);
}

/** Pokes the customer for the other integrations. The debt is recorded: a poke that is lost only delays it. */
export async function pokeOthers(
  { pokes, log, integration, integrations }: SyncDeps,
  customerId: string,
): Promise<void> {
  for (const other of othersThan(integrations, integration.name)) {
    await pokes.poke(pokeTo(customerId, other)).catch((error: Error) => {
      log.warn('The poke was not sent; the sweep will find the customer.', { customerId, error: error.name });
    });
  }
}
