import type { ExternalCustomer } from '#ports/integration.ts';
import type { CompareDeps } from '../evidence.ts';
import type { Buckets } from './buckets.ts';
import { nameOf, remoteStamp } from './suspect.ts';

export type Listed = {
  readonly customers: number;
  readonly isLive: boolean | undefined;
  readonly next: string | undefined;
};

/**
 * Meets one page of Stripe's customers, by one list call and one read of links. Whoever is linked, or marked as somebody's,
 * is kept with the customer named; whoever is not linked is suspect.
 */
export async function listExternal(deps: CompareDeps, buckets: Buckets, from: string | undefined): Promise<Listed> {
  const { customers, isLive, next } = await deps.integration.listCustomers(from);
  const links = await readLinks(deps, customers);
  for (const [index, external] of customers.entries()) {
    const { externalId, owner } = external;
    const linkedTo = links[index];
    const looks = remoteStamp(deps, external);
    // A link says more than the metadata does.
    const id = linkedTo ?? (typeof owner === 'object' ? owner.customerId : undefined);
    if (id !== undefined) {
      buckets.add('customers', id, { of: 'external', id, externalId, looks, isLinked: linkedTo !== undefined });
    }
    if (linkedTo === undefined) {
      const subject = { of: 'external', externalId } as const;
      buckets.add('suspects', nameOf(subject), { subject, stamp: { remote: looks } });
    }
  }
  return { customers: customers.length, isLive, next };
}

async function readLinks({ store, integration }: CompareDeps, customers: readonly ExternalCustomer[]) {
  if (customers.length === 0) return [];
  const keys = customers.map(
    ({ externalId }) => ({ type: 'link', integration: integration.name, externalId }) as const,
  );
  return (await store.read(keys)).map((link) => link?.customerId);
}
