import { notFound } from '#domain/problem.ts';
import type { AuditPage, CatalogStore, Position } from '#ports/catalog-store.ts';

/**
 * A page of what was changed on a customer, newest first. Changes made during a walk come before its first page, so
 * that it shows each earlier one exactly once. A deleted customer's audit stays.
 * @throws ProblemError `not-found` when there never was such a customer.
 */
export async function listAudit(
  store: CatalogStore,
  customerId: string,
  { limit, from }: { readonly limit: number; readonly from?: Position },
): Promise<AuditPage> {
  const [[customer], page] = await Promise.all([
    store.read([{ type: 'customer', customerId }]),
    store.listAudit(customerId, limit, from),
  ]);
  if (customer === undefined) throw notFound('customer');
  return page;
}
