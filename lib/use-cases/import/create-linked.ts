import type { RequestIdentity } from '#domain/idempotency-key.ts';
import { othersThan } from '#domain/integrations.ts';
import { absent, any, change, equal, missing, put } from '#ports/catalog-store.ts';
import type { ExternalCustomer, Integration } from '#ports/integration.ts';
import type { CustomerRecord, FinalReply } from '#ports/records.ts';
import { iso } from '#ports/system.ts';
import { commitRequest } from '../catalog/commit-request.ts';
import { customerView } from '../catalog/customer-view.ts';
import { claimEmail } from '../catalog/email-claims.ts';
import { findThere, refuseIfOwned } from '../catalog/link-customer.ts';
import { linkedTo } from '../catalog/linked.ts';
import { type DefaultModeDeps, owedToOthers, pokeOwed, SWEEP_AFTER_MS } from '../catalog/owed.ts';
import type { RequestResult } from '../catalog/request-result.ts';
import { standingKey } from '../catalog/standings.ts';
import { countLive } from '../health/counters.ts';

/** A customer of ours that Stripe has already, under this id. */
export type LinkedCustomer = { readonly name: string; readonly email: string; readonly externalId: string };

/**
 * Creates a customer linked to one that Stripe has and nobody owns, all in one transaction: at no time is a second one
 * owed to Stripe. What the two differ in is then merged as ever, as of customers that never agreed.
 * @throws ProblemError `email-taken`, `already-linked`, `customer-busy`, `stripe-unavailable`; `validation` when Stripe
 *   has no such customer
 */
export async function createLinked(
  deps: DefaultModeDeps & { readonly integration: Integration },
  { name, email, externalId }: LinkedCustomer,
  request: RequestIdentity,
): Promise<RequestResult> {
  const { name: integration } = deps.integration;
  const customerId = deps.random.id();
  const auditId = deps.random.id();
  let found: ExternalCustomer | undefined;
  let reply: FinalReply | undefined;
  const result = await commitRequest(deps, request, async (nowMs) => {
    found ??= await findThere(deps.integration, externalId);
    await refuseIfOwned(deps, customerId, found);
    const now = iso(nowMs);
    const customer: CustomerRecord = {
      ...{ id: customerId, name, email, status: 'active', version: 1, createdAt: now, updatedAt: now },
      listKey: customerId,
    };
    const sync = { status: 'pending', externalId, isUnmarked: true, revision: 0, tries: 0 } as const;
    reply = { is: 'created', customer: customerView(customer, { [integration]: sync }, deps.integrations) };
    return {
      work: { reply },
      claim: claimEmail(email, { state: 'held', customerId }),
      customer: put({ type: 'customer', customerId }, customer, absent),
      sync: put(
        standingKey(customerId, integration),
        { ...sync, apartSince: now, dueAt: iso(nowMs + SWEEP_AFTER_MS) },
        absent,
      ),
      ...owedToOthers(othersThan(deps.integrations, integration), customerId, {}, nowMs),
      link: change(
        { type: 'link', integration, externalId },
        linkedTo(customerId),
        any(missing('customerId'), equal('customerId', customerId)),
      ),
      audit: put(
        { type: 'audit', customerId, entryId: `${now}#${auditId}` },
        { at: now, cause: 'api', before: null, after: { name, email }, linkedTo: externalId },
        absent,
      ),
      counter: countLive(customerId, 1),
    };
  });
  if (result.is !== 'committed') return result;
  await pokeOwed(deps, customerId);
  return { is: 'completed', reply: reply as FinalReply, replayed: false };
}
