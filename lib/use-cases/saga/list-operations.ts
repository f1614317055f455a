import { isFinal, type Operation, type OperationStatus } from '#domain/operation.ts';
import type { CatalogStore, OperationPage, Position } from '#ports/catalog-store.ts';
import type { OperationRecord } from '#ports/records.ts';
import { NEVER_DUE } from './executor.ts';

/** Those of one customer, or else the unfinished ones of all; of these, the ones with this status. */
export type OperationQuery = {
  readonly limit: number;
  readonly from?: Position;
  readonly status?: OperationStatus;
  readonly customerId?: string;
};

export type OperationList = { readonly data: readonly Operation[]; readonly next: Position | undefined };

/** A filtered page may come up short rather than read on for ever. */
const PAGES_AT_MOST = 10;

/**
 * Lists operations: a customer's newest first, each at most once in a walk; the unfinished ones in no order, and one
 * that makes progress during a walk may come twice, but none is missed. What is shown is read consistently.
 */
export async function listOperations(store: CatalogStore, query: OperationQuery): Promise<OperationList> {
  const data: Operation[] = [];
  let { from } = query;
  for (let page = 0; page < PAGES_AT_MOST; page += 1) {
    const { operationIds, next } = await listIds(store, query, query.limit - data.length, from);
    const operations = await readAll(store, operationIds);
    data.push(...operations.filter((operation) => isAskedFor(operation, query)));
    from = next;
    if (next === undefined || data.length === query.limit) break;
  }
  return { data, next: from };
}

function listIds(
  store: CatalogStore,
  { customerId, status }: OperationQuery,
  limit: number,
  from: Position | undefined,
): Promise<OperationPage> {
  if (customerId !== undefined) return store.listOperationsOf(customerId, limit, from);
  // What is parked is due after everything else: it is found at once, however much there is to do.
  return store.listUnfinished(limit, from, status === 'needs_attention' ? NEVER_DUE : undefined);
}

async function readAll(store: CatalogStore, ids: readonly string[]): Promise<OperationRecord[]> {
  if (ids.length === 0) return [];
  const records = await store.read(ids.map((operationId) => ({ type: 'operation', operationId }) as const));
  return records.filter((record) => record !== undefined);
}

/** The indexes lag: an operation may have ended since it was listed. */
function isAskedFor({ status }: Operation, query: OperationQuery): boolean {
  if (query.status !== undefined) return status === query.status;
  return query.customerId !== undefined || !isFinal(status);
}
