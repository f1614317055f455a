import { isFinal, type OperationStatus } from '#domain/operation.ts';
import type { CatalogStore } from '#ports/catalog-store.ts';
import type { Clock } from '#ports/system.ts';
import type { RequestResult } from '../catalog/request-result.ts';
import { replyOf } from './operation-reply.ts';

/** Stripe does not answer sooner; and a look costs as much as 19 ms of waiting, so that few are cheaper than many. */
const FIRST_LOOK_MS = 50;
/** Each pause is a quarter longer than the one before: what is waited too long follows what had to be waited. */
const LONGER_BY = 1.25;
const LONGEST_PAUSE_MS = 500;

/** Looks at the operation item until it is final or the deadline (of `clock`) has passed. The item is the truth, not the execution. */
export async function awaitOperation(
  { store, clock }: { readonly store: CatalogStore; readonly clock: Clock },
  operationId: string,
  deadlineMs: number,
): Promise<RequestResult> {
  let status: OperationStatus = 'running';
  let pauseMs = FIRST_LOOK_MS;
  while (clock.nowMs() < deadlineMs) {
    await clock.sleep(Math.min(pauseMs, deadlineMs - clock.nowMs()));
    pauseMs = Math.min(pauseMs * LONGER_BY, LONGEST_PAUSE_MS);
    // A read that fails says nothing of the operation, which goes on.
    const [operation] = await store.read([{ type: 'operation', operationId }]).catch(() => [undefined]);
    if (operation !== undefined && isFinal(operation.status)) return replyOf(operation, false);
    status = operation?.status ?? status;
  }
  return { is: 'underway', operationId, status };
}
