import type { Lease, LeaseStore } from '#ports/lease-store.ts';
import type { Clock, Log, Random } from '#ports/system.ts';

export type LeaseDeps = {
  readonly leases: LeaseStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
};

export type LeaseOptions = {
  readonly durationMs: number;
  /** How long others are waited for; 2 s unless said. 0 tries once. */
  readonly waitMs?: number;
  /** Renew while the work runs. Without it the lease is lost after `durationMs`. */
  readonly renews?: boolean;
  /** Whose lease it is: give the operation's id, so that whoever resumes it enters the same lease. A new one unless said. */
  readonly owner?: string;
};

/** Done under a lease. `lost` is aborted with a `LeaseLostError` once others may hold the names. */
export type LeasedWork<Result> = (lease: Lease, lost: AbortSignal) => Promise<Result>;

const DEFAULT_WAIT_MS = 2_000;
const FIRST_PAUSE_MS = 25;
const LONGEST_PAUSE_MS = 400;
/** A sleep cannot be cut short, so none is long: the end of the work, and a clock that jumped, are noticed soon. */
const LOOK_EVERY_MS = 100;

/**
 * Does the work while holding all the names, and gives them back however it ends. Answers what the work answers, also
 * when the lease was lost meanwhile: its writes are safe by the fence, or not at all. Not to be nested under one owner.
 * @throws LeaseTimeoutError when others held a name for all of `waitMs`; the work was not begun.
 */
export async function withLease<Result>(
  deps: LeaseDeps,
  names: readonly string[],
  options: LeaseOptions,
  work: LeasedWork<Result>,
): Promise<Result> {
  const lease = await acquire(deps, names, options);
  const lost = new AbortController();
  const ended = new AbortController();
  void watch(deps, lease, options, lost, ended.signal);
  try {
    return await work(lease, lost.signal);
  } finally {
    ended.abort();
    // What the work came to is not changed by this: the lease expires by itself.
    await deps.leases.release(lease).catch((error: Error) => warn(deps, 'A lease was not given back.', lease, error));
  }
}

async function acquire(
  { leases, clock, random }: LeaseDeps,
  names: readonly string[],
  { durationMs, waitMs = DEFAULT_WAIT_MS, owner = random.id() }: LeaseOptions,
): Promise<Lease> {
  const deadlineMs = clock.nowMs() + waitMs;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    const lease = await leases.tryAcquire(names, owner, durationMs);
    if (lease !== undefined) return lease;
    const leftMs = deadlineMs - clock.nowMs();
    if (!(leftMs > 0)) throw new LeaseTimeoutError(names, waitMs);
    await clock.sleep(Math.min(leftMs, pauseMs * (0.5 + random.fraction() / 2)));
  }
}

/** Begins a renewal every third of the duration, and tells of the loss no later than the lease expires. */
async function watch(
  deps: LeaseDeps,
  acquired: Lease,
  { durationMs, renews = false }: LeaseOptions,
  lost: AbortController,
  ended: AbortSignal,
): Promise<void> {
  let lease = acquired;
  let renewAtMs = renews ? deps.clock.nowMs() + durationMs / 3 : Number.POSITIVE_INFINITY;
  // Nothing waits for a renewal: one that hangs must neither hide the expiry nor keep the next one from being tried.
  const renew = async () => {
    const renewed = await deps.leases.renew(lease, durationMs);
    // A renewal that finds the lease given back by the end of the work is no loss.
    if (renewed === undefined && !ended.aborted) lost.abort(new LeaseLostError(lease));
    if (renewed !== undefined && renewed.expiresAtMs > lease.expiresAtMs) lease = renewed;
  };
  while (!ended.aborted && !lost.signal.aborted) {
    const nowMs = deps.clock.nowMs();
    if (nowMs >= lease.expiresAtMs) return lost.abort(new LeaseLostError(lease));
    if (nowMs >= renewAtMs) {
      renewAtMs = nowMs + durationMs / 3;
      renew().catch((error: Error) => warn(deps, 'A lease was not renewed yet.', lease, error));
    }
    await deps.clock.sleep(Math.min(LOOK_EVERY_MS, lease.expiresAtMs - nowMs));
  }
}

function warn({ log }: LeaseDeps, message: string, { fences }: Lease, error: Error): void {
  log.warn(message, { names: Object.keys(fences), error: error.name });
}

/** Others held the names for as long as this one waited. Nothing was done. */
export class LeaseTimeoutError extends Error {
  override readonly name = 'LeaseTimeoutError';

  constructor(names: readonly string[], waitMs: number) {
    super(`Others held ${names.join(', ')} for ${waitMs} ms.`);
  }
}

/** The lease expired, or somebody else took it over: what was begun under it may no longer be alone. */
export class LeaseLostError extends Error {
  override readonly name = 'LeaseLostError';

  constructor({ fences }: Lease) {
    super(`The lease on ${Object.keys(fences).join(', ')} is lost.`);
  }
}
