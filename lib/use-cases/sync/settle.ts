import type { Outcome } from '#domain/outcome.ts';
import { hasArrived } from '#domain/travel.ts';
import { all, any, type Changes, change, equal, missing } from '#ports/catalog-store.ts';
import type { AttemptRecord, SyncRecord } from '#ports/records.ts';
import { iso } from '#ports/system.ts';
import { canSend, lookForAttempt, sendAttempt } from './owed-write.ts';
import { type OpenAttempt, type Run, type SyncDeps, type SyncResult, syncKey } from './run.ts';

/** An attempt's record outlives the echo of its write. */
const ATTEMPT_KEPT_SECONDS = 30 * 24 * 3600;
const FIRST_BACKOFF_MS = 5_000;
const LONGEST_BACKOFF_MS = 3600_000;

/** Sends the attempt, commits what came of it, and ends the run. An unknown outcome keeps the attempt open. */
export async function settle(deps: SyncDeps, run: Run, attempt: OpenAttempt): Promise<SyncResult> {
  const outcome = await sendOrLook(deps, run, attempt);
  if (outcome.is === 'accepted') {
    const changes = agreement(deps, run, attempt.record, outcome.value.externalId);
    return endRun(deps, run, changes, { ...attempt, outcome: 'accepted' });
  }
  if (outcome.is === 'rejected') {
    return endRun(deps, run, owed(deps, run, outcome.reason), { ...attempt, outcome: 'rejected' });
  }
  // Nothing can come of a key that holds a saved failure: the next run opens a new attempt.
  const isLost = outcome.is === 'failed' && outcome.replayed;
  return endRun(deps, run, owed(deps, run, outcome.error), isLost ? { ...attempt, outcome: 'lost' } : undefined);
}

/** Ends a run that found nothing to send. */
export function endAgreed(deps: SyncDeps, run: Run): Promise<SyncResult> {
  const { customer } = run;
  return endRun(deps, run, {
    ...{ status: 'synced', syncedVersion: customer.version, tries: 0, lastError: undefined, dueAt: undefined },
  });
}

/** Gives back a run that decided on what is not so any more: the next one decides afresh. */
export async function lookAgain(deps: SyncDeps, { customer, sync }: Run): Promise<SyncResult> {
  await deps.store.commit({
    sync: change(syncKey(deps, customer.id), againNow(deps), equal('revision', sync.revision)),
  });
  await deps.pokes.poke({ customerId: customer.id });
  return 'owed';
}

function againNow({ clock }: SyncDeps): Changes<SyncRecord> {
  return {
    status: 'pending',
    runId: undefined,
    runExpiresAt: undefined,
    lookAgain: undefined,
    dueAt: iso(clock.nowMs()),
  };
}

async function sendOrLook(
  deps: SyncDeps,
  { customer }: Run,
  attempt: OpenAttempt,
): Promise<Outcome<{ externalId: string }>> {
  const isSent = canSend(deps, attempt);
  if (!isSent && !hasArrived(attempt.record.lastSentAt, deps.clock.nowMs())) {
    return { is: 'unknown', error: 'the key is too old to be sent again, and a request may still travel' };
  }
  const outcome: Outcome<{ externalId: string }> = isSent
    ? await sendAttempt(deps, customer.id, attempt)
    : { is: 'failed', error: 'the key is too old to be sent again', replayed: true };
  if (outcome.is !== 'failed' || !outcome.replayed) return outcome;
  const externalId = await lookForAttempt(deps, customer.id, attempt);
  return externalId === undefined ? outcome : { is: 'accepted', value: { externalId } };
}

/** Both sides agree on what the attempt brought over; on more only if the customer has not changed since. */
function agreement(
  deps: SyncDeps,
  { customer, sync }: Run,
  record: AttemptRecord,
  externalId: string,
): Changes<SyncRecord> {
  const { kind, fields, version } = record;
  const isAll = version === customer.version;
  const now = iso(deps.clock.nowMs());
  return {
    status: isAll ? 'synced' : 'pending',
    externalId,
    base: kind === 'delete' ? undefined : { name: null, email: null, ...sync.base, ...fields },
    syncedVersion: version,
    lastSyncedAt: now,
    lastError: undefined,
    tries: 0,
    dueAt: isAll ? undefined : now,
    ...(kind === 'delete' && { isGone: true }),
  };
}

/** Not agreed yet: due again after an exponential backoff with jitter. */
function owed({ clock, random }: SyncDeps, { sync }: Run, error: string): Changes<SyncRecord> {
  const backoffMs = Math.min(FIRST_BACKOFF_MS * 2 ** sync.tries, LONGEST_BACKOFF_MS) * (0.5 + random.fraction() / 2);
  return { status: 'failed', lastError: error, tries: sync.tries + 1, dueAt: iso(clock.nowMs() + backoffMs) };
}

type Closed = OpenAttempt & { readonly outcome: Exclude<AttemptRecord['outcome'], 'open'> };

/**
 * Gives the run back with what came of it, and closes the attempt if its outcome is known, unless a later run has taken
 * over. Whoever asked to look again meanwhile is honoured by a new poke, as is a change that this run did not bring over.
 */
async function endRun(deps: SyncDeps, run: Run, changes: Changes<SyncRecord>, closed?: Closed): Promise<SyncResult> {
  const { customer, sync } = run;
  const nowMs = deps.clock.nowMs();
  const ended = { ...changes, runId: undefined, runExpiresAt: undefined, ...(closed && { attemptKey: undefined }) };
  const { externalId } = changes;
  const isSameTwin = externalId === undefined ? [] : [any(missing('externalId'), equal('externalId', externalId))];
  const isStillOurs = all(equal('revision', sync.revision), ...isSameTwin);
  const others = {
    attempt:
      closed &&
      change(
        { type: 'attempt', customerId: customer.id, key: closed.key },
        { outcome: closed.outcome, expiresAtSeconds: Math.floor(nowMs / 1000) + ATTEMPT_KEPT_SECONDS },
        equal('outcome', 'open'),
      ),
    link:
      externalId === undefined
        ? undefined
        : change(
            { type: 'link', integration: deps.integration.name, externalId },
            { customerId: customer.id },
            any(missing('customerId'), equal('customerId', customer.id)),
          ),
  };
  const key = syncKey(deps, customer.id);
  const first = await deps.store.commit({
    sync: change(key, ended, all(isStillOurs, missing('lookAgain'))),
    ...others,
  });
  if (first.committed && changes.status !== 'pending') return changes.status === 'synced' ? 'agreed' : 'owed';
  if (!first.committed) {
    if (first.refused.sync === undefined) {
      throw new Error(
        `Stripe's ${externalId ?? 'answer'} cannot be recorded: ${Object.keys(first.refused).join(', ')} refused.`,
      );
    }
    const isOvertaken = first.refused.sync.existing?.revision !== sync.revision;
    if (isOvertaken) return 'owed';
    const second = await deps.store.commit({
      sync: change(key, { ...ended, ...againNow(deps) }, isStillOurs),
      ...others,
    });
    if (!second.committed) return 'owed';
  }
  await deps.pokes.poke({ customerId: customer.id });
  return 'owed';
}
