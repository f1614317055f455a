import { normalizeEmail } from '#domain/email.ts';
import { isFinal } from '#domain/operation.ts';
import type { Scanned, ScanPage } from '#ports/catalog-store.ts';
import type { CustomerRecord, SyncRecord } from '#ports/records.ts';
import type { CompareDeps } from '../evidence.ts';
import { isChange } from '../gather-customer.ts';
import { owes } from '../kinds/kind.ts';
import type { Buckets } from './buckets.ts';
import type { Ours } from './entries.ts';
import { nameOf, stampOf } from './suspect.ts';

/** The parts of the catalog, which are scanned side by side. */
export const PARTS = 4;
const RECORDS_A_PAGE = 1_000;

type Gathered = { -readonly [Field in keyof Ours]: Ours[Field] };

/** One page of one part of the catalog. */
export function scanCatalog({ store }: CompareDeps, part: number, from: string | undefined): Promise<ScanPage> {
  return store.scan(part, PARTS, RECORDS_A_PAGE, from);
}

/**
 * Meets what is on a page of the catalog, and answers how many live customers are. A customer whose records lie on two
 * pages is kept in two parts, which are put together when they are matched.
 */
export function meetCatalog(deps: CompareDeps, buckets: Buckets, { found }: ScanPage): number {
  const { name: integration } = deps.integration;
  let live = 0;
  const gathered = new Map<string, Gathered>();
  const gather = (id: string): Gathered => {
    const known = gathered.get(id) ?? { of: 'ours', id, changes: 0 };
    gathered.set(id, known);
    return known;
  };
  for (const each of found) {
    const { key, record } = each;
    if (key.type === 'customer') {
      const customer = record as CustomerRecord;
      gather(key.customerId).customer = keptOf(deps, customer);
      if (customer.status !== 'deleted') live += 1;
      if (customer.email === null) continue;
      const hash = deps.digest(normalizeEmail(customer.email));
      buckets.add('emails', hash, { of: 'customer', hash, customerId: customer.id, version: customer.version });
    } else if (key.type === 'sync') {
      if (key.integration === integration) gather(key.customerId).sync = keptOfSync(deps, record as SyncRecord);
    } else if (key.type !== 'audit') meetOther(deps, buckets, each);
    else if (isChange(record as never)) gather(key.customerId).changes += 1;
  }
  for (const ours of gathered.values()) buckets.add('customers', ours.id, ours);
  return live;
}

function meetOther({ integration }: CompareDeps, buckets: Buckets, found: Scanned): void {
  if (found.key.type === 'emailClaim' && 'emailHash' in found.key) {
    const hash = found.key.emailHash;
    const { customerId, state } = found.record as { customerId: string; state: 'reserved' | 'held' };
    buckets.add('emails', hash, { of: 'claim', hash, customerId, isReserved: state === 'reserved' });
  }
  if (found.key.type === 'link' && found.key.integration === integration.name) {
    const { customerId: id } = found.record as { customerId?: string };
    if (id !== undefined) buckets.add('customers', id, { of: 'link', id, externalId: found.key.externalId });
  }
  if (found.key.type === 'operation' && !isFinal((found.record as { status: 'running' }).status)) {
    const subject = { of: 'operation', operationId: found.key.operationId } as const;
    buckets.add('suspects', nameOf(subject), { subject, stamp: {} });
  }
}

function keptOf({ digest }: CompareDeps, customer: CustomerRecord): NonNullable<Ours['customer']> {
  const { id, version, status, owner } = customer;
  return {
    ...{ version, isDeleted: status === 'deleted', isOwned: owner !== undefined },
    ...{ looks: stampOf(digest, customer, id), values: valuesOf(digest, customer) },
  };
}

function keptOfSync({ digest }: CompareDeps, sync: SyncRecord): NonNullable<Ours['sync']> {
  const { revision, externalId, syncedVersion, base, status, lookAgain } = sync;
  return {
    ...{ revision, isSettled: !owes(sync) && status === 'synced', isAsked: lookAgain === true },
    ...(externalId !== undefined && { externalId }),
    ...(syncedVersion !== undefined && { version: syncedVersion }),
    ...(base !== undefined && { values: valuesOf(digest, base) }),
  };
}

/** Two customers have the same only if both values are the same to the letter. */
function valuesOf(digest: CompareDeps['digest'], { name, email }: { name: string | null; email: string | null }) {
  return digest(JSON.stringify([name, email])).slice(0, 16);
}
