import { type CustomerSides, fieldSides } from '#domain/field-sides.ts';
import { notFound, ProblemError, stripeUnavailable } from '#domain/problem.ts';
import type { CatalogStore } from '#ports/catalog-store.ts';
import { type ExternalCustomer, type Integration, IntegrationUnavailableError } from '#ports/integration.ts';
import { standingKey } from './standings.ts';

type Deps = { readonly store: CatalogStore; readonly integration: Integration };

/**
 * A customer as both sides hold it now, field by field, with the last value on which they agreed. It reads and changes
 * nothing: what differs may be a change that is on its way.
 * @throws ProblemError `not-found` when there never was such a customer, `stripe-unavailable`
 */
export async function getSides({ store, integration }: Deps, customerId: string): Promise<CustomerSides> {
  const [customer, sync] = await store.read([
    { type: 'customer', customerId },
    standingKey(customerId, integration.name),
  ]);
  if (customer === undefined) throw notFound('customer');
  const externalId = sync?.externalId ?? null;
  const found = externalId === null ? undefined : await findNow(integration, externalId);
  const remote = found === undefined || found.isDeleted ? undefined : found;
  return {
    ...{ customerId, externalId },
    stripe:
      externalId === null ? 'not-linked' : found === undefined ? 'unknown' : found.isDeleted ? 'deleted' : 'present',
    fields: {
      name: fieldSides('name', customer, remote, sync?.base),
      email: fieldSides('email', customer, remote, sync?.base),
    },
  };
}

async function findNow(integration: Integration, externalId: string): Promise<ExternalCustomer | undefined> {
  try {
    return await integration.findCustomer(externalId);
  } catch (error) {
    if (error instanceof IntegrationUnavailableError) throw new ProblemError(stripeUnavailable(), { cause: error });
    throw error;
  }
}
