import type { Operation } from '#domain/operation.ts';
import { notFound } from '#domain/problem.ts';
import type { CatalogStore } from '#ports/catalog-store.ts';

/** @throws ProblemError `not-found`; finished operations are kept for 30 days. */
export async function getOperation(store: CatalogStore, operationId: string): Promise<Operation> {
  const [operation] = await store.read([{ type: 'operation', operationId }]);
  if (operation === undefined) throw notFound('operation');
  return operation;
}
