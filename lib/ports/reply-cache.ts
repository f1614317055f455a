import type { RequestIdentity } from '#domain/idempotency-key.ts';

/** A reply, as plain JSON, whether repeats of the request are to get the same, and until when, if less than a day. */
export type CacheableReply<Reply> = {
  readonly reply: Reply;
  readonly isFinal: boolean;
  readonly expiresAtSeconds?: number;
};

/**
 * Remembers final replies, and lets one request a key work at a time. A convenience of the front door: should it lose
 * a record, the key item in the catalog still identifies the work.
 */
export interface ReplyCache {
  /**
   * Runs `work`, unless this request's reply is known.
   * @throws ProblemError `idempotency-in-progress` while a twin works, `idempotency-key-reused` for another payload.
   */
  once<Reply extends object>(
    request: RequestIdentity,
    work: () => Promise<CacheableReply<Reply>>,
  ): Promise<{ readonly reply: Reply; readonly replayed: boolean }>;
}
