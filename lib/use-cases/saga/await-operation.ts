import { isFinal, type OperationStatus } from '#domain/operation.ts';
import type { CatalogStore } from '#ports/catalog-store.ts';
import type { Clock } from '#ports/system.ts';
import type { RequestResult } from '../catalog/request-result.ts';
import { replyOf } from './operation-reply.ts';

const FIRST_LOOK_MS = 100;
const LONGEST_PAUSE_MS = 500;

/** Looks at the operation item until it is final or the deadline (of `clock`) has passed. The item is the truth, not the execution. */
export async function awaitOperation(
  { store, clock }: { readonly store: CatalogStore; readonly clock: Clock },
  operationId: string,
  deadlineMs: number,
): Promise<RequestResult> {
  let status: OperationStatus = 'running';
  for (let pauseMs = FIRST_LOOK_MS; clock.nowMs() < deadlineMs; pauseMs = Math.min(pauseMs * 1.5, LONGEST_PAUSE_MS)) {
    await clock.sleep(Math.min(pauseMs, deadlineMs - clock.nowMs()));
    // A read that fails says nothing of the operation, which goes on.
    const [operation] = await store.read([{ type: 'operation', operationId }]).catch(() => [undefined]);
    if (operation !== undefined && isFinal(operation.status)) return replyOf(operation, false);
    status = operation?.status ?? status;
  }
  return { is: 'underway', operationId, status };
}
