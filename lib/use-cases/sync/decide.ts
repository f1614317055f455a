import { type Conflict, type CustomerFields, isSameValue } from '#domain/customer.ts';
import type { Merge } from '#domain/merge.ts';
import { type Changes, change, check } from '#ports/catalog-store.ts';
import type { SyncRecord } from '#ports/records.ts';
import { iso } from '#ports/system.ts';
import { claimEmail, freeEmail, needsOtherClaim } from '../catalog/email-claims.ts';
import { isAsRead } from '../catalog/read-live.ts';
import { auditOf } from './audit.ts';
import { awaitEmail, type BlockedEmail } from './blocked-email.ts';
import type { RunWrites } from './end-run.ts';
import { customerKey, type Run, type SyncDeps } from './run.ts';
import type { Decided } from './settle.ts';

/** What a merge writes here, and the run as it is then. Whatever has changed since the run began refuses the writes. */
export function decide(
  deps: SyncDeps,
  run: Run,
  merged: Merge,
  blocked: BlockedEmail | undefined,
): Decided & { readonly next: Run } {
  const { customer, sync } = run;
  const { email: wanted = null, ...pulledName } = merged.pulled;
  // Of customers who wait for one another's emails in a circle, each gives up its own: in Stripe it has done so already.
  const isYielding = blocked?.is === 'held' && blocked.isCircular && customer.email !== null;
  const agreedNow = blocked === undefined ? merged.pulled : pulledName;
  const taken = { ...agreedNow, ...(isYielding && { email: null }) };
  const overruled = newlyOverruled(merged, taken, sync.seen);
  const changes = {
    // What it gave up is agreed on no more: should Stripe go back to that value, it is one to be taken again.
    base: { ...merged.base, ...agreedNow, ...(isYielding && { email: null }) },
    conflict: conflictOf(deps, sync, wanted, blocked),
    seen: keepUnlessEmpty(pushedOver(merged)),
  };
  const version = Object.keys(taken).length > 0 ? customer.version + 1 : customer.version;
  const changed = { ...customer, ...taken, version };
  return {
    next: { ...run, customer: changed, sync: applied(sync, changes), isHeldUp: blocked?.is === 'reserved' },
    changes,
    writes: {
      ...customerWrites(deps, run, taken),
      audit: auditOfMerge(deps, run, taken, overruled),
      ...(blocked !== undefined && wanted !== null && awaitEmail(deps, customer.id, wanted, blocked)),
    },
  };
}

function customerWrites(
  deps: SyncDeps,
  { customer }: Run,
  taken: Partial<CustomerFields>,
): Pick<RunWrites, 'customer' | 'claim' | 'oldClaim'> {
  const { id: customerId, email, version } = customer;
  if (Object.keys(taken).length === 0) return { customer: check(customerKey(customerId), isAsRead(customer)) };
  const next = taken.email === undefined ? email : taken.email;
  const hasOtherClaim = needsOtherClaim(email, next);
  return {
    customer: change(
      customerKey(customerId),
      { ...taken, version: version + 1, updatedAt: iso(deps.clock.nowMs()) },
      isAsRead(customer),
    ),
    claim: hasOtherClaim && next !== null ? claimEmail(next, { state: 'held', customerId }) : undefined,
    oldClaim: hasOtherClaim && email !== null ? freeEmail(email, customerId) : undefined,
  };
}

function auditOfMerge(
  deps: SyncDeps,
  run: Run,
  taken: Partial<CustomerFields>,
  overruled: Partial<CustomerFields> | undefined,
): RunWrites['audit'] {
  if (Object.keys(taken).length === 0 && overruled === undefined) return undefined;
  const before = { name: run.customer.name, email: run.customer.email };
  return auditOf(deps, run, { before, after: { ...before, ...taken }, ...(overruled !== undefined && { overruled }) });
}

/** Since when the email that Stripe has cannot be taken; as before when it is still the same one. */
function conflictOf(
  { clock }: SyncDeps,
  { conflict }: SyncRecord,
  stripeValue: string | null,
  blocked: BlockedEmail | undefined,
): Conflict | undefined {
  if (blocked === undefined) return undefined;
  if (blocked.is === 'reserved') return conflict;
  const isSame = conflict !== undefined && conflict.stripeValue === stripeValue;
  const since = isSame ? conflict.since : iso(clock.nowMs());
  return { field: 'email', stripeValue, otherCustomerId: blocked.holderId, since };
}

/** Values of Stripe's that ours replace. */
function pushedOver({ overruled, pushed }: Merge): Partial<CustomerFields> {
  return Object.fromEntries(Object.entries(overruled).filter(([field]) => field in pushed));
}

/** Losing values that do not stand in the audit yet: one of Stripe's is met again until ours has arrived there. */
function newlyOverruled(
  merged: Merge,
  taken: Partial<CustomerFields>,
  seen: Partial<CustomerFields> = {},
): Partial<CustomerFields> | undefined {
  const losers = Object.entries(merged.overruled).filter(([field, value]) => {
    const known = seen[field as keyof CustomerFields];
    return field in merged.pushed ? known === undefined || !isSameValue(known, value) : field in taken;
  });
  return keepUnlessEmpty(Object.fromEntries(losers));
}

function keepUnlessEmpty<T extends object>(values: T): T | undefined {
  return Object.keys(values).length === 0 ? undefined : values;
}

function applied(sync: SyncRecord, changes: Changes<SyncRecord>): SyncRecord {
  return { ...sync, ...changes } as SyncRecord;
}
