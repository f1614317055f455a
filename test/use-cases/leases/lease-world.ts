import { randomUUID } from 'node:crypto';
import { MemoryLeaseStore } from '#adapters/memory/memory-lease-store.ts';
import type { LeaseStore } from '#ports/lease-store.ts';
import type { LeaseOptions } from '#use-cases/leases/with-lease.ts';
import { type ManualClock, manualClock } from '../../contracts/manual-clock.ts';

/** A store, and what `withLease` needs beside it. Methods given here replace the store's own. */
export function setUp(broken: (store: LeaseStore) => Partial<LeaseStore> = () => ({})) {
  const clock = manualClock();
  const store = new MemoryLeaseStore(clock);
  const leases: LeaseStore = {
    tryAcquire: (...request) => store.tryAcquire(...request),
    renew: (...request) => store.renew(...request),
    release: (...request) => store.release(...request),
    ...broken(store),
  };
  const warnings: [message: string, details: Record<string, unknown>][] = [];
  const random = { id: randomUUID, fraction: () => 0.5 };
  const deps = {
    leases,
    clock,
    random,
    log: { warn: (...warning: (typeof warnings)[number]) => void warnings.push(warning) },
  };
  return { clock, store, warnings, deps };
}

/** Work that takes this long, and tells when and why it was told that the lease is lost. */
export function workFor(clock: ManualClock, ms: number) {
  const seen: { lostAtMs?: number; reason?: unknown } = {};
  const beganAtMs = clock.nowMs();
  const work = async (_: unknown, lost: AbortSignal) => {
    lost.addEventListener('abort', () => {
      seen.lostAtMs = clock.nowMs() - beganAtMs;
      seen.reason = lost.reason;
    });
    await clock.sleep(ms);
    return 'worked';
  };
  return { work, seen };
}

export const unrenewed: LeaseOptions = { durationMs: 9_000 };
export const renewing: LeaseOptions = { durationMs: 9_000, renews: true };
