import { normalizeEmail } from '#domain/email.ts';
import { isFinal } from '#domain/operation.ts';
import type { CatalogStore, Scanned } from '#ports/catalog-store.ts';
import type { CustomerRecord, EmailClaimRecord, SyncRecord } from '#ports/records.ts';
import type { CompareDeps } from './evidence.ts';
import { isChange } from './gather-customer.ts';
import { owes } from './kinds/kind.ts';
import { assertComparable, type External, type Suspecting, stampOf } from './suspect.ts';

const PARTS = 4;
const RECORDS_A_PAGE = 1_000;

type Gathered = { customer?: CustomerRecord; sync?: SyncRecord; changes: number };

/** Suspects whatever of the catalog does not look right beside what Stripe has. Answers how many customers are live. */
export async function scanCatalog(
  deps: CompareDeps,
  externals: ReadonlyMap<string, External>,
  hints: ReadonlyMap<string, string>,
  suspect: Suspecting,
): Promise<number> {
  /** By the email's hash: its claim, and whose it is by the customers themselves. */
  const claims = new Map<string, EmailClaimRecord>();
  const emails = new Map<string, string>();
  let live = 0;
  const conclude = (customerId: string, { customer, sync, changes }: Gathered) => {
    if (customer !== undefined && customer.status !== 'deleted') live += 1;
    assertComparable(live);
    const seen = sync?.externalId === undefined ? undefined : externals.get(sync.externalId);
    const stamp = {
      ...(customer !== undefined && { version: customer.version }),
      ...(sync !== undefined && { revision: sync.revision }),
      ...(seen !== undefined && { remote: seen.remote }),
    };
    const hint = hints.get(customerId);
    const subject = { of: 'customer', customerId, ...(hint !== undefined && { hint }) } as const;
    const hash = customer?.email == null ? undefined : deps.digest(normalizeEmail(customer.email));
    const other = hash === undefined ? undefined : emails.get(hash);
    if (hash !== undefined) emails.set(hash, customerId);
    if (other !== undefined) suspect({ of: 'customer', customerId: other });
    if (other !== undefined || !isInStep(deps, customer, sync, seen, changes)) suspect(subject, stamp);
  };
  const others = (found: Scanned) => {
    if (found.key.type === 'emailClaim' && 'emailHash' in found.key) {
      claims.set(found.key.emailHash, found.record as EmailClaimRecord);
    }
    if (found.key.type === 'link') {
      const { customerId } = found.record as { customerId?: string };
      const { externalId } = found.key;
      // Whom Stripe lists is looked at from there, unless its customer does not know of it.
      if (customerId !== undefined && hints.get(customerId) !== externalId) suspect({ of: 'external', externalId });
    }
    if (found.key.type === 'operation' && !isFinal((found.record as { status: 'running' }).status)) {
      suspect({ of: 'operation', operationId: found.key.operationId });
    }
  };
  await Promise.all(Array.from({ length: PARTS }, (_, part) => scanPart(deps.store, part, conclude, others)));
  for (const [hash, customerId] of emails) {
    if (claims.get(hash)?.customerId !== customerId) suspect({ of: 'customer', customerId });
  }
  for (const [emailHash, { customerId, state }] of claims) {
    const holder = emails.get(emailHash);
    // Another one who has the email is looked at already.
    const isStillReserved = holder === customerId && state === 'reserved';
    if (holder === undefined || isStillReserved) suspect({ of: 'claim', emailHash });
  }
  return live;
}

/** Gathers the records of each customer, which come one after the other. */
async function scanPart(
  store: CatalogStore,
  part: number,
  conclude: (customerId: string, gathered: Gathered) => void,
  others: (found: Scanned) => void,
): Promise<void> {
  let current: { readonly customerId: string; readonly gathered: Gathered } | undefined;
  const flush = () => {
    if (current?.gathered.customer !== undefined || current?.gathered.sync !== undefined)
      conclude(current.customerId, current.gathered);
  };
  for (let from: string | undefined; ; ) {
    const { found, next } = await store.scan(part, PARTS, RECORDS_A_PAGE, from);
    for (const each of found) {
      const { key, record } = each;
      if (key.type !== 'customer' && key.type !== 'sync' && key.type !== 'audit') {
        others(each);
        continue;
      }
      if (current?.customerId !== key.customerId) {
        flush();
        current = { customerId: key.customerId, gathered: { changes: 0 } };
      }
      const { gathered } = current;
      if (key.type === 'customer') gathered.customer = record as CustomerRecord;
      else if (key.type === 'sync') gathered.sync = record as SyncRecord;
      else if (isChange(record as never)) gathered.changes += 1;
    }
    if (next === undefined) break;
    from = next;
  }
  flush();
}

/** Nothing about it has to be read again: both sides are equal, linked, marked, and nothing is owed. */
function isInStep(
  { digest }: CompareDeps,
  customer: CustomerRecord | undefined,
  sync: SyncRecord | undefined,
  seen: External | undefined,
  changes: number,
): boolean {
  if (customer === undefined || customer.owner !== undefined) return false;
  if (sync === undefined) return customer.status === 'deleted';
  if (owes(sync) || sync.syncedVersion !== customer.version || sync.status !== 'synced') return false;
  if (customer.status === 'deleted') return seen === undefined;
  const { name, email } = customer;
  const isAgreed = sync.base?.name === name && sync.base?.email === email;
  const isEqual = seen?.remote === stampOf(digest, customer, customer.id);
  return (
    isAgreed && isEqual && seen?.linkedTo === customer.id && changes >= customer.version && sync.lookAgain !== true
  );
}
