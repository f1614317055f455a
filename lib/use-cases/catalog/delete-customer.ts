import type { RequestIdentity } from '#domain/idempotency-key.ts';
import { othersThan } from '#domain/integrations.ts';
import { absent, change, put } from '#ports/catalog-store.ts';
import type { Integration } from '#ports/integration.ts';
import type { FinalReply } from '#ports/records.ts';
import { iso } from '#ports/system.ts';
import { countLive } from '../health/counters.ts';
import { commitRequest } from './commit-request.ts';
import { freeEmail } from './email-claims.ts';
import { type DefaultModeDeps, owedToGate, owedToOthers, pokeOwed } from './owed.ts';
import { type IfMatch, isAsRead, readLive } from './read-live.ts';
import type { RequestResult } from './request-result.ts';
import { refusingLiveSubscriptions } from './subscriptions.ts';

export type DeleteRequest = {
  readonly ifMatch: IfMatch;
  /** Whether live subscriptions may be cancelled by the delete; otherwise they refuse it. */
  readonly cancelSubscriptions: boolean;
  readonly request?: RequestIdentity | undefined;
};

/**
 * Deletes a customer in the catalog and answers at once: a tombstone without personal data stays, the email is free
 * again, and Stripe follows.
 * @throws ProblemError `not-found`, `version-mismatch`, `customer-has-subscriptions`, `stripe-unavailable` when Stripe
 *   cannot say whether there are any, `customer-busy`, `idempotency-key-reused`
 */
export async function deleteCustomer(
  deps: DefaultModeDeps & { readonly integration: Integration },
  customerId: string,
  { ifMatch, cancelSubscriptions, request }: DeleteRequest,
): Promise<RequestResult> {
  const reply: FinalReply = { is: 'deleted', customerId };
  const auditId = deps.random.id();
  const refuseIfSubscribed = refusingLiveSubscriptions(deps.integration);
  const result = await commitRequest(deps, request, async (nowMs) => {
    const live = await readLive(deps, customerId, ifMatch);
    if (live === 'busy') return live;
    const { customer, sync, standings } = live;
    if (!cancelSubscriptions) await refuseIfSubscribed(sync);
    const now = iso(nowMs);
    const before = { name: customer.name, email: customer.email };
    return {
      work: { reply },
      customer: change(
        { type: 'customer', customerId },
        {
          ...{ status: 'deleted', name: null, email: null, listKey: undefined },
          ...{ version: customer.version + 1, updatedAt: now },
        },
        isAsRead(customer),
      ),
      oldClaim: before.email === null ? undefined : freeEmail(before.email, customerId),
      sync: owedToGate(customerId, sync, nowMs, { isTombstone: true }),
      ...owedToOthers(othersThan(deps.integrations), customerId, standings, nowMs, { isTombstone: true }),
      audit: put(
        { type: 'audit', customerId, entryId: `${now}#${auditId}` },
        { at: now, cause: 'api', before, after: null },
        absent,
      ),
      counter: countLive(customerId, -1),
    };
  });
  if (result.is !== 'committed') return result;
  await pokeOwed(deps, customerId);
  return { is: 'completed', reply, replayed: false };
}
