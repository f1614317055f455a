import { isFinal } from '#domain/operation.ts';
import { beginLinkRun, endUnlinked, tryLater } from '../../sync/link-run.ts';
import { customerKey, syncKey } from '../../sync/run.ts';
import { NO_EVENTS } from '../../sync/sync-customer.ts';
import type { CustomerEvidence, ExternalEvidence } from '../evidence.ts';
import { isInTime } from '../kinds/kind.ts';
import { FIXED, MOVED, oweAndSync, type RepairDeps, type Repaired, skipped, unchangedCustomer } from './repair.ts';

/** Also said when the key may not read all of that. */
export const USED = 'It has been used in Stripe, by a subscription, payment or invoice, or may have been.';

/** Stripe is owed the delete of a tombstone's twin. */
export async function deleteTwin(
  deps: RepairDeps,
  { customerId, customer, sync, twin, isTwinUnused }: CustomerEvidence,
): Promise<Repaired> {
  if (sync === undefined || typeof twin !== 'object') return MOVED;
  const isOurs = typeof twin.owner === 'object' && twin.owner.customerId === customerId;
  if (!isOurs) return skipped('Its metadata does not say that it is of this customer.');
  if (!isTwinUnused) return skipped(USED);
  const owed = { status: 'pending', isGone: undefined } as const;
  return oweAndSync(deps, customerId, sync, owed, { customer: unchangedCustomer(customerId, customer) });
}

/**
 * Deletes a Stripe customer that is provably ours and nobody's: our metadata and stage, not linked, of no live customer
 * but one that has another, of no unfinished operation or open attempt, and never used. Looked at once more under the
 * link's run, which keeps everybody else from linking it meanwhile.
 */
export async function deleteOrphan(deps: RepairDeps, { externalId }: ExternalEvidence): Promise<Repaired> {
  const run = await beginLinkRun(deps, externalId, NO_EVENTS);
  if (run === 'busy' || 'linkedTo' in run) return MOVED;
  try {
    const reason = await reasonToKeep(deps, externalId);
    if (reason !== undefined) {
      await endUnlinked(deps, run);
      return skipped(reason);
    }
    const outcome = await deps.integration.deleteCustomer(externalId);
    await endUnlinked(deps, run);
    if (outcome.is === 'accepted') return FIXED;
    return { is: 'failed', reason: outcome.is === 'rejected' ? outcome.reason : outcome.error };
  } catch (error) {
    await tryLater(deps, run);
    throw error;
  }
}

async function reasonToKeep(deps: RepairDeps, externalId: string): Promise<string | undefined> {
  const { store, integration, clock, graceMs } = deps;
  const found = await integration.findCustomer(externalId);
  if (found === undefined || found.isDeleted) return 'It is gone already.';
  if (typeof found.owner !== 'object') return 'Its metadata does not say that we made it.';
  if (found.createdAt === undefined || Date.parse(found.createdAt) > clock.nowMs() - graceMs) {
    return 'It is younger than the grace period.';
  }
  const { customerId, operationId } = found.owner;
  const [customer, sync, operation, attempt] = await store.read([
    customerKey(customerId),
    syncKey(deps, customerId),
    { type: 'operation', operationId },
    { type: 'attempt', customerId, key: operationId },
  ]);
  const nowMs = clock.nowMs();
  const times = { now: new Date(nowMs).toISOString(), overdueAt: new Date(nowMs - graceMs).toISOString() };
  const isBusy = customer?.owner !== undefined || (sync !== undefined && isInTime(sync, times));
  const isMadeNow = operation !== undefined && !isFinal(operation.status);
  if (isBusy || isMadeNow || attempt?.outcome === 'open') return 'Somebody is at work on it.';
  const isOnlyTwin = sync?.externalId === undefined || sync.externalId === externalId;
  if (customer !== undefined && customer.status !== 'deleted' && isOnlyTwin) return 'A live customer claims it.';
  return (await integration.isUnused(externalId)) ? undefined : USED;
}
