import type { Collection } from '../persistent-collection.ts';
import type { Customer } from './customer.ts';

/** What search could have seen of one customer at different times, oldest first; null once it was deleted. */
export type SearchEntry = { readonly id: string; readonly versions: readonly SearchVersion[] };
type SearchVersion = { readonly writtenAtMs: number; readonly customer: Customer | null };

/** "Occasionally, propagation can be up to an hour behind": https://docs.stripe.com/api/customers/search */
export const MAX_LAG_SECONDS = 60 * 60;
/** So that a customer that is edited without end takes no more room; the oldest versions are the first to go. */
const MAX_VERSIONS = 100;

/** Notes a write, which searches will see once their lag has passed. */
export function recordSearchable(
  index: Collection<SearchEntry>,
  id: string,
  customer: Customer | null,
  nowMs: number,
): void {
  const earlier = index.get(id)?.versions ?? [];
  const seenByAll = earlier.findLastIndex((version) => version.writtenAtMs <= nowMs - MAX_LAG_SECONDS * 1000);
  const kept = earlier.slice(Math.max(seenByAll, 0)).slice(1 - MAX_VERSIONS);
  index.set(id, { id, versions: [...kept, { writtenAtMs: nowMs, customer }] });
}

/** The customers as they were at that time, in the order in which they were made. */
export function searchableCustomers(index: Collection<SearchEntry>, seenUntilMs: number): readonly Customer[] {
  return index.values().flatMap(({ versions }) => {
    const seen = versions.findLast((version) => version.writtenAtMs <= seenUntilMs);
    return seen?.customer ? [seen.customer] : [];
  });
}
