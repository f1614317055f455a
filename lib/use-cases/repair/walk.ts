import type { ExternalCustomer } from '#ports/integration.ts';
import type { CompareDeps } from './evidence.ts';
import { scanCatalog } from './scan-catalog.ts';
import { assertComparable, type External, nameOf, remoteStamp, type Suspect, type Suspecting } from './suspect.ts';

export type Walk = {
  readonly suspects: readonly Suspect[];
  readonly catalogCustomers: number;
  readonly stripeCustomers: number;
  readonly isLive: boolean | undefined;
};

/**
 * Walks both sides once and answers whatever does not look right: of Stripe one list call and one read of links a page,
 * of the catalog a scan. What is in step costs nothing more.
 */
export async function walkBothSides(deps: CompareDeps): Promise<Walk> {
  const suspects = new Map<string, Suspect>();
  const suspect: Suspecting = (subject, stamp = {}) => {
    // What it looked like is known from where it was met first; a hint may come from anywhere.
    const known = suspects.get(nameOf(subject));
    suspects.set(nameOf(subject), { subject: { ...known?.subject, ...subject }, stamp: known?.stamp ?? stamp });
  };
  const externals = new Map<string, External>();
  /** Of customers that Stripe's side names. */
  const hints = new Map<string, string>();
  let isLive: boolean | undefined;
  for (let from: string | undefined; ; ) {
    const page = await deps.integration.listCustomers(from);
    isLive ??= page.isLive;
    const links = await readLinks(deps, page.customers);
    for (const [index, external] of page.customers.entries()) {
      const linkedTo = links[index];
      const remote = remoteStamp(deps, external);
      externals.set(external.externalId, { remote, linkedTo });
      if (linkedTo !== undefined) hints.set(linkedTo, external.externalId);
      else suspect({ of: 'external', externalId: external.externalId }, { remote });
      // A link says more than the metadata does.
      const { owner } = external;
      if (linkedTo === undefined && typeof owner === 'object' && !hints.has(owner.customerId)) {
        hints.set(owner.customerId, external.externalId);
      }
    }
    assertComparable(externals.size);
    if (page.next === undefined) break;
    from = page.next;
  }
  const scanned = await scanCatalog(deps, externals, hints, suspect);
  return { suspects: [...suspects.values()], stripeCustomers: externals.size, catalogCustomers: scanned, isLive };
}

async function readLinks({ store, integration }: CompareDeps, customers: readonly ExternalCustomer[]) {
  if (customers.length === 0) return [];
  const keys = customers.map(
    ({ externalId }) => ({ type: 'link', integration: integration.name, externalId }) as const,
  );
  return (await store.read(keys)).map((link) => link?.customerId);
}
