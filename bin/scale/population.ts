import { normalizeEmail } from '#domain/email.ts';
import { absent, type CatalogStore, type NamedWrites, put } from '#ports/catalog-store.ts';

/** Customers by number, on both sides, at rest since long ago: nothing of them needs to be stored to be known. */
const MADE_AT = '2025-01-01T00:00:00.000Z';
const MADE_SECONDS = Date.parse(MADE_AT) / 1000;
/** One in so many has another name in Stripe. */
export const DRIFTS_EVERY = 500;

const CUSTOMERS_A_COMMIT = 20;
const COMMITS_AT_ONCE = 8;

const idOf = (number: number) => `customer-${String(number).padStart(8, '0')}`;
const emailOf = (number: number) => `customer${number}@example.com`;
const externalIdOf = (number: number) => `cus_scale${String(number).padStart(8, '0')}`;

/** The number of the customer with this id in Stripe. */
export function numberOf(externalId: string): number {
  return Number(externalId.slice('cus_scale'.length));
}

/** The customer as Stripe's API answers it. */
export function externalCustomer(number: number): Record<string, unknown> {
  const metadata = { concord_stage: 'scale', concord_customer_id: idOf(number), concord_operation_id: 'made' };
  const name = number % DRIFTS_EVERY === 0 ? 'Renamed in Stripe' : `Customer ${number}`;
  return {
    ...{ id: externalIdOf(number), object: 'customer', created: MADE_SECONDS, livemode: false },
    ...{ name, email: emailOf(number), metadata },
  };
}

type Filling = { readonly from?: number; readonly onProgress?: (filled: number) => void };

/** Puts the customers up to this number into the catalog, in step with Stripe but for the drifts; `from`: the first of them. */
export async function fill(
  store: CatalogStore,
  customers: number,
  { from = 0, onProgress = () => {} }: Filling = {},
): Promise<void> {
  let next = from;
  const worker = async () => {
    while (next < customers) {
      const first = next;
      next += CUSTOMERS_A_COMMIT;
      const numbers = Array.from({ length: Math.min(CUSTOMERS_A_COMMIT, customers - first) }, (_, n) => first + n);
      const writes: NamedWrites = Object.assign({}, ...numbers.map(writesOf));
      if (!(await store.commit(writes)).committed) throw new Error('The catalog is not empty.');
      onProgress(first);
    }
  };
  await Promise.all(Array.from({ length: COMMITS_AT_ONCE }, worker));
}

function writesOf(number: number): NamedWrites {
  const [customerId, email, externalId] = [idOf(number), emailOf(number), externalIdOf(number)];
  const integration = 'stripe' as const;
  const fields = { name: `Customer ${number}`, email };
  const at = { createdAt: MADE_AT, updatedAt: MADE_AT };
  const customer = { ...fields, id: customerId, status: 'active', version: 1, ...at, listKey: customerId } as const;
  const sync = { status: 'synced', externalId, base: fields, revision: 1, tries: 0, syncedVersion: 1 } as const;
  const audit = { at: MADE_AT, cause: 'api', before: null, after: fields } as const;
  const writes: NamedWrites = {
    customer: put({ type: 'customer', customerId }, customer, absent),
    sync: put({ type: 'sync', customerId, integration }, sync, absent),
    audit: put({ type: 'audit', customerId, entryId: `${MADE_AT}#made` }, audit, absent),
    claim: put({ type: 'emailClaim', email: normalizeEmail(email) }, { state: 'held', customerId }, absent),
    link: put({ type: 'link', integration, externalId }, { customerId }, absent),
  };
  return Object.fromEntries(Object.entries(writes).map(([name, write]) => [`${name} ${number}`, write]));
}
