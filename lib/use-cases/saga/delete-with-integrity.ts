import { GATE } from '#domain/integrations.ts';
import { change } from '#ports/catalog-store.ts';
import type { Integration } from '#ports/integration.ts';
import type { Pokes } from '#ports/pokes.ts';
import { iso } from '#ports/system.ts';
import type { DeleteRequest } from '../catalog/delete-customer.ts';
import { pokeOwed } from '../catalog/owed.ts';
import { isAsRead, isSyncing, readLive } from '../catalog/read-live.ts';
import type { RequestResult } from '../catalog/request-result.ts';
import { refusingLiveSubscriptions } from '../catalog/subscriptions.ts';
import { holdSync } from './hold-sync.ts';
import { beginning, type OperationDeps, runOperation } from './run-operation.ts';

/**
 * Deletes a customer in Stripe and then in the catalog. If Stripe refuses, it stays as it was; once the request may
 * have been sent and its outcome is unknown, the operation goes forward until the customer is gone.
 * @throws ProblemError as `deleteCustomer`
 */
export async function deleteWithIntegrity(
  deps: OperationDeps & { readonly pokes: Pokes; readonly integration: Integration },
  customerId: string,
  { ifMatch, cancelSubscriptions, request, deadlineMs }: DeleteRequest & { readonly deadlineMs: number },
): Promise<RequestResult> {
  const operationId = deps.random.id();
  const refuseIfSubscribed = refusingLiveSubscriptions(deps.integration);
  return runOperation(deps, operationId, { deadlineMs, request }, async (nowMs) => {
    const live = await readLive(deps, customerId, ifMatch);
    if (live === 'busy') return live;
    const { customer, sync } = live;
    if (isSyncing(sync, iso(nowMs))) {
      await pokeOwed(deps, customerId, [GATE]);
      return 'busy';
    }
    if (!cancelSubscriptions) await refuseIfSubscribed(sync);
    return {
      customer: change(
        { type: 'customer', customerId },
        { owner: operationId, status: 'deleting' },
        isAsRead(customer),
      ),
      sync: holdSync(customerId, sync),
      operation: beginning(
        {
          ...{ id: operationId, kind: 'delete', customerId, version: customer.version },
          ...{ before: { name: customer.name, email: customer.email }, after: null },
          customerCreatedAt: customer.createdAt,
          ...(sync.externalId !== undefined && { externalId: sync.externalId }),
        },
        nowMs,
      ),
    };
  });
}
