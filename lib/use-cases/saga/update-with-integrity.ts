import { type CustomerChange, NO_FIELDS, owedFields } from '#domain/customer.ts';
import { GATE } from '#domain/integrations.ts';
import { change } from '#ports/catalog-store.ts';
import type { Pokes } from '#ports/pokes.ts';
import { iso } from '#ports/system.ts';
import { customerView } from '../catalog/customer-view.ts';
import { claimEmail, needsOtherClaim } from '../catalog/email-claims.ts';
import { pokeOwed } from '../catalog/owed.ts';
import { type IfMatch, isAsRead, isSyncing, readLive } from '../catalog/read-live.ts';
import type { RequestResult } from '../catalog/request-result.ts';
import { followersAfter } from './followers.ts';
import { holdSync } from './hold-sync.ts';
import { beginning, type OperationDeps, type ProtectedRequest, runOperation } from './run-operation.ts';

/**
 * Changes a customer in Stripe and then in the catalog, or in neither. The catalog's row stays as it is until Stripe
 * has accepted; a new email is reserved meanwhile. What is still owed to Stripe is brought over with it.
 * What both sides have already is left as it is, version included.
 * @throws ProblemError `not-found`, `version-mismatch`, `email-taken`, `customer-busy`, `idempotency-key-reused`
 */
export async function updateWithIntegrity(
  deps: OperationDeps & { readonly pokes: Pokes },
  customerId: string,
  asked: CustomerChange,
  ifMatch: IfMatch,
  request: ProtectedRequest,
): Promise<RequestResult> {
  const operationId = deps.random.id();
  return runOperation(deps, operationId, request, async (nowMs) => {
    const live = await readLive(deps, customerId, ifMatch);
    if (live === 'busy') return live;
    const { customer, sync, standings } = live;
    if (isSyncing(sync, iso(nowMs))) {
      // An attempt whose outcome is not known is settled first.
      await pokeOwed(deps, customerId, [GATE]);
      return 'busy';
    }
    const before = { name: customer.name, email: customer.email };
    const after = { ...before, ...asked };
    // A push that was refused has seen a newer value there than the last agreed one.
    const base = { ...NO_FIELDS, ...sync.base, ...sync.seen };
    const fields = owedFields(after, base);
    const hasNothingOwed = sync.externalId !== undefined && Object.keys(fields).length === 0;
    if (after.name === before.name && after.email === before.email && hasNothingOwed) {
      // Both sides have the asked values: only the key is to be tied to that.
      const reply = { is: 'updated', customer: customerView(customer, standings, deps.integrations) } as const;
      return {
        reply,
        customer: change({ type: 'customer', customerId }, { version: customer.version }, isAsRead(customer)),
      };
    }
    const hasOtherClaim = needsOtherClaim(before.email, after.email);
    return {
      claim:
        hasOtherClaim && after.email !== null
          ? claimEmail(after.email, { state: 'reserved', customerId, operationId })
          : undefined,
      customer: change({ type: 'customer', customerId }, { owner: operationId }, isAsRead(customer)),
      sync: holdSync(customerId, sync),
      operation: beginning(
        {
          ...{ id: operationId, kind: 'update', customerId, before, after, version: customer.version },
          customerCreatedAt: customer.createdAt,
          ...(sync.externalId !== undefined && { externalId: sync.externalId }),
          ...{ fields, base },
          ...followersAfter(deps.integrations, standings),
        },
        nowMs,
      ),
    };
  });
}
