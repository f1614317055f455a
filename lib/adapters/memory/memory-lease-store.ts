import { assertLeasable, extend, type Lease, type LeaseRule, type LeaseStore, takeFor } from '#ports/lease-store.ts';
import type { LeaseRecord } from '#ports/records.ts';
import type { Clock } from '#ports/system.ts';

/**
 * Leases within one process, for use as a library and for tests. Other processes do not see them: across functions
 * this is no lock at all. Choose it explicitly; never fall back to it when another store fails.
 */
export class MemoryLeaseStore implements LeaseStore {
  readonly #records = new Map<string, LeaseRecord>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async tryAcquire(names: readonly string[], owner: string, durationMs: number): Promise<Lease | undefined> {
    return this.#hold(names, owner, durationMs, takeFor(owner, durationMs));
  }

  async renew(lease: Lease, durationMs: number): Promise<Lease | undefined> {
    return this.#hold(Object.keys(lease.fences), lease.owner, durationMs, extend(lease, durationMs));
  }

  /** Atomic because nothing in it waits. */
  #hold(names: readonly string[], owner: string, durationMs: number, rule: LeaseRule): Lease | undefined {
    assertLeasable(names, durationMs);
    const nowMs = this.#clock.nowMs();
    const held = new Map<string, LeaseRecord>();
    for (const name of names) {
      const record = rule(this.#records.get(name), nowMs, name);
      if (record === undefined) return undefined;
      held.set(name, record);
    }
    for (const [name, record] of held) this.#records.set(name, record);
    const fences = Object.fromEntries([...held].map(([name, { fence }]) => [name, fence]));
    return { owner, fences, expiresAtMs: nowMs + durationMs };
  }

  async release({ owner, fences }: Lease): Promise<boolean> {
    const own = Object.entries(fences).filter(([name, fence]) => {
      const record = this.#records.get(name);
      return record?.fence === fence && (record.owner === owner || record.owner === undefined);
    });
    for (const [name, fence] of own) this.#records.set(name, { fence });
    return own.length === Object.keys(fences).length;
  }
}
