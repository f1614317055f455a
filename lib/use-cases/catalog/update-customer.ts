import type { CustomerChange } from '#domain/customer.ts';
import type { RequestIdentity } from '#domain/idempotency-key.ts';
import { othersThan } from '#domain/integrations.ts';
import { absent, change, put } from '#ports/catalog-store.ts';
import type { FinalReply } from '#ports/records.ts';
import { iso } from '#ports/system.ts';
import { commitRequest } from './commit-request.ts';
import { customerView } from './customer-view.ts';
import { claimEmail, freeEmail, needsOtherClaim } from './email-claims.ts';
import { type DefaultModeDeps, isPoked, owedToGate, owedToOthers, pokeOwed } from './owed.ts';
import { type IfMatch, isAsRead, readLive } from './read-live.ts';
import type { RequestResult } from './request-result.ts';
import { allPending } from './standings.ts';

/**
 * Changes a customer in the catalog and answers at once; Stripe follows within seconds. What already has the asked
 * values is left as it is, version included.
 * @throws ProblemError `not-found`, `version-mismatch`, `email-taken`, `customer-busy`, `idempotency-key-reused`
 */
export async function updateCustomer(
  deps: DefaultModeDeps,
  customerId: string,
  asked: CustomerChange,
  ifMatch: IfMatch,
  request?: RequestIdentity,
): Promise<RequestResult> {
  let reply: FinalReply | undefined;
  let unpoked = deps.integrations;
  const auditId = deps.random.id();
  const result = await commitRequest(deps, request, async (nowMs) => {
    const live = await readLive(deps, customerId, ifMatch);
    if (live === 'busy') return live;
    const { customer, sync, standings } = live;
    const now = iso(nowMs);
    const before = { name: customer.name, email: customer.email };
    const after = { ...before, ...asked };
    const isChanged = after.name !== before.name || after.email !== before.email;
    unpoked = isChanged ? deps.integrations.filter((name) => !isPoked(standings[name], nowMs)) : [];
    const changed = isChanged ? { ...customer, ...after, version: customer.version + 1, updatedAt: now } : customer;
    const shown = isChanged ? allPending(standings) : standings;
    reply = { is: 'updated', customer: customerView(changed, shown, deps.integrations) };
    const writes = {
      work: { reply },
      customer: change(
        { type: 'customer', customerId },
        { ...after, version: changed.version, updatedAt: changed.updatedAt },
        isAsRead(customer),
      ),
    };
    if (!isChanged) return writes;
    const hasOtherClaim = needsOtherClaim(before.email, after.email);
    return {
      ...writes,
      claim: hasOtherClaim && after.email !== null ? claimEmail(after.email, { state: 'held', customerId }) : undefined,
      oldClaim: hasOtherClaim && before.email !== null ? freeEmail(before.email, customerId) : undefined,
      sync: owedToGate(customerId, sync, nowMs),
      ...owedToOthers(othersThan(deps.integrations), customerId, standings, nowMs),
      audit: put(
        { type: 'audit', customerId, entryId: `${now}#${auditId}` },
        { at: now, cause: 'api', before, after },
        absent,
      ),
    };
  });
  if (result.is !== 'committed') return result;
  await pokeOwed(deps, customerId, unpoked);
  return { is: 'completed', reply: reply as FinalReply, replayed: false };
}
