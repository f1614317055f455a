import type { ByIntegration, IntegrationName, Integrations } from '#domain/integrations.ts';
import type { CatalogStore, WriteTo } from '#ports/catalog-store.ts';
import type { SyncRecord } from '#ports/records.ts';

/** What reading customers needs: the catalog, and which integrations they stand with. */
export type ReadDeps = { readonly store: CatalogStore; readonly integrations: Integrations };

/** How a customer stands with each integration; nothing is told of one that it does not stand with yet. */
export type Standings = Partial<ByIntegration<SyncRecord>>;

/** What a change of a customer owes to integrations besides the one that it is first of all about. */
export type OwedToOthers = { readonly [mark: `owed to ${string}`]: WriteTo<'sync'> | undefined };

/** Under which record it stands how a customer stands with an integration. */
export function standingKey(customerId: string, integration: IntegrationName) {
  return { type: 'sync', customerId, integration } as const;
}

export function standingKeys(customerId: string, integrations: Integrations) {
  return integrations.map((integration) => standingKey(customerId, integration));
}

/** The records that were read by `standingKeys`, by name. */
export function standingsOf(integrations: Integrations, records: readonly (SyncRecord | undefined)[]): Standings {
  const found = integrations.map((name, index) => [name, records[index]] as const);
  return Object.fromEntries(found.filter(([, record]) => record !== undefined)) as Standings;
}

/** The same, once a change of the customer is owed to all of them. */
export function allPending(standings: Standings): Standings {
  const owed = Object.entries(standings).map(([name, sync]) => [name, { ...sync, status: 'pending' }]);
  return Object.fromEntries(owed) as Standings;
}
