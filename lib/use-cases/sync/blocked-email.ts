import { normalizeEmail } from '#domain/email.ts';
import { change, check, equal } from '#ports/catalog-store.ts';
import type { SyncRecord } from '#ports/records.ts';
import { needsOtherClaim } from '../catalog/email-claims.ts';
import { nextRevision } from '../catalog/owed.ts';
import { isSameRun } from '../catalog/read-live.ts';
import type { RunWrites } from './end-run.ts';
import { type SyncDeps, syncKey } from './run.ts';

/**
 * Why an email of Stripe's cannot be taken: an unfinished operation has reserved it, or another customer holds it.
 * `isCircular`: that one waits, over some others perhaps, for the email of the customer in question.
 */
export type BlockedEmail =
  | { readonly is: 'reserved' }
  | {
      readonly is: 'held';
      readonly holderId: string;
      readonly holder: SyncRecord | undefined;
      readonly isCircular: boolean;
    };

/** Longer chains of customers who wait for one another are left to their backoffs. */
const LONGEST_CHAIN = 100;

/** What keeps the customer from going over to this email; `undefined` when nothing does, as things stand now. */
export async function findBlocker(
  deps: SyncDeps,
  customer: { readonly id: string; readonly email: string | null },
  wanted: string | null,
): Promise<BlockedEmail | undefined> {
  if (wanted === null || !needsOtherClaim(customer.email, wanted)) return undefined;
  const [claim] = await deps.store.read([{ type: 'emailClaim', email: normalizeEmail(wanted) }]);
  if (claim === undefined) return undefined;
  if (claim.state === 'reserved') return { is: 'reserved' };
  const holderId = claim.customerId;
  // It has been given this email since it was read: whatever is decided by that is refused.
  if (holderId === customer.id) return undefined;
  const [holder] = await deps.store.read([syncKey(deps, holderId)]);
  let waitsFor = holder?.conflict?.otherCustomerId;
  for (let hops = 0; waitsFor !== undefined && waitsFor !== customer.id && hops < LONGEST_CHAIN; hops += 1) {
    const [next] = await deps.store.read([syncKey(deps, waitsFor)]);
    waitsFor = next?.conflict?.otherCustomerId;
  }
  return { is: 'held', holderId, holder, isCircular: waitsFor === customer.id };
}

/**
 * Tells the holder of an email, while it still holds it, that somebody waits for it: its next run pokes whoever waits
 * when the email has become free. One that waits already stays; others come back by their backoff.
 */
export function awaitEmail(
  deps: SyncDeps,
  customerId: string,
  email: string,
  blocked: BlockedEmail,
): Pick<RunWrites, 'blocker' | 'blockingClaim'> {
  if (blocked.is === 'reserved' || blocked.holder === undefined || blocked.holder.awaited !== undefined) return {};
  const { holderId, holder } = blocked;
  const normalized = normalizeEmail(email);
  return {
    blocker: change(
      syncKey(deps, holderId),
      {
        ...{ awaited: { customerId, email: normalized }, lookAgain: true },
        revision: nextRevision(holder, deps.clock.nowMs()),
      },
      isSameRun(holder),
    ),
    blockingClaim: check({ type: 'emailClaim', email: normalized }, equal('customerId', holderId)),
  };
}
