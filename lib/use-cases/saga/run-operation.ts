import type { RequestIdentity } from '#domain/idempotency-key.ts';
import { OPERATION_FORMAT } from '#domain/operation.ts';
import { absent, put, type WriteTo } from '#ports/catalog-store.ts';
import type { FinalReply, OperationRecord } from '#ports/records.ts';
import { iso, type Log, type SagaStarter } from '#ports/system.ts';
import { commitRequest, type FirstWrites, type RequestDeps } from '../catalog/commit-request.ts';
import type { RequestResult } from '../catalog/request-result.ts';
import { awaitOperation } from './await-operation.ts';
import { LEASE_MS } from './executor.ts';

export type OperationDeps = RequestDeps & { readonly saga: SagaStarter; readonly log: Log };

/** How a caller asks for a protected operation: until when it waits, and what identifies its request. */
export type ProtectedRequest = { readonly deadlineMs: number; readonly request?: RequestIdentity | undefined };

/** The first transaction of a protected request; with a `reply` when there is nothing to do, and so no operation. */
export type Beginning = Omit<FirstWrites, 'work'> & { readonly reply?: FinalReply };

/**
 * Begins a protected operation by its first transaction, hands it to the saga and waits for its end. What is not
 * final by then goes on by itself. A repeat of the same request joins the operation that the first one began.
 */
export async function runOperation(
  deps: OperationDeps,
  operationId: string,
  { deadlineMs, request }: ProtectedRequest,
  prepare: (nowMs: number) => Promise<Beginning | 'busy'>,
): Promise<RequestResult> {
  let nothingToDo: FinalReply | undefined;
  const begun = await commitRequest(deps, request, async (nowMs) => {
    const prepared = await prepare(nowMs);
    if (prepared === 'busy') return prepared;
    const { reply, ...writes } = prepared;
    nothingToDo = reply;
    return { work: reply === undefined ? { operationId } : { reply }, ...writes };
  });
  if (begun.is === 'committed' && nothingToDo !== undefined) {
    return { is: 'completed', reply: nothingToDo, replayed: false };
  }
  if (begun.is !== 'committed' && begun.is !== 'underway') return begun;
  const underway = begun.is === 'committed' ? operationId : begun.operationId;
  // The operation is recorded: a start that fails only delays it until the sweep.
  await deps.saga.start(underway, 1).catch((error: Error) => {
    deps.log.warn('The saga was not started; the sweep will.', { operationId: underway, error: error.name });
  });
  return awaitOperation(deps, underway, deadlineMs);
}

/** The operation's own item. Its first request is recorded here, before it is sent, and so costs no write of its own. */
export function beginning(
  begun: Pick<OperationRecord, 'id' | 'kind' | 'customerId' | 'before' | 'after' | 'version' | 'customerCreatedAt'> &
    Pick<Partial<OperationRecord>, 'externalId' | 'fields' | 'followers'>,
  nowMs: number,
): WriteTo<'operation'> {
  const now = iso(nowMs);
  return put(
    { type: 'operation', operationId: begun.id },
    {
      ...begun,
      ...{
        format: OPERATION_FORMAT,
        status: 'running',
        fence: 1,
        attempt: 1,
        attemptSince: now,
        lastSentAt: now,
        sent: 1,
        answered: 0,
        steps: [],
      },
      ...{ createdAt: now, updatedAt: now, dueAt: iso(nowMs + LEASE_MS) },
    },
    absent,
  );
}
