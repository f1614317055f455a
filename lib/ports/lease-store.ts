import type { LeaseRecord } from './records.ts';

/**
 * Names that one owner holds, until a time. An owner that sleeps past it does not notice: what a lease protects is
 * safe because the write names the fence, and a later holder has a higher one.
 */
export type Lease = {
  readonly owner: string;
  /** The fence of each name. */
  readonly fences: Readonly<Record<string, number>>;
  /** Held at least until then, by the clock of whoever acquired or renewed it. */
  readonly expiresAtMs: number;
};

/**
 * Leases on names, for whoever must work alone. The owner is the work, not the process: a second process of the same
 * owner enters the same lease, and the first release ends it. Names and owners are stored as given: nothing personal.
 */
export interface LeaseStore {
  /**
   * Takes all the names or none: `undefined` while another owner holds one, or others are just taking them. A name
   * that the owner holds already keeps its fence and is held no shorter than before; any other gets a higher fence.
   * @throws RangeError unless there are 1 to 100 names of 1 to 512 characters, and the duration is above 0.
   */
  tryAcquire(names: readonly string[], owner: string, durationMs: number): Promise<Lease | undefined>;
  /**
   * Holds the lease for at least `durationMs` from now; `undefined` when a name of it has expired or was given back.
   * @throws StoreContendedError when others kept it from deciding; the lease is as it was.
   */
  renew(lease: Lease, durationMs: number): Promise<Lease | undefined>;
  /**
   * Gives back what is still the lease's own, so that others need not wait; false when somebody else has had a name
   * since. Fences stay, for ever. Twice is as good as once.
   * @throws StoreContendedError when others kept it from deciding; what is left of the lease expires by itself.
   */
  release(lease: Lease): Promise<boolean>;
}

/**
 * The fence under which this lease holds a name.
 * @throws Error when the name is not of this lease.
 */
export function getFence({ fences }: Lease, name: string): number {
  const fence = Object.hasOwn(fences, name) ? fences[name] : undefined;
  if (fence === undefined) throw new Error(`The lease is not on ${name}.`);
  return fence;
}

/** Without this, a slip of the caller would be a lease on nothing, or one that nobody ever gets. */
export function assertLeasable(names: readonly string[], durationMs: number): void {
  const areNamesFit =
    names.length > 0 && names.length <= 100 && names.every(({ length }) => length > 0 && length <= 512);
  if (!areNamesFit) throw new RangeError('A lease is on 1 to 100 names of 1 to 512 characters.');
  if (!(durationMs > 0 && Number.isFinite(durationMs))) throw new RangeError('A lease lasts longer than 0 ms.');
}

/** What a name's record becomes, or `undefined` when it must not change: the one rule that every store applies. */
export type LeaseRule = (record: LeaseRecord | undefined, nowMs: number, name: string) => LeaseRecord | undefined;

/** Takes a name unless another owner holds it. */
export function takeFor(owner: string, durationMs: number): LeaseRule {
  return (record, nowMs) => {
    if (record === undefined || !isHeld(record, nowMs)) {
      return { fence: (record?.fence ?? 0) + 1, owner, expiresAtMs: nowMs + durationMs };
    }
    return record.owner === owner ? heldUntil(record, nowMs + durationMs) : undefined;
  };
}

/** Extends a name that is still held by the lease's owner under the lease's fence. */
export function extend({ owner, fences }: Lease, durationMs: number): LeaseRule {
  return (record, nowMs, name) => {
    if (record === undefined || !isHeld(record, nowMs)) return undefined;
    if (record.owner !== owner || record.fence !== fences[name]) return undefined;
    return heldUntil(record, nowMs + durationMs);
  };
}

type HeldRecord = Required<LeaseRecord>;

/** Never shorter than before: another process of the same owner may count on it. */
function heldUntil({ fence, owner, expiresAtMs }: HeldRecord, untilMs: number): HeldRecord {
  return { fence, owner, expiresAtMs: Math.max(expiresAtMs, untilMs) };
}

/** Expiry is decided here, on read: an expired record that still exists holds nothing. */
function isHeld(record: LeaseRecord, nowMs: number): record is HeldRecord {
  return record.expiresAtMs !== undefined && record.expiresAtMs > nowMs;
}
