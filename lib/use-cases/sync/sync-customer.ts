import type { Changes } from '#ports/catalog-store.ts';
import { IntegrationUnavailableError } from '#ports/integration.ts';
import type { SyncRecord } from '#ports/records.ts';
import { countAttempt } from '../health/counters.ts';
import { agreed, endRun, owed, type RunWrites } from './end-run.ts';
import { endGone, endLetGo, isLetGo } from './gone.ts';
import { mergeSides } from './merge-sides.ts';
import { beginRun, type Cause, type OpenAttempt, type Run, type SyncDeps, type SyncResult } from './run.ts';
import { resolve, send } from './settle.ts';

/** Our own side asks: nothing is known to have happened in Stripe. */
export const NO_EVENTS: Cause = { eventIds: [] };

/**
 * Makes both sides agree on one customer. Safe to call at any time, any number of times: runs exclude one another and
 * protected operations, at most one attempt's outcome is unknown, and what cannot be done now stays due.
 */
export async function syncCustomer(deps: SyncDeps, customerId: string, cause: Cause = NO_EVENTS): Promise<SyncResult> {
  const run = await beginRun(deps, customerId, cause);
  if (run === 'busy' || run === 'agreed') return run;
  try {
    return await work(deps, run);
  } catch (error) {
    if (error instanceof IntegrationUnavailableError)
      return endFailed(deps, run, owed(deps, run, 'Stripe does not answer'));
    throw error;
  }
}

async function work(deps: SyncDeps, run: Run): Promise<SyncResult> {
  const open = await readOpenAttempt(deps, run);
  // Settled before anything else is read or sent.
  if (open !== undefined) return resolve(deps, run, open);
  const { customer, sync } = run;
  if (customer.status === 'deleted') return removeThere(deps, run);
  if (isLetGo(sync)) return endLetGo(deps, run);
  if (sync.externalId === undefined) return createThere(deps, run);
  return compare(deps, run, sync.externalId);
}

async function readOpenAttempt({ store }: SyncDeps, { customer, sync }: Run): Promise<OpenAttempt | undefined> {
  if (sync.attemptKey === undefined) return undefined;
  const [record] = await store.read([{ type: 'attempt', customerId: customer.id, key: sync.attemptKey }]);
  if (record === undefined) throw new Error(`The open attempt ${sync.attemptKey} has no record.`);
  return { key: sync.attemptKey, record };
}

async function removeThere(deps: SyncDeps, run: Run): Promise<SyncResult> {
  const { externalId, isGone } = run.sync;
  if (externalId !== undefined && isGone !== true) return send(deps, run, { kind: 'delete', externalId, fields: {} });
  return end(deps, run, agreed(deps, run));
}

function createThere(deps: SyncDeps, run: Run): Promise<SyncResult> {
  const { name, email } = run.customer;
  return send(deps, run, { kind: 'create', fields: { name, email } });
}

/** Reads Stripe's side, after the run was taken: whatever happened there before is seen, in whatever order it is told. */
async function compare(deps: SyncDeps, run: Run, externalId: string): Promise<SyncResult> {
  const twin = await deps.integration.findCustomer(externalId);
  if (twin?.isDeleted === true) return endGone(deps, run);
  if (twin !== undefined) return mergeSides(deps, run, twin);
  // Deleted customers are still known. One that is not belongs to another account or mode: nothing is decided from that.
  return endFailed(deps, run, { ...owed(deps, run, 'Stripe does not know this customer', true), status: 'orphaned' });
}

/** A try that came to nothing before anything was sent. */
function endFailed(deps: SyncDeps, run: Run, changes: Changes<SyncRecord>): Promise<SyncResult> {
  const nowMs = deps.clock.nowMs();
  const attempts = countAttempt(deps.integration.name, run.customer.id, { isFailure: true }, nowMs);
  return end(deps, run, changes, { attempts });
}

async function end(
  deps: SyncDeps,
  run: Run,
  changes: Changes<SyncRecord>,
  others: RunWrites = {},
): Promise<SyncResult> {
  const ended = await endRun(deps, run, changes, others);
  return ended.is === 'ended' ? ended.result : 'owed';
}
