import type { Buckets } from './buckets.ts';
import type { Known, Ours } from './entries.ts';
import { nameOf } from './suspect.ts';

type External = Extract<Known, { of: 'external' }>;
type Group = { ours: Ours | undefined; readonly externals: External[]; readonly links: string[] };

/** Matches what both sides have of each customer of a bucket. Whatever is not in step is suspect. Answers how many entries that were. */
export async function matchCustomers(buckets: Buckets, bucket: number): Promise<number> {
  const entries = await buckets.read('customers', bucket);
  const groups = new Map<string, Group>();
  for (const known of entries) {
    const group = groups.get(known.id) ?? { ours: undefined, externals: [], links: [] };
    groups.set(known.id, group);
    if (known.of === 'ours') group.ours = together(group.ours, known);
    else if (known.of === 'external') group.externals.push(known);
    else group.links.push(known.externalId);
  }
  for (const [customerId, { ours, externals, links }] of groups) {
    const { customer, sync } = ours ?? {};
    const seen = externals.find(({ externalId }) => externalId === sync?.externalId);
    if ((customer !== undefined || sync !== undefined) && !isInStep(ours, seen)) {
      const hint = (externals.findLast(({ isLinked }) => isLinked) ?? externals[0])?.externalId;
      const subject = { of: 'customer', customerId, ...(hint !== undefined && { hint }) } as const;
      const stamp = {
        ...(customer !== undefined && { version: customer.version }),
        ...(sync !== undefined && { revision: sync.revision }),
        ...(seen !== undefined && { remote: seen.looks }),
      };
      buckets.add('suspects', nameOf(subject), { subject, stamp });
    }
    for (const externalId of links) {
      const isNobodys = customer === undefined && sync === undefined;
      const isOneSided = customer?.isDeleted === false && sync?.externalId !== externalId;
      const subject = { of: 'external', externalId } as const;
      if (isNobodys || isOneSided) buckets.add('suspects', nameOf(subject), { subject, stamp: {} });
    }
  }
  return entries.length;
}

/** A customer whose records lay on two pages. */
function together(one: Ours | undefined, other: Ours): Ours {
  return one === undefined ? other : { ...one, ...other, changes: one.changes + other.changes };
}

/** Nothing about it has to be read again: both sides are equal, linked, marked, and nothing is owed. */
function isInStep(ours: Ours | undefined, seen: External | undefined): boolean {
  const { customer, sync, changes = 0 } = ours ?? {};
  if (customer === undefined || customer.isOwned) return false;
  if (sync === undefined) return customer.isDeleted;
  if (!sync.isSettled || sync.version !== customer.version) return false;
  if (customer.isDeleted) return seen === undefined;
  const isEqual = sync.values === customer.values && seen?.looks === customer.looks;
  return isEqual && seen.isLinked && changes >= customer.version && !sync.isAsked;
}
