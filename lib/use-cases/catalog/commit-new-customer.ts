import { normalizeEmail } from '#domain/email.ts';
import type { RequestIdentity } from '#domain/idempotency-key.ts';
import { customerBusy, emailTaken } from '#domain/problem.ts';
import { absent, type CatalogStore, put, type WriteTo } from '#ports/catalog-store.ts';
import type { EmailClaimRecord, RequestKeyRecord } from '#ports/records.ts';
import type { Clock, Random } from '#ports/system.ts';
import { findEarlierWork, tieKey } from './request-key.ts';
import type { RequestResult } from './request-result.ts';

export type NewCustomerDeps = { readonly store: CatalogStore; readonly clock: Clock; readonly random: Random };

/** What both modes write first, in one transaction. `work` is what the request's key is tied to. */
export type FirstWrites = {
  readonly work: Pick<RequestKeyRecord, 'operationId' | 'reply'>;
  readonly email: string;
  readonly claim: EmailClaimRecord;
  readonly customer: WriteTo<'customer'>;
  readonly operation?: WriteTo<'operation'>;
  readonly sync?: WriteTo<'sync'>;
  readonly audit?: WriteTo<'audit'>;
};

/** An email whose owner is still being decided is waited for twice, at most 2 s in all. */
const LONGEST_WAITS_MS = [500, 1500];

/**
 * Commits a new customer's first transaction, or finds that an earlier request with this key did.
 * @throws ProblemError `email-taken`; `customer-busy` while an unfinished operation holds the email;
 *   `idempotency-key-reused`.
 */
export async function commitNewCustomer(
  { store, clock, random }: NewCustomerDeps,
  request: RequestIdentity | undefined,
  makeWrites: (now: number) => FirstWrites,
): Promise<RequestResult | { readonly is: 'committed' }> {
  let superseded: string | undefined;
  const waits = [...LONGEST_WAITS_MS];
  for (;;) {
    const nowMs = clock.nowMs();
    const { work, email, claim, ...others } = makeWrites(nowMs);
    const result = await store.commit({
      requestKey: request && tieKey(request, work, nowMs, superseded),
      claim: claimEmail(email, claim),
      ...others,
    });
    if (result.committed) return { is: 'committed' };
    // The key is looked at first: the twin of this very request must not be told that its email is taken.
    const tied = result.refused.requestKey?.existing;
    if (request !== undefined && tied !== undefined) {
      const earlier = await findEarlierWork(store, request, tied);
      if (earlier.is !== 'superseded') return earlier;
      superseded = earlier.operationId;
      continue;
    }
    if (result.refused.claim?.existing?.state === 'held') throw emailTaken();
    const longestWaitMs = waits.shift();
    if (longestWaitMs === undefined) throw customerBusy();
    await clock.sleep(longestWaitMs * (0.5 + random.fraction() / 2));
  }
}

/** Makes the email this customer's. Emails are unique by this condition, whatever locks are held or lost. */
function claimEmail(email: string, claim: EmailClaimRecord): WriteTo<'emailClaim'> {
  return put({ type: 'emailClaim', email: normalizeEmail(email) }, claim, absent);
}
