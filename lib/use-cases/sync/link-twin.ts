import { absent, change, check, put } from '#ports/catalog-store.ts';
import { pokeTo } from '#ports/pokes.ts';
import type { CustomerRecord, SyncRecord } from '#ports/records.ts';
import { iso } from '#ports/system.ts';
import { linkedTo } from '../catalog/linked.ts';
import { isAsRead, nobodySyncsSince } from '../catalog/read-live.ts';
import { isStillRun, type LinkRun, linkKey, tryAgain } from './link-run.ts';
import { customerKey, type SyncDeps, type SyncResult, syncKey } from './run.ts';

/**
 * Links a customer of Stripe that we made to the customer that it was made for. What both hold is then compared; if ours
 * is a tombstone, Stripe's is deleted too.
 */
export async function linkTwin(
  deps: SyncDeps,
  run: LinkRun,
  customer: CustomerRecord,
  sync: SyncRecord | undefined,
): Promise<SyncResult> {
  const key = syncKey(deps, customer.id);
  const now = iso(deps.clock.nowMs());
  const owing = {
    ...{ status: 'pending' as const, externalId: run.externalId, apartSince: sync?.apartSince ?? now, dueAt: now },
    ...(customer.status === 'deleted' && { isTombstone: true as const }),
  };
  const { committed } = await deps.store.commit({
    link: change(linkKey(deps, run.externalId), linkedTo(customer.id), isStillRun(run)),
    customer: check(customerKey(customer.id), isAsRead(customer)),
    sync:
      sync === undefined
        ? put(key, { ...owing, revision: 0, tries: 0 }, absent)
        : change(key, { ...owing, isGone: undefined, retryAt: undefined }, nobodySyncsSince(sync)),
  });
  if (!committed) return tryAgain(deps, run);
  await deps.pokes.poke(pokeTo(customer.id, deps.integration.name));
  return 'owed';
}
