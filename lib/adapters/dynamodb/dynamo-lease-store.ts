import {
  absent,
  all,
  any,
  type CatalogStore,
  type Condition,
  change,
  equal,
  missing,
  put,
  StoreContendedError,
} from '#ports/catalog-store.ts';
import { assertLeasable, extend, type Lease, type LeaseRule, type LeaseStore, takeFor } from '#ports/lease-store.ts';
import type { LeaseRecord } from '#ports/records.ts';
import type { Clock } from '#ports/system.ts';

/** Each lost race means that somebody else got on; after so many, the names are as good as held by others. */
const RACES = 5;

/** Leases as records of the catalog, so that any transaction on it can also check a fence. Holds across processes. */
export class DynamoLeaseStore implements LeaseStore {
  readonly #store: CatalogStore;
  readonly #clock: Clock;

  constructor(store: CatalogStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  async tryAcquire(names: readonly string[], owner: string, durationMs: number): Promise<Lease | undefined> {
    try {
      return await this.#hold(names, owner, durationMs, takeFor(owner, durationMs));
    } catch (error) {
      if (error instanceof StoreContendedError) return undefined;
      throw error;
    }
  }

  async renew(lease: Lease, durationMs: number): Promise<Lease | undefined> {
    return this.#hold(Object.keys(lease.fences), lease.owner, durationMs, extend(lease, durationMs));
  }

  /**
   * Commits what follows from the records that were read, on condition that they still are what was read. When the
   * reply of a commit is lost for good, the owner's next try finds itself as the owner, and enters that lease.
   */
  async #hold(
    asked: readonly string[],
    owner: string,
    durationMs: number,
    rule: LeaseRule,
  ): Promise<Lease | undefined> {
    assertLeasable(asked, durationMs);
    const names = [...new Set(asked)];
    for (let race = 0; race < RACES; race += 1) {
      const nowMs = this.#clock.nowMs();
      const records = await this.#store.read(names.map(leaseKey));
      const held: { name: string; seen: LeaseRecord | undefined; next: LeaseRecord }[] = [];
      for (const [index, name] of names.entries()) {
        const next = rule(records[index], nowMs, name);
        if (next === undefined) return undefined;
        held.push({ name, seen: records[index], next });
      }
      const { committed } = await this.#store.commit(
        Object.fromEntries(held.map(({ name, seen, next }) => [name, put(leaseKey(name), next, unchanged(seen))])),
      );
      const fences = Object.fromEntries(held.map(({ name, next }) => [name, next.fence]));
      if (committed) return { owner, fences, expiresAtMs: nowMs + durationMs };
    }
    throw new StoreContendedError('Other owners kept this one from deciding.');
  }

  async release({ owner, fences }: Lease): Promise<boolean> {
    let own = Object.entries(fences);
    while (own.length > 0) {
      const result = await this.#store.commit(
        Object.fromEntries(own.map(([name, fence]) => [name, change(leaseKey(name), GIVEN_BACK, isOwn(owner, fence))])),
      );
      if (result.committed) break;
      own = own.filter(([name]) => !Object.hasOwn(result.refused, name));
    }
    return own.length === Object.keys(fences).length;
  }
}

/** The record stays, with its fence: only so can the next holder have a higher one. */
const GIVEN_BACK = { owner: undefined, expiresAtMs: undefined } as const;

function leaseKey(name: string) {
  return { type: 'lease', name } as const;
}

/** The fence tells every holder from every other, and the expiry whether it still is one, and until when. */
function unchanged(record: LeaseRecord | undefined): Condition<keyof LeaseRecord> {
  if (record === undefined) return absent;
  const { fence, expiresAtMs } = record;
  return all(
    equal('fence', fence),
    expiresAtMs === undefined ? missing('expiresAtMs') : equal('expiresAtMs', expiresAtMs),
  );
}

/** Held under this fence, or given back under it: by an earlier release whose reply was lost. */
function isOwn(owner: string, fence: number): Condition<keyof LeaseRecord> {
  return all(equal('fence', fence), any(equal('owner', owner), missing('owner')));
}
