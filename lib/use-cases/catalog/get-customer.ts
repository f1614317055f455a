import type { Customer } from '#domain/customer.ts';
import { notFound } from '#domain/problem.ts';
import type { CatalogStore } from '#ports/catalog-store.ts';
import { customerView } from './customer-view.ts';

/** @throws ProblemError `not-found` when there is no such customer, or it is deleted. */
export async function getCustomer(store: CatalogStore, customerId: string): Promise<Customer> {
  const [customer, sync] = await store.read([
    { type: 'customer', customerId },
    { type: 'sync', customerId, integration: 'stripe' },
  ]);
  if (customer === undefined || customer.status === 'deleted') throw notFound('customer');
  return customerView(customer, sync);
}
