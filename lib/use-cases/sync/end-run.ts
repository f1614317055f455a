import { all, any, type Changes, change, equal, missing, type Refused, type WriteTo } from '#ports/catalog-store.ts';
import { pokeTo } from '#ports/pokes.ts';
import type { SyncRecord } from '#ports/records.ts';
import { iso } from '#ports/system.ts';
import type { OwedToOthers } from '../catalog/standings.ts';
import { freedFor, type Run, type SyncDeps, type SyncResult, syncKey } from './run.ts';

const FIRST_BACKOFF_MS = 5_000;
const LONGEST_BACKOFF_MS = 3600_000;
/** About six hours of them. */
const MOST_TRIES = 15;
/** A busy customer's burst of events is remembered; older ones cost a look when they come again. */
const EVENTS_REMEMBERED = 20;

/** What a step of a run writes besides the sync record. */
export type RunWrites = OwedToOthers & {
  readonly customer?: WriteTo<'customer'> | undefined;
  readonly claim?: WriteTo<'emailClaim'> | undefined;
  readonly oldClaim?: WriteTo<'emailClaim'> | undefined;
  /** The claim that keeps an email from being taken, and its holder, who is told that somebody waits for it. */
  readonly blockingClaim?: WriteTo<'emailClaim'> | undefined;
  readonly blocker?: WriteTo<'sync'> | undefined;
  readonly attempt?: WriteTo<'attempt'> | undefined;
  readonly link?: WriteTo<'link'> | undefined;
  readonly audit?: WriteTo<'audit'> | undefined;
  readonly live?: WriteTo<'counter'> | undefined;
  readonly attempts?: WriteTo<'counter'> | undefined;
};

/** `refused`: nothing was written, because of these other writes; of none, because somebody has asked to look again. */
export type Ended =
  | { readonly is: 'ended'; readonly result: SyncResult }
  | { readonly is: 'refused'; readonly by: Refused<RunWrites> };

/**
 * Gives the run back with what came of it, unless a later run has taken over. `run.customer` is the customer as it is
 * after the other writes. Whoever asked to look again meanwhile is honoured by a new poke, as is what is due at once,
 * and whoever waited for an email that the customer no longer has. A twin is let go of only when nobody has asked.
 */
export async function endRun(
  deps: SyncDeps,
  run: Run,
  changes: Changes<SyncRecord>,
  others: RunWrites = {},
): Promise<Ended> {
  const { customer, sync } = run;
  const now = iso(deps.clock.nowMs());
  const freed = freedFor(run);
  const { externalId } = changes;
  const isSameTwin = externalId === undefined ? [] : [any(missing('externalId'), equal('externalId', externalId))];
  const isLettingGo = 'externalId' in changes && externalId === undefined;
  const isStillOurs = all(equal('revision', sync.revision), ...isSameTwin);
  const key = syncKey(deps, customer.id);
  const since = changes.status === 'synced' ? undefined : (sync.apartSince ?? now);
  const ended = {
    dueAt: undefined,
    retryAt: undefined,
    ...changes,
    apartSince: since,
    ...GIVEN_BACK,
    ...(freed !== undefined && { awaited: undefined }),
  };
  const first = await deps.store.commit({
    ...others,
    sync: change(key, ended, all(isStillOurs, missing('lookAgain'))),
  });
  let isDue = ended.dueAt !== undefined && ended.dueAt <= now;
  if (!first.committed) {
    const { sync: refusedSync, ...by } = first.refused;
    const isOvertaken = refusedSync?.existing?.revision !== sync.revision;
    // The same news once more is no reason to make anew what was let go of.
    if (Object.keys(by).length > 0 || (isLettingGo && !isOvertaken)) return { is: 'refused', by };
    if (isOvertaken) return { is: 'ended', result: 'owed' };
    const again: Changes<SyncRecord> = {
      ...{ status: 'pending' as const, apartSince: sync.apartSince ?? now },
      ...{ lookAgain: undefined, dueAt: now, retryAt: undefined },
    };
    // What another integration has emptied meanwhile is for the next run to bring over.
    const { emptied: _, ...reached } = ended;
    const second = await deps.store.commit({ ...others, sync: change(key, { ...reached, ...again }, isStillOurs) });
    if (!second.committed) {
      const { sync: _, ...bySecond } = second.refused;
      return Object.keys(bySecond).length > 0 ? { is: 'refused', by: bySecond } : { is: 'ended', result: 'owed' };
    }
    isDue = true;
  }
  const { name } = deps.integration;
  if (isDue) await deps.pokes.poke(pokeTo(customer.id, name));
  if (freed !== undefined) await deps.pokes.poke(pokeTo(freed, name));
  return { is: 'ended', result: !isDue && ended.status === 'synced' ? 'agreed' : 'owed' };
}

const GIVEN_BACK = { runId: undefined, runExpiresAt: undefined };

/** So often it is tried again at once. What goes on refusing a run is no race. */
const RACES = 3;

/**
 * Gives back a run that decided on what is not so any more: the next one decides afresh, soon. Whoever has asked to look
 * again goes on asking, and waits for no backoff: it may be an operation that has begun since, and ends what is due.
 */
export async function lookAgain(deps: SyncDeps, { customer, sync }: Run): Promise<SyncResult> {
  const isOurs = equal<keyof SyncRecord>('revision', sync.revision);
  const giveBack = (tries: number, dueAt: string, when = isOurs) =>
    deps.store.commit({ sync: change(syncKey(deps, customer.id), { ...GIVEN_BACK, tries, dueAt }, when) });
  const tries = sync.tries + 1;
  if (tries > RACES) {
    const { committed } = await giveBack(tries, backoff(deps, sync), all(isOurs, missing('lookAgain')));
    if (committed) return 'owed';
  }
  // What had failed before somebody asked is no reason to wait the next time either.
  await giveBack(tries > RACES ? 0 : tries, iso(deps.clock.nowMs()));
  await deps.pokes.poke(pokeTo(customer.id, deps.integration.name));
  return 'owed';
}

/** Both sides agree on this version of the customer, but for an email that cannot be taken yet. */
export function agreed(deps: SyncDeps, { customer, sync, cause, isHeldUp = false }: Run): Changes<SyncRecord> {
  const isApart = customer.status !== 'deleted' && (isHeldUp || sync.conflict !== undefined);
  return {
    status: isHeldUp ? 'pending' : isApart ? 'conflict' : 'synced',
    tries: isApart ? sync.tries + 1 : 0,
    dueAt: isHeldUp && isApart ? backoff(deps, sync) : undefined,
    retryAt: isApart && !isHeldUp ? backoff(deps, sync) : undefined,
    lastError: undefined,
    emptied: undefined,
    syncedVersion: customer.version,
    lastSyncedAt: iso(deps.clock.nowMs()),
    events: [...new Set([...cause.eventIds, ...(sync.events ?? [])])].slice(0, EVENTS_REMEMBERED),
  };
}

/**
 * Not agreed yet: tried again later, with the reason. `isDefinite`: Stripe has said so, and will say so again until
 * somebody changes something; after so many tries it is left to whoever does.
 */
export function owed(deps: SyncDeps, { sync }: Run, error: string, isDefinite = false): Changes<SyncRecord> {
  const tries = sync.tries + 1;
  const isGivenUp = isDefinite && tries >= MOST_TRIES;
  return { status: 'failed', lastError: error, tries, retryAt: isGivenUp ? undefined : backoff(deps, sync) };
}

/** Exponential, with jitter. */
export function backoff({ clock, random }: SyncDeps, { tries }: Pick<SyncRecord, 'tries'>): string {
  const longestMs = Math.min(FIRST_BACKOFF_MS * 2 ** tries, LONGEST_BACKOFF_MS);
  return iso(clock.nowMs() + longestMs * (0.5 + random.fraction() / 2));
}
