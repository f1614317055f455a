import type { Customer, SyncStatus } from '#domain/customer.ts';
import { normalizeEmail } from '#domain/email.ts';
import type { CustomerRecord, SyncRecord } from '#ports/records.ts';
import { customerView } from './customer-view.ts';
import { type ReadDeps, standingKeys, standingsOf } from './standings.ts';

export type ListQuery = {
  readonly limit: number;
  /** The last customer of the page before. */
  readonly from?: string;
  readonly email?: string;
  readonly syncStatus?: SyncStatus;
};

export type CustomerList = { readonly data: readonly Customer[]; readonly next: string | undefined };

/** A page filtered by sync status may come up short rather than read on for ever. */
const PAGES_AT_MOST = 10;

/**
 * Lists customers that are neither being created nor deleted, each at most once in a walk, whatever is written
 * meanwhile. What a customer shows is read consistently; a customer made moments ago may be missing.
 */
export async function listCustomers(deps: ReadDeps, query: ListQuery): Promise<CustomerList> {
  if (query.email !== undefined) return { data: await findByEmail(deps, query.email, query), next: undefined };
  const data: Customer[] = [];
  let from = query.from;
  for (let page = 0; page < PAGES_AT_MOST; page += 1) {
    const { customerIds, next } = await deps.store.listCustomers(query.limit - data.length, from);
    data.push(...(await readListed(deps, customerIds, query)));
    from = next;
    if (next === undefined || data.length === query.limit) break;
  }
  return { data, next: from };
}

async function findByEmail(deps: ReadDeps, email: string, query: ListQuery): Promise<Customer[]> {
  const [claim] = await deps.store.read([{ type: 'emailClaim', email: normalizeEmail(email) }]);
  if (claim === undefined) return [];
  const customers = await readListed(deps, [claim.customerId], query);
  // A claim may be reserved for a change that has not happened yet.
  return customers.filter(
    (customer) => customer.email !== null && normalizeEmail(customer.email) === normalizeEmail(email),
  );
}

async function readListed(
  { store, integrations }: ReadDeps,
  ids: readonly string[],
  { syncStatus }: ListQuery,
): Promise<Customer[]> {
  if (ids.length === 0) return [];
  const records = await store.read([
    ...ids.map((customerId) => ({ type: 'customer', customerId }) as const),
    ...ids.flatMap((customerId) => standingKeys(customerId, integrations)),
  ]);
  const customers = records.slice(0, ids.length) as (CustomerRecord | undefined)[];
  const syncs = records.slice(ids.length) as (SyncRecord | undefined)[];
  const standingsAt = (index: number) =>
    standingsOf(integrations, syncs.slice(index * integrations.length, (index + 1) * integrations.length));
  return customers
    .flatMap((customer, index) =>
      customer?.listKey === undefined ? [] : [customerView(customer, standingsAt(index), integrations)],
    )
    .filter((customer) => syncStatus === undefined || standsSo(customer, syncStatus));
}

/** With any of the integrations; synced is only who is so with all of them. */
function standsSo({ integrations }: Customer, wanted: SyncStatus): boolean {
  const statuses = Object.values(integrations).map(({ syncStatus }) => syncStatus);
  return wanted === 'synced' ? statuses.every((status) => status === wanted) : statuses.includes(wanted);
}
