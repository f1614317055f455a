import type { Customer } from '#domain/customer.ts';
import { isFinal } from '#domain/operation.ts';
import { alreadyLinked, customerBusy, invalid, ProblemError, stripeUnavailable } from '#domain/problem.ts';
import { absent, any, type CatalogStore, change, check, equal, missing, put } from '#ports/catalog-store.ts';
import { type ExternalCustomer, type Integration, IntegrationUnavailableError } from '#ports/integration.ts';
import type { SyncRecord } from '#ports/records.ts';
import { iso } from '#ports/system.ts';
import { commitRequest } from './commit-request.ts';
import { customerView } from './customer-view.ts';
import { linkedTo } from './linked.ts';
import { type DefaultModeDeps, owedChanges, pokeOwed } from './owed.ts';
import { isAsRead, isSyncing, nobodySyncsSince, readLive } from './read-live.ts';
import { standingKey } from './standings.ts';

/**
 * Links a customer that has no Stripe customer to one that nobody owns and no unfinished operation made. A link is never
 * re-pointed. What the two differ in is then merged as ever, the catalog's values being the newer ones; it is audited.
 * @throws ProblemError `not-found`, `already-linked`, `customer-busy`, `stripe-unavailable`; `validation` when Stripe
 *   has no such customer
 */
export async function linkCustomer(
  deps: DefaultModeDeps & { readonly integration: Integration },
  customerId: string,
  externalId: string,
): Promise<Customer> {
  const auditId = deps.random.id();
  let found: ExternalCustomer | undefined;
  let view: Customer | undefined;
  await commitRequest(deps, undefined, async (nowMs) => {
    const live = await readLive(deps, customerId, undefined);
    if (live === 'busy') return 'busy';
    const { customer, standings } = live;
    const { name } = deps.integration;
    const sync = standings[name];
    if (sync === undefined) return 'busy';
    const customerKey = { type: 'customer', customerId } as const;
    if (sync.externalId === externalId) {
      view = customerView(customer, standings, deps.integrations);
      return { work: {}, customer: check(customerKey, isAsRead(customer)) };
    }
    if (sync.externalId !== undefined) throw alreadyLinked('The customer is linked to another Stripe customer.');
    if (isSyncing(sync, iso(nowMs))) return 'busy';
    found ??= await findThere(deps.integration, externalId);
    await refuseIfOwned(deps, customerId, found);
    const now = iso(nowMs);
    const fields = { name: customer.name, email: customer.email };
    const linked: SyncRecord = { ...sync, externalId, status: 'pending' };
    view = customerView(customer, { ...standings, [name]: linked }, deps.integrations);
    return {
      work: {},
      customer: check(customerKey, isAsRead(customer)),
      link: change(
        { type: 'link', integration: name, externalId },
        linkedTo(customerId),
        any(missing('customerId'), equal('customerId', customerId)),
      ),
      sync: change(
        standingKey(customerId, name),
        { ...owedChanges(sync, nowMs), externalId, isUnmarked: true },
        nobodySyncsSince(sync),
      ),
      audit: put(
        { type: 'audit', customerId, entryId: `${now}#${auditId}` },
        { at: now, cause: 'api', before: fields, after: fields, linkedTo: externalId },
        absent,
      ),
    };
  });
  await pokeOwed(deps, customerId, [deps.integration.name]);
  return view as Customer;
}

/** @throws ProblemError `stripe-unavailable`; `validation` when Stripe has no such customer */
export async function findThere(integration: Integration, externalId: string): Promise<ExternalCustomer> {
  try {
    const found = await integration.findCustomer(externalId);
    if (found !== undefined && !found.isDeleted) return found;
  } catch (error) {
    if (error instanceof IntegrationUnavailableError) throw new ProblemError(stripeUnavailable(), { cause: error });
    throw error;
  }
  throw invalid([{ pointer: '/external_id', message: 'is no customer in Stripe' }]);
}

/** @throws ProblemError `already-linked` to another of our customers; `customer-busy` while an operation made it */
export async function refuseIfOwned(
  { store, integration }: { readonly store: CatalogStore; readonly integration: Integration },
  customerId: string,
  { externalId, owner }: ExternalCustomer,
): Promise<void> {
  const operationId = typeof owner === 'object' ? owner.operationId : '';
  const [link, operation] = await store.read([
    { type: 'link', integration: integration.name, externalId },
    { type: 'operation', operationId },
  ]);
  if (link?.customerId !== undefined && link.customerId !== customerId) {
    throw alreadyLinked('Another customer is linked to this Stripe customer.');
  }
  if (operation !== undefined && !isFinal(operation.status)) throw customerBusy();
  const isOurs = owner === 'nobody' || (typeof owner === 'object' && owner.customerId === customerId);
  if (!isOurs) throw alreadyLinked('The metadata of this Stripe customer names another customer.');
}
