import type { CatalogStore } from '#ports/catalog-store.ts';
import type { Clock } from '#ports/system.ts';
import { catalogPromises } from './catalog-store.promises.ts';
import type { CatalogPromise } from './catalog-store.stage.ts';
import { manualClock } from './manual-clock.ts';

/** Makes a store in which there is nothing yet, whose expiries this clock decides. */
export type MakeCatalogStore = (clock: Clock) => CatalogStore | Promise<CatalogStore>;

/** Tells a store's violations of one promise. What a store throws is one too. */
export async function violationsOf({ violations }: CatalogPromise, makeStore: MakeCatalogStore) {
  const clock = manualClock();
  const store = await makeStore(clock);
  return violations({ store, clock }).catch((error: Error) => [`It throws ${error}.`]);
}

/** What every catalog store promises, as Jest tests. */
export function catalogStoreContract(name: string, makeStore: MakeCatalogStore): void {
  describe(`${name} as a catalog store`, () => {
    it.each(catalogPromises)('$promise', async (promise) => {
      expect(await violationsOf(promise, makeStore)).toEqual([]);
    });
  });
}
