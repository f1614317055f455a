import type { Customer, NewCustomer } from '#domain/customer.ts';
import type { RequestIdentity } from '#domain/idempotency-key.ts';
import { absent, put } from '#ports/catalog-store.ts';
import { iso, type Log, type Pokes } from '#ports/system.ts';
import { commitNewCustomer, type NewCustomerDeps } from './commit-new-customer.ts';
import type { RequestResult } from './request-result.ts';

/** A poke is sent at once; should it be lost, the sweep finds the customer due after this time. */
const SWEEP_AFTER_MS = 30_000;

/**
 * Creates a customer in the catalog and answers at once; Stripe follows within seconds. The customer, its email claim,
 * its debt to Stripe, the audit entry and the frozen reply are one transaction.
 * @throws ProblemError `email-taken`, `customer-busy`, `idempotency-key-reused`
 */
export async function createCustomer(
  deps: NewCustomerDeps & { readonly pokes: Pokes; readonly log: Log },
  { name, email }: NewCustomer,
  request?: RequestIdentity,
): Promise<RequestResult> {
  const customerId = deps.random.id();
  const auditId = deps.random.id();
  let reply: Customer | undefined;
  const result = await commitNewCustomer(deps, request, (nowMs) => {
    const now = iso(nowMs);
    const customer = {
      id: customerId,
      name,
      email,
      status: 'active',
      version: 1,
      createdAt: now,
      updatedAt: now,
    } as const;
    const stripe = { externalId: null, syncStatus: 'pending', lastSyncedAt: null, conflict: null } as const;
    reply = { ...customer, integrations: { stripe } };
    return {
      work: { reply },
      email,
      claim: { state: 'held', customerId },
      customer: put({ type: 'customer', customerId }, { ...customer, listKey: customerId }, absent),
      sync: put(
        { type: 'sync', customerId, integration: 'stripe' },
        { status: 'pending', revision: 0, tries: 0, dueAt: iso(nowMs + SWEEP_AFTER_MS) },
        absent,
      ),
      audit: put(
        { type: 'audit', customerId, entryId: `${now}#${auditId}` },
        { at: now, cause: 'api', before: null, after: { name, email } },
        absent,
      ),
    };
  });
  if (result.is !== 'committed') return result;
  // The debt is recorded: a poke that cannot be sent only delays it.
  await deps.pokes.poke(customerId).catch((error: Error) => {
    deps.log.warn('The poke was not sent; the sweep will find the customer.', { customerId, error: error.name });
  });
  return { is: 'completed', customer: reply as Customer, replayed: false };
}
