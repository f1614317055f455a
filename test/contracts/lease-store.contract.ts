import { randomUUID } from 'node:crypto';
import type { LeaseStore } from '#ports/lease-store.ts';
import type { Clock } from '#ports/system.ts';
import { leasePromises } from './lease-store.promises.ts';
import type { LeasePromise } from './lease-store.stage.ts';
import { manualClock } from './manual-clock.ts';

/** Makes a store whose expiries this clock decides. What one holds may be there in the next. */
export type MakeLeaseStore = (clock: Clock) => LeaseStore;

/** Tells a store's violations of one promise. What a store throws is one too. */
export async function violationsOf({ violations }: LeasePromise, makeStore: MakeLeaseStore) {
  const clock = manualClock();
  const [a, b] = [randomUUID(), randomUUID()];
  return violations({ store: makeStore(clock), clock, a, b }).catch((error: Error) => [`It throws ${error}.`]);
}

/** What every lease store promises, as Jest tests. */
export function leaseStoreContract(name: string, makeStore: MakeLeaseStore): void {
  describe(`${name} as a lease store`, () => {
    it.each(leasePromises)('$promise', async (promise) => {
      expect(await violationsOf(promise, makeStore)).toEqual([]);
    });
  });
}
