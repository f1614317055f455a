import type { Customer } from '#domain/customer.ts';
import type { Side } from '#domain/merge.ts';
import { absent, change, check, put } from '#ports/catalog-store.ts';
import type { SyncRecord } from '#ports/records.ts';
import { iso } from '#ports/system.ts';
import { commitRequest, type FirstWrites } from './commit-request.ts';
import { customerView } from './customer-view.ts';
import { claimEmail, freeEmail, needsOtherClaim } from './email-claims.ts';
import { type DefaultModeDeps, owedChanges, pokeOwed } from './owed.ts';
import { isAsRead, isSyncing, type LiveCustomer, nobodySyncsSince, readLive } from './read-live.ts';

/**
 * Ends a conflict by a person's decision, which is audited. `catalog` keeps this side's value: Stripe gets it, unless
 * there is none, in which case both stay as they are. `stripe` takes Stripe's. Without a conflict nothing changes.
 * @throws ProblemError `not-found`, `customer-busy`; `email-taken` while another customer has Stripe's value
 */
export async function resolveConflict(deps: DefaultModeDeps, customerId: string, keep: Side): Promise<Customer> {
  let view: Customer | undefined;
  const auditId = deps.random.id();
  await commitRequest(deps, undefined, async (nowMs) => {
    const live = await readLive(deps.store, customerId, undefined);
    // A live run would write down what it found before.
    if (live === 'busy' || isSyncing(live.sync, iso(nowMs))) return 'busy';
    const decided = decide(live, keep, nowMs, auditId);
    view = decided.view;
    return { work: { reply: { is: 'updated', customer: decided.view } }, ...decided.writes };
  });
  await pokeOwed(deps, customerId);
  return view as Customer;
}

function decide(
  { customer, sync }: LiveCustomer,
  keep: Side,
  nowMs: number,
  auditId: string,
): { readonly view: Customer; readonly writes: Omit<FirstWrites, 'work'> } {
  const { conflict, ...rest } = sync;
  const customerKey = { type: 'customer', customerId: customer.id } as const;
  if (conflict === undefined) {
    return { view: customerView(customer, sync), writes: { customer: check(customerKey, isAsRead(customer)) } };
  }
  const { stripeValue } = conflict;
  const now = iso(nowMs);
  const before = { name: customer.name, email: customer.email };
  const after = keep === 'stripe' ? { ...before, email: stripeValue } : before;
  const isTaken = keep === 'stripe';
  const changed = isTaken ? { ...customer, ...after, version: customer.version + 1, updatedAt: now } : customer;
  const hasOtherClaim = needsOtherClaim(before.email, after.email);
  // Both sides are known to differ in just this way: what is done about it is our side's to say.
  const known: SyncRecord = { ...rest, status: 'pending', base: { name: null, ...sync.base, email: stripeValue } };
  return {
    view: customerView(changed, known),
    writes: {
      customer: isTaken
        ? change(customerKey, { email: after.email, version: changed.version, updatedAt: now }, isAsRead(customer))
        : check(customerKey, isAsRead(customer)),
      claim:
        hasOtherClaim && after.email !== null
          ? claimEmail(after.email, { state: 'held', customerId: customer.id })
          : undefined,
      oldClaim: hasOtherClaim && before.email !== null ? freeEmail(before.email, customer.id) : undefined,
      sync: change(
        { type: 'sync', customerId: customer.id, integration: 'stripe' },
        { ...owedChanges(sync, nowMs), base: known.base, conflict: undefined },
        nobodySyncsSince(sync),
      ),
      audit: put(
        { type: 'audit', customerId: customer.id, entryId: `${now}#${auditId}` },
        { at: now, cause: 'api', before, after, ...(!isTaken && { overruled: { email: stripeValue } }) },
        absent,
      ),
    },
  };
}
