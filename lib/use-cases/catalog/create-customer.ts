import type { NewCustomer } from '#domain/customer.ts';
import type { RequestIdentity } from '#domain/idempotency-key.ts';
import { GATE, othersThan } from '#domain/integrations.ts';
import { absent, put } from '#ports/catalog-store.ts';
import type { CustomerRecord, FinalReply } from '#ports/records.ts';
import { iso } from '#ports/system.ts';
import { countLive } from '../health/counters.ts';
import { commitRequest } from './commit-request.ts';
import { customerView } from './customer-view.ts';
import { claimEmail } from './email-claims.ts';
import { type DefaultModeDeps, owedToOthers, pokeOwed, SWEEP_AFTER_MS } from './owed.ts';
import type { RequestResult } from './request-result.ts';
import { standingKey } from './standings.ts';

/**
 * Creates a customer in the catalog and answers at once; Stripe follows within seconds. The customer, its email claim,
 * its debt to each integration, the audit entry and the frozen reply are one transaction.
 * @throws ProblemError `email-taken`, `customer-busy`, `idempotency-key-reused`
 */
export async function createCustomer(
  deps: DefaultModeDeps,
  { name, email }: NewCustomer,
  request?: RequestIdentity,
): Promise<RequestResult> {
  const customerId = deps.random.id();
  const auditId = deps.random.id();
  let reply: FinalReply | undefined;
  const result = await commitRequest(deps, request, async (nowMs) => {
    const now = iso(nowMs);
    const customer: CustomerRecord = {
      ...{ id: customerId, name, email, status: 'active', version: 1, createdAt: now, updatedAt: now },
      listKey: customerId,
    };
    reply = { is: 'created', customer: customerView(customer, {}, deps.integrations) };
    return {
      work: { reply },
      claim: claimEmail(email, { state: 'held', customerId }),
      customer: put({ type: 'customer', customerId }, customer, absent),
      sync: put(
        standingKey(customerId, GATE),
        { status: 'pending', apartSince: now, revision: 0, tries: 0, dueAt: iso(nowMs + SWEEP_AFTER_MS) },
        absent,
      ),
      ...owedToOthers(othersThan(deps.integrations), customerId, {}, nowMs),
      audit: put(
        { type: 'audit', customerId, entryId: `${now}#${auditId}` },
        { at: now, cause: 'api', before: null, after: { name, email } },
        absent,
      ),
      counter: countLive(customerId, 1),
    };
  });
  if (result.is !== 'committed') return result;
  await pokeOwed(deps, customerId);
  return { is: 'completed', reply: reply as FinalReply, replayed: false };
}
