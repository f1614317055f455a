import { type Integrations, othersThan } from '#domain/integrations.ts';
import type { CatalogStore, ScanPage } from '#ports/catalog-store.ts';
import type { CustomerRecord } from '#ports/records.ts';
import type { Clock } from '#ports/system.ts';
import { beginsToStand } from '../catalog/owed.ts';
import { standingKey } from '../catalog/standings.ts';
import { commitThose } from './commit-those.ts';

type Deps = { readonly store: CatalogStore; readonly clock: Clock; readonly integrations: Integrations };

/**
 * Customers that were there before a follower was registered begin to stand with it: they are due, and the sweep brings
 * them over at its own pace. Answers how many.
 */
export async function beginToFollow({ store, clock, integrations }: Deps, { found }: ScanPage): Promise<number> {
  const followers = othersThan(integrations);
  if (followers.length === 0) return 0;
  // A customer's records mostly lie on one page: only of the others it has to be asked.
  const seen = new Set(found.map(({ key }) => (key.type === 'sync' ? nameOf(key.customerId, key.integration) : '')));
  const missing = found.flatMap(({ key, record }) => {
    if (key.type !== 'customer' || (record as CustomerRecord).status !== 'active') return [];
    const unseen = followers.filter((name) => !seen.has(nameOf(key.customerId, name)));
    return unseen.map((name) => standingKey(key.customerId, name));
  });
  const known = missing.length === 0 ? [] : await store.read(missing);
  return commitThose(
    store,
    missing
      .filter((_, index) => known[index] === undefined)
      .map(({ integration, customerId }) => beginsToStand(integration, customerId, clock.nowMs(), 0)),
  );
}

function nameOf(customerId: string, integration: string): string {
  return `${customerId} ${integration}`;
}
