import type { Customer } from '#domain/customer.ts';
import { notFound } from '#domain/problem.ts';
import { customerView } from './customer-view.ts';
import { type ReadDeps, standingKeys, standingsOf } from './standings.ts';

/** @throws ProblemError `not-found` when there is no such customer, or it is deleted. */
export async function getCustomer({ store, integrations }: ReadDeps, customerId: string): Promise<Customer> {
  const [customer, ...syncs] = await store.read([
    { type: 'customer', customerId },
    ...standingKeys(customerId, integrations),
  ]);
  if (customer === undefined || customer.status === 'deleted') throw notFound('customer');
  return customerView(customer, standingsOf(integrations, syncs), integrations);
}
