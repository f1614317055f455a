import type { CustomerRecord, LinkRecord, SyncRecord } from '#ports/records.ts';
import { linkKey } from '../sync/link-run.ts';
import { customerKey, type SyncDeps, syncKey } from '../sync/run.ts';
import type { ImportResult } from './import-result.ts';

/** How a customer of Stripe stands here. */
export type Standing = {
  readonly externalId: string;
  readonly link: LinkRecord | undefined;
  readonly sync: SyncRecord | undefined;
};

/** Up to 100 of Stripe's customers, in two reads: the links are what an import that was killed goes on from. */
export async function readStandings(deps: SyncDeps, externalIds: readonly string[]): Promise<readonly Standing[]> {
  if (externalIds.length === 0) return [];
  const links = await deps.store.read(externalIds.map((externalId) => linkKey(deps, externalId)));
  const linked = links.flatMap((link) => (link?.customerId === undefined ? [] : [link.customerId]));
  const syncs = linked.length === 0 ? [] : await deps.store.read(linked.map((customerId) => syncKey(deps, customerId)));
  const syncOf = new Map(linked.map((customerId, index) => [customerId, syncs[index]]));
  return externalIds.map((externalId, index) => {
    const link = links[index];
    return { externalId, link, sync: syncOf.get(link?.customerId ?? '') };
  });
}

/** What is so of a linked customer. */
export async function resultOfLinked(
  deps: SyncDeps,
  { customerId, email, sync }: { customerId: string; email: string | null; sync: SyncRecord | undefined },
): Promise<ImportResult> {
  const externalId = sync?.externalId;
  const known = { email, externalId, customerId };
  if (sync === undefined) return { is: 'owed', ...known, reason: 'has no sync item' };
  if (sync.conflict !== undefined) {
    const { stripeValue, otherCustomerId } = sync.conflict;
    const [other] = otherCustomerId === undefined ? [] : await deps.store.read([syncKey(deps, otherCustomerId)]);
    const others = { otherCustomerId, otherExternalId: other?.externalId };
    return { is: 'in-conflict', ...known, email: stripeValue, ...others };
  }
  if (isPaid(sync)) return { is: 'imported', ...known };
  // Without an error, somebody else has it in hand, or is about to.
  const isInHand = sync.lastError === undefined;
  const reason = sync.lastError ?? 'another process is at work on it';
  return { is: 'owed', ...known, reason, isInHand };
}

/** Nothing is owed to Stripe any more, as far as the catalog knows. */
export function isPaid({ status, dueAt, attemptKey, isUnmarked }: SyncRecord): boolean {
  return status === 'synced' && dueAt === undefined && attemptKey === undefined && isUnmarked !== true;
}

/** The customer of a row, as it is after the row was brought in. */
export async function resultOfCustomer(deps: SyncDeps, customerId: string): Promise<ImportResult> {
  const [customer, sync] = (await deps.store.read([customerKey(customerId), syncKey(deps, customerId)])) as [
    CustomerRecord | undefined,
    SyncRecord | undefined,
  ];
  if (customer === undefined || customer.status === 'deleted') {
    return { is: 'left', customerId, reason: 'was imported before, and deleted since' };
  }
  return resultOfLinked(deps, { customerId, email: customer.email, sync });
}
