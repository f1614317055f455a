import { createHash } from 'node:crypto';
import { isSameValue } from '../../lib/domain/customer.ts';
import { normalizeEmail } from '../../lib/domain/email.ts';
import type { World } from './world.ts';

/**
 * What is wrong in a quiescent world, one sentence each; nothing when the promises hold: distinct emails with their
 * claims, one Stripe customer for each active customer and none besides, links one to one, no unfinished operation,
 * one audit entry for each version.
 */
export function violations(world: World): string[] {
  const live = world.customers.filter(({ status }) => status !== 'deleted');
  const wrong: string[] = [];

  const emails = live.flatMap(({ email }) => (email === null ? [] : [normalizeEmail(String(email))]));
  for (const email of new Set(emails)) {
    const count = emails.filter((other) => other === email).length;
    if (count > 1) wrong.push(`${count} live customers have the same email.`);
  }
  for (const customer of live) {
    if (customer['email'] !== null && !holdsItsEmail(world, customer)) {
      wrong.push(`Customer ${customer['id']} has no email claim of its own.`);
    }
    if (customer['status'] !== 'active') wrong.push(`Customer ${customer['id']} is still ${customer['status']}.`);
    if (customer['owner'] !== undefined) wrong.push(`Customer ${customer['id']} is still owned.`);
    wrong.push(...twinViolations(world, customer));
    const entries = world.audits.filter((entry) => entry.pk === customer.pk && isChange(entry)).length;
    if (entries !== customer['version']) wrong.push(`Customer ${customer['id']} has ${entries} audit entries.`);
  }
  for (const claim of world.claims) {
    const customer = live.find(({ id }) => id === claim['customerId']);
    if (customer === undefined || customer['email'] === null) wrong.push('An email claim names no live customer.');
  }
  for (const twin of world.stripe) {
    const owner = live.find(({ id }) => id === twin.metadata['concord_customer_id']);
    if (owner === undefined) wrong.push(`Stripe customer ${twin.id} is an orphan.`);
  }
  for (const { id, status } of world.operations) {
    if (status !== 'succeeded' && status !== 'compensated') wrong.push(`Operation ${id} is still ${status}.`);
  }
  return [...wrong, ...countViolations(world)];
}

/** The counts that health is told from are exact, whatever died meanwhile. */
function countViolations({ items, customers, syncs }: World): string[] {
  const listed = customers.filter(({ listKey }) => listKey !== undefined).length;
  const counters = items.filter(({ pk, sk }) => sk === 'COUNTER' && pk.startsWith('COUNTER#customers#'));
  const counted = counters.reduce((sum, { live }) => sum + Number(live), 0);
  const wrong = counted === listed ? [] : [`${counted} customers are counted, and there are ${listed}.`];
  for (const { pk, status, apartSince, apartKey, isTombstone } of syncs) {
    const isGone = customers.some((customer) => customer.pk === pk && customer['status'] === 'deleted');
    const expected = status === 'synced' ? undefined : `${status} ${apartSince}`;
    if (apartKey !== expected) wrong.push(`${pk} is ${status}, and stands in the index as ${apartKey}.`);
    if (isGone !== (isTombstone === true)) wrong.push(`${pk} ${isGone ? 'is' : 'is not'} a tombstone.`);
  }
  return wrong;
}

function holdsItsEmail(world: World, customer: World['customers'][number]): boolean {
  const normalized = normalizeEmail(String(customer['email']));
  const pk = `EMAIL#${createHash('sha256').update(normalized).digest('hex')}`;
  const claim = world.claims.find((item) => item.pk === pk);
  return claim?.['customerId'] === customer['id'] && claim?.['state'] === 'held';
}

/** Entries that only tell of a value which lost change nothing, and so belong to no version. */
function isChange({ before, after }: World['audits'][number]): boolean {
  return JSON.stringify(fieldsOf(before)) !== JSON.stringify(fieldsOf(after));
}

/** A map of the table has no order of its own. */
function fieldsOf(values: unknown): unknown {
  const { name, email } = (values ?? {}) as Record<string, unknown>;
  return values === null ? null : { name, email };
}

function twinViolations(world: World, customer: World['customers'][number]): string[] {
  const id = customer['id'];
  const twins = world.stripe.filter(({ metadata }) => metadata['concord_customer_id'] === id);
  const sync = world.syncs.find(({ pk }) => pk === customer.pk);
  if (twins.length !== 1) return [`Customer ${id} has ${twins.length} Stripe customers.`];
  const [twin] = twins;
  const wrong: string[] = [];
  if (sync?.['externalId'] !== twin?.id) wrong.push(`Customer ${id} names another Stripe customer than its twin.`);
  // A customer without an email here may have one in Stripe, in conflict or by somebody's decision.
  const mayDiffer = sync?.['conflict'] !== undefined || customer['email'] === null;
  const isEqual = isSameValue(twin?.name, textOf(customer['name']));
  if (!isEqual || (!mayDiffer && !isSameValue(twin?.email, textOf(customer['email']))))
    wrong.push(`Customer ${id} differs in Stripe.`);
  const links = world.items.filter((item) => item.sk === 'LINK' && item['customerId'] === id);
  if (links.length !== 1 || links[0]?.pk !== `LINK#stripe#${twin?.id}`)
    wrong.push(`Customer ${id} is not linked one to one.`);
  return wrong;
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
