import type { Customer } from '#domain/customer.ts';
import { GATE, type IntegrationName, type Integrations, othersThan } from '#domain/integrations.ts';
import type { Side } from '#domain/merge.ts';
import { absent, change, check, put } from '#ports/catalog-store.ts';
import type { SyncRecord } from '#ports/records.ts';
import { iso } from '#ports/system.ts';
import { commitRequest, type FirstWrites } from './commit-request.ts';
import { customerView } from './customer-view.ts';
import { claimEmail, freeEmail, needsOtherClaim } from './email-claims.ts';
import { type DefaultModeDeps, owedChanges, owedToOthers, pokeOwed } from './owed.ts';
import { isAsRead, isSyncing, type LiveCustomer, nobodySyncsSince, readLive } from './read-live.ts';
import { allPending, type Standings, standingKey } from './standings.ts';

/**
 * Ends a conflict by a person's decision, which is audited. `catalog` keeps this side's value: the integration gets it,
 * unless there is none, in which case both stay as they are; of conflicts with several, the first of the registry. The
 * name of an integration takes its value. Without a conflict nothing changes.
 * @throws ProblemError `not-found`, `customer-busy`; `email-taken` while another customer has that value
 */
export async function resolveConflict(deps: DefaultModeDeps, customerId: string, keep: Side): Promise<Customer> {
  let view: Customer | undefined;
  const auditId = deps.random.id();
  await commitRequest(deps, undefined, async (nowMs) => {
    const live = await readLive(deps, customerId, undefined);
    if (live === 'busy') return live;
    const name = keep === 'catalog' ? firstInConflict(live.standings, deps.integrations) : keep;
    const sync = live.standings[name];
    // A live run would write down what it found before.
    if (sync !== undefined && isSyncing(sync, iso(nowMs))) return 'busy';
    const decided = decide(deps.integrations, live, { name, sync }, keep, nowMs, auditId);
    view = decided.view;
    return { work: {}, ...decided.writes };
  });
  await pokeOwed(deps, customerId);
  return view as Customer;
}

function firstInConflict(standings: Standings, integrations: Integrations): IntegrationName {
  return integrations.find((name) => standings[name]?.conflict !== undefined) ?? GATE;
}

function decide(
  integrations: Integrations,
  { customer, standings }: LiveCustomer,
  { name, sync }: { readonly name: IntegrationName; readonly sync: SyncRecord | undefined },
  keep: Side,
  nowMs: number,
  auditId: string,
): { readonly view: Customer; readonly writes: Omit<FirstWrites, 'work'> } {
  const customerKey = { type: 'customer', customerId: customer.id } as const;
  if (sync?.conflict === undefined) {
    const view = customerView(customer, standings, integrations);
    return { view, writes: { customer: check(customerKey, isAsRead(customer)) } };
  }
  const { conflict, ...rest } = sync;
  const { stripeValue } = conflict;
  const now = iso(nowMs);
  const before = { name: customer.name, email: customer.email };
  const isTaken = keep !== 'catalog';
  const after = isTaken ? { ...before, email: stripeValue } : before;
  const changed = isTaken ? { ...customer, ...after, version: customer.version + 1, updatedAt: now } : customer;
  const hasOtherClaim = needsOtherClaim(before.email, after.email);
  // Both sides are known to differ in just this way: what is done about it is our side's to say.
  const known: SyncRecord = { ...rest, status: 'pending', base: { name: null, ...sync.base, email: stripeValue } };
  return {
    view: customerView(changed, { ...(isTaken ? allPending(standings) : standings), [name]: known }, integrations),
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
        standingKey(customer.id, name),
        {
          ...{ ...owedChanges(sync, nowMs), base: known.base, conflict: undefined },
          emptied: sync.emptied?.filter((field) => field !== 'email'),
        },
        nobodySyncsSince(sync),
      ),
      ...(isTaken && owedToOthers(othersThan(integrations, name), customer.id, standings, nowMs)),
      audit: put(
        { type: 'audit', customerId: customer.id, entryId: `${now}#${auditId}` },
        { at: now, cause: 'api', before, after, ...(!isTaken && { overruled: { email: stripeValue } }) },
        absent,
      ),
    },
  };
}
