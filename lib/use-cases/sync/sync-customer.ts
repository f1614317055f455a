import { absent, all, change, check, equal, missing, put } from '#ports/catalog-store.ts';
import type { AttemptRecord } from '#ports/records.ts';
import { iso } from '#ports/system.ts';
import { canSend, owedWrite } from './owed-write.ts';
import { beginRun, customerKey, type OpenAttempt, type Run, type SyncDeps, type SyncResult, syncKey } from './run.ts';
import { endAgreed, lookAgain, settle } from './settle.ts';

/**
 * Makes Stripe agree with the catalog on one customer. Safe to call at any time, any number of times: runs exclude one
 * another and protected operations, at most one attempt's outcome is unknown, and what cannot be done now stays due.
 */
export async function syncCustomer(deps: SyncDeps, customerId: string): Promise<SyncResult> {
  const run = await beginRun(deps, customerId);
  if (run === 'busy' || run === 'agreed') return run;
  const open = await readOpenAttempt(deps, run);
  const attempt = open === undefined ? await recordAttempt(deps, run) : await recordResend(deps, run, open);
  if (attempt === 'nothing') return endAgreed(deps, run);
  if (attempt === 'overtaken') return lookAgain(deps, run);
  return settle(deps, run, attempt);
}

/** The attempt whose outcome is not known: it is settled before anything else is sent. */
async function readOpenAttempt({ store }: SyncDeps, { customer, sync }: Run): Promise<OpenAttempt | undefined> {
  if (sync.attemptKey === undefined) return undefined;
  const [record] = await store.read([{ type: 'attempt', customerId: customer.id, key: sync.attemptKey }]);
  if (record === undefined) throw new Error(`The open attempt ${sync.attemptKey} has no record.`);
  return { key: sync.attemptKey, record };
}

/** Records that an open attempt is sent again, before it is; one whose key is too old is only looked for. */
async function recordResend(
  deps: SyncDeps,
  { customer, sync }: Run,
  open: OpenAttempt,
): Promise<OpenAttempt | 'overtaken'> {
  if (!canSend(deps, open)) return open;
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

/** Records what is to be sent, before it is. `overtaken`: the customer has changed, or is held, since the run began. */
async function recordAttempt(deps: SyncDeps, run: Run): Promise<OpenAttempt | 'nothing' | 'overtaken'> {
  const { customer, sync } = run;
  const write = owedWrite(run);
  if (write === undefined) return 'nothing';
  // A revision never serves two attempts, so neither does a key.
  const key = `${customer.id}:${sync.revision}`;
  const now = iso(deps.clock.nowMs());
  const record: AttemptRecord = { ...write, version: customer.version, since: now, lastSentAt: now, outcome: 'open' };
  const { committed } = await deps.store.commit({
    customer: check(customerKey(customer.id), all(equal('version', customer.version), missing('owner'))),
    sync: change(syncKey(deps, customer.id), { attemptKey: key, lastAttemptAt: now }, equal('revision', sync.revision)),
    attempt: put({ type: 'attempt', customerId: customer.id, key }, record, absent),
  });
  return committed ? { key, record } : 'overtaken';
}
