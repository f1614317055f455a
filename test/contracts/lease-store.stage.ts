import { randomUUID } from 'node:crypto';
import type { Lease, LeaseStore } from '#ports/lease-store.ts';
import type { ManualClock } from './manual-clock.ts';

/** A store, the clock that decides its expiries, and two names that nobody has held yet. */
export type Stage = { readonly store: LeaseStore; readonly clock: ManualClock; readonly a: string; readonly b: string };

/** One promise of the port, and how a store breaks it: an empty list when it is kept. */
export type LeasePromise = {
  readonly promise: string;
  readonly violations: (stage: Stage) => Promise<readonly string[]>;
};

export const unless = (holds: boolean, violation: string) => (holds ? [] : [violation]);

/** For ten seconds. */
export function acquire({ store }: Stage, names: readonly string[], owner: string): Promise<Lease | undefined> {
  return store.tryAcquire(names, owner, 10_000);
}

export async function mustAcquire(stage: Stage, names: readonly string[], owner: string): Promise<Lease> {
  const lease = await acquire(stage, names, owner);
  if (lease === undefined) throw new Error(`${owner} does not get what is free`);
  return lease;
}

export async function isFree(stage: Stage, name: string): Promise<boolean> {
  const lease = await acquire(stage, [name], `passer-by ${randomUUID()}`);
  if (lease !== undefined) await stage.store.release(lease);
  return lease !== undefined;
}

export function isRising(fences: readonly number[]): boolean {
  return fences.every((fence, index) => index === 0 || fence > (fences[index - 1] as number));
}
