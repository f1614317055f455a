import type { Outcome } from '#domain/outcome.ts';
import { hasArrived } from '#domain/travel.ts';
import { type Changes, change, check, equal } from '#ports/catalog-store.ts';
import type { AttemptRecord, SyncRecord } from '#ports/records.ts';
import { iso } from '#ports/system.ts';
import { isAsRead } from '../catalog/read-live.ts';
import { countAttempt } from '../health/counters.ts';
import { linkTo, wasLookedAt } from '../saga/kinds/kind.ts';
import { type AskedOfStripe, canSend, lookForAttempt, newAttempt, sendAttempt } from './attempts.ts';
import { agreed, endRun, lookAgain, owed, type RunWrites } from './end-run.ts';
import { customerKey, type OpenAttempt, type Run, type SyncDeps, type SyncResult, syncKey } from './run.ts';

/** An attempt's record outlives the echo of its write. */
const ATTEMPT_KEPT_SECONDS = 30 * 24 * 3600;

/** What a run has decided besides what it sends; committed together with the attempt's record. */
export type Decided = { readonly changes: Changes<SyncRecord>; readonly writes: RunWrites };

/**
 * Records what is to be sent, before it is, sends it, and ends the run with what came of it. Nothing is sent when the
 * customer has changed, or is held, since the run began. `run` is as it is after what was decided.
 */
export async function send(
  deps: SyncDeps,
  run: Run,
  asked: AskedOfStripe,
  { changes, writes }: Decided = { changes: {}, writes: {} },
): Promise<SyncResult> {
  const { customer, sync } = run;
  const attempt = newAttempt(deps, run, asked);
  const { committed } = await deps.store.commit({
    customer: check(customerKey(customer.id), isAsRead(customer)),
    ...writes,
    sync: change(
      syncKey(deps, customer.id),
      { ...changes, attemptKey: attempt.key, lastAttemptAt: attempt.record.since },
      equal('revision', sync.revision),
    ),
    attempt: attempt.write,
  });
  if (!committed) return lookAgain(deps, run);
  const outcome = await sendAttempt(deps, run.customer.id, attempt);
  return conclude(deps, run, attempt, await lookIfReplayed(deps, run, attempt, outcome), agreed(deps, run));
}

/**
 * Settles an attempt that an earlier run has left open: sends it again under its key, or only looks for it when the key
 * is too old. What both sides hold by now is for the next run to read.
 */
export async function resolve(deps: SyncDeps, run: Run, open: OpenAttempt): Promise<SyncResult> {
  const isSent = canSend(deps, open);
  if (!isSent && !hasArrived(open.record.lastSentAt, deps.clock.nowMs())) {
    return end(deps, run, owed(deps, run, 'the key is too old to be sent again, and a request may still travel'));
  }
  const attempt = isSent ? await recordResend(deps, run, open) : open;
  if (attempt === 'overtaken') return 'owed';
  const outcome: Outcome<{ externalId: string }> = isSent
    ? await sendAttempt(deps, run.customer.id, attempt)
    : { is: 'failed', error: 'the key is too old to be sent again', replayed: true };
  const isDelete = attempt.record.kind === 'delete';
  const after: Changes<SyncRecord> = {
    ...agreed(deps, run),
    status: 'pending',
    events: run.sync.events,
    emptied: run.sync.emptied,
  };
  const thenRead = { ...after, dueAt: iso(deps.clock.nowMs()), retryAt: undefined };
  const found = await lookIfReplayed(deps, run, attempt, outcome);
  const syncedVersion = attempt.record.version;
  return conclude(deps, run, attempt, found, isDelete ? agreed(deps, run) : { ...thenRead, syncedVersion });
}

/** Records that an open attempt is sent again, before it is. */
async function recordResend(
  deps: SyncDeps,
  { customer, sync }: Run,
  open: OpenAttempt,
): Promise<OpenAttempt | 'overtaken'> {
  const lastSentAt = iso(deps.clock.nowMs());
  const { committed } = await deps.store.commit({
    sync: change(syncKey(deps, customer.id), { lastAttemptAt: lastSentAt }, equal('revision', sync.revision)),
    attempt: change(
      { type: 'attempt', customerId: customer.id, key: open.key },
      { lastSentAt },
      equal('outcome', 'open'),
    ),
  });
  return committed ? { ...open, record: { ...open.record, lastSentAt } } : 'overtaken';
}

/** A saved failure says nothing of what happened before it: what Stripe shows decides. */
async function lookIfReplayed(
  deps: SyncDeps,
  { customer }: Run,
  attempt: OpenAttempt,
  outcome: Outcome<{ externalId: string }>,
): Promise<Outcome<{ externalId: string }>> {
  if (outcome.is !== 'failed' || !outcome.replayed) return outcome;
  const externalId = await lookForAttempt(deps, customer.id, attempt);
  return externalId === undefined ? outcome : { is: 'accepted', value: { externalId } };
}

/** Commits what came of the attempt; `success` is what holds besides when Stripe accepted. An unknown one stays open. */
function conclude(
  deps: SyncDeps,
  run: Run,
  attempt: OpenAttempt,
  outcome: Outcome<{ externalId: string }>,
  success: Changes<SyncRecord>,
): Promise<SyncResult> {
  if (outcome.is === 'accepted') {
    const { externalId } = outcome.value;
    return end(
      deps,
      run,
      { ...success, ...broughtOver(run, attempt.record, externalId) },
      { ...attempt, is: 'accepted' },
    );
  }
  if (outcome.is === 'rejected') {
    return end(deps, run, owed(deps, run, outcome.reason, true), { ...attempt, is: 'rejected' });
  }
  // Nothing can come of a key that holds a saved failure: the next run opens a new attempt.
  const isLost = outcome.is === 'failed' && outcome.replayed;
  return end(deps, run, owed(deps, run, outcome.error), isLost ? { ...attempt, is: 'lost' } : undefined);
}

/** What is known of the other side when an attempt was accepted: it has what was sent, and nothing is known of the rest. */
function broughtOver({ sync }: Run, record: AttemptRecord, externalId: string): Changes<SyncRecord> {
  const { kind, fields, isMarking } = record;
  if (kind === 'delete') return { externalId, base: undefined, seen: undefined, conflict: undefined, isGone: true };
  const { seen = {} } = sync;
  const unseen = Object.fromEntries(Object.entries(seen).filter(([field]) => !(field in fields)));
  return {
    externalId,
    base: { name: null, email: null, ...sync.base, ...fields },
    seen: Object.keys(unseen).length === 0 ? undefined : unseen,
    ...(isMarking === true && { isUnmarked: undefined }),
  };
}

type Closed = OpenAttempt & { readonly is: Exclude<AttemptRecord['outcome'], 'open'> };

/**
 * Ends the run, and closes the attempt if its outcome is known. Whoever looked at a new twin before it was linked has
 * left it to us what there is to see: the customer is due at once.
 */
async function end(deps: SyncDeps, run: Run, changes: Changes<SyncRecord>, closed?: Closed): Promise<SyncResult> {
  const { customer, sync } = run;
  const { externalId } = changes;
  const isNewTwin = externalId !== undefined && externalId !== sync.externalId;
  const nowMs = deps.clock.nowMs();
  const isFailure = closed?.is !== 'accepted';
  const expiresAtSeconds = Math.floor(nowMs / 1000) + ATTEMPT_KEPT_SECONDS;
  const over: Changes<SyncRecord> = closed === undefined ? changes : { ...changes, attemptKey: undefined };
  const commit = (isAskedToLook: boolean) =>
    endRun(deps, run, isAskedToLook ? { ...over, status: 'pending', dueAt: iso(nowMs), retryAt: undefined } : over, {
      attempt:
        closed &&
        change(
          { type: 'attempt', customerId: customer.id, key: closed.key },
          { outcome: closed.is, expiresAtSeconds },
          equal('outcome', 'open'),
        ),
      // Whom it changes is linked already.
      link: isNewTwin ? linkTo(deps.integration.name, externalId, customer.id, isAskedToLook) : undefined,
      attempts: countAttempt(deps.integration.name, customer.id, { isFailure }, nowMs),
    });
  const first = await commit(false);
  const ended = first.is === 'refused' && wasLookedAt(first.by.link?.existing) ? await commit(true) : first;
  if (ended.is === 'ended') return ended.result;
  throw new Error(
    `What came of attempt ${closed?.key} cannot be recorded: ${Object.keys(ended.by).join(', ')} refused.`,
  );
}
