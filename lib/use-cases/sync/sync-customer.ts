import { all, change, check, equal, missing, put } from '#ports/catalog-store.ts';
import type { AttemptRecord } from '#ports/records.ts';
import { iso } from '#ports/system.ts';
import { beginRun, customerKey, type OpenAttempt, type Run, type SyncDeps, type SyncResult, syncKey } from './run.ts';
import { settle } from './settle.ts';

/**
 * Makes Stripe agree with the catalog on one customer. Safe to call at any time, any number of times: runs exclude one
 * another and protected operations, at most one attempt's outcome is unknown, and what cannot be done now stays due.
 */
export async function syncCustomer(deps: SyncDeps, customerId: string): Promise<SyncResult> {
  const run = await beginRun(deps, customerId);
  if (run === 'busy' || run === 'agreed') return run;
  const attempt = await openAttempt(deps, run);
  if (attempt === undefined) return 'owed';
  return settle(deps, run, attempt);
}

/**
 * The one attempt to work on: the open one, else a new one, recorded before it is sent. `undefined` when this run was
 * overtaken: its due time stays.
 */
async function openAttempt(deps: SyncDeps, { customer, sync }: Run): Promise<OpenAttempt | undefined> {
  if (sync.attemptKey !== undefined) {
    const [record] = await deps.store.read([{ type: 'attempt', customerId: customer.id, key: sync.attemptKey }]);
    if (record === undefined) throw new Error(`The open attempt ${sync.attemptKey} has no record.`);
    return { key: sync.attemptKey, record, isNew: false };
  }
  // A revision never serves two attempts, so neither does a key.
  const key = `${customer.id}:${sync.revision}`;
  const now = iso(deps.clock.nowMs());
  const record: AttemptRecord = {
    fields: { name: customer.name, email: customer.email },
    version: customer.version,
    since: now,
    outcome: 'open',
  };
  const { committed } = await deps.store.commit({
    customer: check(customerKey(customer.id), all(equal('version', customer.version), missing('owner'))),
    sync: change(syncKey(deps, customer.id), { attemptKey: key, lastAttemptAt: now }, equal('revision', sync.revision)),
    attempt: put({ type: 'attempt', customerId: customer.id, key }, record, { is: 'absent' }),
  });
  return committed ? { key, record, isNew: true } : undefined;
}
