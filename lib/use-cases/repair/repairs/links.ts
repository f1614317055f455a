import { absent, change, check, equal, missing, put } from '#ports/catalog-store.ts';
import { iso } from '#ports/system.ts';
import { linkedTo } from '../../catalog/linked.ts';
import { linkKey } from '../../sync/link-run.ts';
import { syncKey } from '../../sync/run.ts';
import type { CustomerEvidence, ExternalEvidence } from '../evidence.ts';
import {
  commitRepair,
  MOVED,
  NEEDS_A_PERSON,
  oweAndSync,
  type RepairDeps,
  type Repaired,
  runFor,
  skipped,
  unchangedCustomer,
} from './repair.ts';

/** Ties the Stripe customer that a customer names to it. A link that names another one is only re-pointed when asked. */
export async function link(deps: RepairDeps, evidence: CustomerEvidence): Promise<Repaired> {
  const { customerId, customer, sync, link: found } = evidence;
  if (customer === undefined || sync?.externalId === undefined) return MOVED;
  const now = iso(deps.clock.nowMs());
  const fields = { name: customer.name, email: customer.email };
  const isAnothers = found?.customerId !== undefined;
  return oweAndSync(
    deps,
    customerId,
    sync,
    {},
    {
      customer: unchangedCustomer(customerId, customer),
      link: change(
        linkKey(deps, sync.externalId),
        linkedTo(customerId),
        found?.customerId === undefined ? missing('customerId') : equal('customerId', found.customerId),
      ),
      audit: isAnothers
        ? put(
            { type: 'audit', customerId, entryId: `${now}#${deps.random.id()}` },
            { at: now, cause: 'maintenance', before: fields, after: fields, linkedTo: sync.externalId },
            absent,
          )
        : undefined,
    },
  );
}

/** Tells a customer of the Stripe customer whose link names it, if it has none. */
export async function join(deps: RepairDeps, { externalId, external, link, linked }: ExternalEvidence) {
  const customerId = link?.customerId;
  const { customer, sync } = linked ?? {};
  if (customerId === undefined || sync === undefined || external === undefined) return NEEDS_A_PERSON;
  if (sync.externalId !== undefined) return NEEDS_A_PERSON;
  return oweAndSync(
    deps,
    customerId,
    sync,
    { externalId, isGone: undefined },
    {
      customer: unchangedCustomer(customerId, customer),
      link: check(linkKey(deps, externalId), equal('customerId', customerId)),
    },
  );
}

/** A link that names nobody whom the catalog has names nobody: whose the Stripe customer is, is found out afresh. */
export async function clearLink(deps: RepairDeps, { externalId, link }: ExternalEvidence): Promise<Repaired> {
  if (link?.customerId === undefined) return MOVED;
  return commitRepair(deps, {
    customer: unchangedCustomer(link.customerId, undefined),
    link: change(linkKey(deps, externalId), { customerId: undefined }, equal('customerId', link.customerId)),
  });
}

/**
 * Gives a customer a new twin, because Stripe has never known the one that it names. Never while another customer of
 * Stripe's carries its name: that would be a second one.
 */
export async function createAnew(deps: RepairDeps, evidence: CustomerEvidence): Promise<Repaired> {
  const { customerId, customer, sync, link: found, hint } = evidence;
  if (customer === undefined || sync?.externalId === undefined) return MOVED;
  if (hint !== undefined) return skipped('Another Stripe customer is marked as its own: link that one.');
  const forgotten = { externalId: undefined, base: undefined, seen: undefined, conflict: undefined };
  return oweAndSync(
    deps,
    customerId,
    sync,
    { ...forgotten, lastError: undefined },
    {
      customer: unchangedCustomer(customerId, customer),
      link:
        found?.customerId === customerId
          ? change(linkKey(deps, sync.externalId), { customerId: undefined }, equal('customerId', customerId))
          : undefined,
    },
  );
}

/** Makes the missing sync item, of the Stripe customer that is provably this one's, or owing one. */
export async function addSync(deps: RepairDeps, { customerId, customer, hint }: CustomerEvidence): Promise<Repaired> {
  const nowMs = deps.clock.nowMs();
  const now = iso(nowMs);
  const isTombstone = customer?.status === 'deleted';
  const owed = {
    ...{ status: 'pending' as const, apartSince: now, tries: 0, dueAt: now },
    ...(isTombstone && { isTombstone }),
  };
  // Above every revision that was before: one that came again would serve a second attempt.
  const revision = Math.floor(nowMs / 1000);
  const twin = hint === undefined ? undefined : await deps.integration.findCustomer(hint);
  const isOurs = twin !== undefined && typeof twin.owner === 'object' && twin.owner.customerId === customerId;
  if (hint !== undefined && !isOurs) return skipped('Its Stripe customer is not marked as its own.');
  const repaired = await commitRepair(deps, {
    customer: unchangedCustomer(customerId, customer),
    sync: put(
      syncKey(deps, customerId),
      { ...owed, revision, ...(hint !== undefined && { externalId: hint }) },
      absent,
    ),
    link:
      hint === undefined
        ? undefined
        : change(linkKey(deps, hint), linkedTo(customerId), {
            is: 'any',
            of: [missing('customerId'), equal('customerId', customerId)],
          }),
  });
  return repaired.is === 'fixed' ? runFor(deps, customerId) : repaired;
}
