import { KEY_LIFETIME_SECONDS, type RequestIdentity } from '#domain/idempotency-key.ts';
import { isFinal } from '#domain/operation.ts';
import { isFinalProblem, keyReused } from '#domain/problem.ts';
import { absent, any, atMost, type CatalogStore, equal, put, type WriteTo } from '#ports/catalog-store.ts';
import type { RequestKeyRecord } from '#ports/records.ts';
import { replyOf } from '../saga/operation-reply.ts';
import type { RequestResult } from './request-result.ts';

/**
 * Ties a key to this request's work. Holds while the key is new, has expired (decided now, whether or not the record
 * is physically gone), or names the one operation that ended without a final reply.
 */
export function tieKey(
  { scope, key, fingerprint, requestId }: RequestIdentity,
  work: Pick<RequestKeyRecord, 'operationId' | 'reply'>,
  nowMs: number,
  superseded: string | undefined,
): WriteTo<'requestKey'> {
  const nowSeconds = Math.floor(nowMs / 1000);
  const isNew = absent;
  const hasExpired = atMost('expiresAtSeconds', nowSeconds);
  const endedWithoutReply = superseded === undefined ? [] : [equal('operationId', superseded)];
  return put(
    { type: 'requestKey', scope, key },
    { ...work, fingerprint, requestId, expiresAtSeconds: nowSeconds + KEY_LIFETIME_SECONDS },
    any(isNew, hasExpired, ...endedWithoutReply),
  );
}

/**
 * What became of the work that a key is tied to: its reply, an operation to join, or one that ended without a final
 * reply and may be superseded.
 * @throws ProblemError `idempotency-key-reused` when the payload is another.
 */
export async function findEarlierWork(
  store: CatalogStore,
  request: RequestIdentity,
  existing: RequestKeyRecord,
): Promise<RequestResult | { readonly is: 'superseded'; readonly operationId: string }> {
  if (existing.fingerprint !== request.fingerprint) throw keyReused();
  const replayed = { keyExpiresAtSeconds: existing.expiresAtSeconds, requestId: existing.requestId };
  if (existing.reply !== undefined) return { is: 'completed', reply: existing.reply, replayed };
  const operationId = existing.operationId as string;
  const [operation] = await store.read([{ type: 'operation', operationId }]);
  if (operation === undefined) return { is: 'superseded', operationId };
  if (!isFinal(operation.status)) return { is: 'underway', operationId, status: operation.status };
  const reply = replyOf(operation, replayed);
  const mayTryAgain = reply.is === 'refused' && !isFinalProblem(reply.problem);
  return mayTryAgain ? { is: 'superseded', operationId } : reply;
}
