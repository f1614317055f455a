import type { Outcome } from '#domain/outcome.ts';
import { all, any, type Changes, change, equal, missing } from '#ports/catalog-store.ts';
import type { AttemptRecord, SyncRecord } from '#ports/records.ts';
import { iso } from '#ports/system.ts';
import { type OpenAttempt, type Run, type SyncDeps, type SyncResult, syncKey } from './run.ts';

/** Stripe may forget a key after 24 hours: older ones are not sent again, because they would act anew. */
const KEY_USABLE_MS = 23 * 3600_000;
/** An attempt's record outlives the echo of its write. */
const ATTEMPT_KEPT_SECONDS = 30 * 24 * 3600;
const FIRST_BACKOFF_MS = 5_000;
const LONGEST_BACKOFF_MS = 3600_000;

/** Sends the attempt, commits what came of it, and ends the run. An unknown outcome keeps the attempt open. */
export async function settle(deps: SyncDeps, run: Run, attempt: OpenAttempt): Promise<SyncResult> {
  const outcome = await send(deps, run, attempt);
  const now = iso(deps.clock.nowMs());
  switch (outcome.is) {
    case 'accepted': {
      const changes = {
        status: 'synced',
        externalId: outcome.value.externalId,
        base: attempt.record.fields,
        syncedVersion: attempt.record.version,
        lastSyncedAt: now,
        lastError: undefined,
        tries: 0,
        dueAt: undefined,
      } as const;
      return (await endRun(deps, run, attempt, 'accepted', changes)) ? 'agreed' : 'owed';
    }
    case 'rejected':
      await endRun(deps, run, attempt, 'rejected', owed(deps, run, outcome.reason));
      return 'owed';
    default:
      // Nothing can come of a key that holds a saved failure: the next run opens a new attempt.
      await endRun(
        deps,
        run,
        attempt,
        outcome.is === 'failed' && outcome.replayed ? 'lost' : 'open',
        owed(deps, run, outcome.error),
      );
      return 'owed';
  }
}

async function send(
  deps: SyncDeps,
  { customer }: Run,
  { key, record, isNew }: OpenAttempt,
): Promise<Outcome<{ externalId: string }>> {
  const ownership = { customerId: customer.id, operationId: key };
  const sinceMs = Date.parse(record.since);
  const isTooOld = deps.clock.nowMs() - sinceMs >= KEY_USABLE_MS;
  const outcome: Outcome<{ externalId: string }> = isTooOld
    ? { is: 'failed', error: 'the key is too old to be sent again', replayed: true }
    : await deps.integration.createCustomer({ ...record.fields, ownership }, key);
  const mayStandThere = outcome.is === 'failed' && outcome.replayed && !isNew;
  if (!mayStandThere) return outcome;
  const found = await deps.integration.findOwned(ownership, sinceMs);
  return found === undefined ? outcome : { is: 'accepted', value: { externalId: found.externalId } };
}

/** Not agreed yet: due again after an exponential backoff with jitter. */
function owed({ clock, random }: SyncDeps, { sync }: Run, error: string) {
  const backoffMs = Math.min(FIRST_BACKOFF_MS * 2 ** sync.tries, LONGEST_BACKOFF_MS) * (0.5 + random.fraction() / 2);
  return { status: 'failed', lastError: error, tries: sync.tries + 1, dueAt: iso(clock.nowMs() + backoffMs) } as const;
}

/**
 * Commits an attempt's outcome and gives the run back, unless a later run has taken over. Whoever asked to look again
 * meanwhile is honoured by a new poke. Answers whether nothing is left to do.
 */
async function endRun(
  deps: SyncDeps,
  { customer, sync }: Run,
  { key }: OpenAttempt,
  outcome: AttemptRecord['outcome'],
  changes: Changes<SyncRecord>,
): Promise<boolean> {
  const ended = {
    ...changes,
    runId: undefined,
    runExpiresAt: undefined,
    ...(outcome !== 'open' && { attemptKey: undefined }),
  };
  const { externalId } = changes;
  const writes = (lookAgain: boolean) => ({
    sync: change(
      syncKey(deps, customer.id),
      lookAgain ? { ...ended, lookAgain: undefined, dueAt: iso(deps.clock.nowMs()) } : ended,
      lookAgain ? equal('revision', sync.revision) : all(equal('revision', sync.revision), missing('lookAgain')),
    ),
    attempt:
      outcome === 'open'
        ? undefined
        : change(
            { type: 'attempt', customerId: customer.id, key },
            { outcome, expiresAtSeconds: Math.floor(deps.clock.nowMs() / 1000) + ATTEMPT_KEPT_SECONDS },
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
  });
  const first = await deps.store.commit(writes(false));
  if (first.committed) return outcome === 'accepted';
  if (first.refused.sync?.existing?.revision !== sync.revision) return false;
  const second = await deps.store.commit(writes(true));
  if (second.committed) await deps.pokes.poke(customer.id);
  return false;
}
