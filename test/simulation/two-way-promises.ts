import type { Side } from '#domain/merge.ts';
import type { Records } from '#ports/records.ts';
import type { Edit, TwoWayRig } from './two-way.ts';

type Field = 'name' | 'email';
type StripeEvent = ReturnType<TwoWayRig['events']>[number];

const FIELDS: readonly Field[] = ['name', 'email'];

/** What was lost without a word, won against the rule, or went to and fro, one sentence each. */
export function brokenPromises(rig: TwoWayRig, owner: Side = 'catalog'): string[] {
  const links = rig.catalog().flatMap(({ key, record }) => {
    const { customerId } = record as Records['link'];
    return key.type === 'link' && customerId !== undefined ? [{ externalId: key.externalId, customerId }] : [];
  });
  return links.flatMap(({ externalId, customerId }) => [
    ...lostValues(rig, customerId, externalId),
    ...FIELDS.flatMap((field) => wrongWinner(rig, customerId, externalId, { field, owner })),
    ...pingPong(rig, customerId, externalId),
  ]);
}

/** Each value of Stripe's that a write of ours replaced stands in the audit. */
function lostValues(rig: TwoWayRig, customerId: string, externalId: string): string[] {
  const audits = rig.catalog().flatMap(({ key, record }) => {
    const { before, after, overruled } = record as Records['audit'];
    return key.type === 'audit' && key.customerId === customerId ? [before, after, overruled] : [];
  });
  return ownEvents(rig, externalId).flatMap((event) =>
    FIELDS.flatMap((field) => {
      const replaced = previousOf(event)[field];
      const isTold = typeof replaced !== 'string' || audits.some((values) => values?.[field] === replaced);
      return isTold ? [] : [`${customerId}: ${field} ${replaced} was replaced in Stripe, and no audit tells of it`];
    }),
  );
}

/**
 * The last edit here stands unless Stripe's came after it had arrived there; unless Stripe owns the field, also if it
 * had not arrived before.
 */
function wrongWinner(
  rig: TwoWayRig,
  customerId: string,
  externalId: string,
  { field, owner }: { readonly field: Field; readonly owner: Side },
): string[] {
  const last = (side: Edit['side'], customer: string) =>
    rig.edits.filter((edit) => edit.side === side && edit.customer === customer && edit.field === field);
  const here = last('here', customerId).at(-1);
  const there = last('there', externalId).at(-1);
  const customer = rig.catalog().find(({ key }) => key.type === 'customer' && key.customerId === customerId)?.record as
    | Records['customer']
    | undefined;
  // Whoever was never told may have been the last.
  if (last('here', customerId).some(({ ended }) => ended === Number.POSITIVE_INFINITY)) return [];
  if (here === undefined || customer === undefined || customer.status === 'deleted') return [];
  // Whose edits overlap has no last one.
  const isLastHere = last('here', customerId).every((edit) => edit === here || edit.ended <= here.began);
  if (!isLastHere || (there !== undefined && here.value === there.value)) return [];
  const events = rig.events().filter(({ data }) => (data.object as { id: string }).id === externalId);
  const arrived = events.findIndex(
    (event) => isOwn(event) && fieldOf(event, field) === here.value && field in previousOf(event),
  );
  const after = events.slice(arrived + 1).filter((event) => !isOwn(event) && field in previousOf(event));
  const isOursToSay = after.length === 0 || (arrived < 0 && owner === 'catalog');
  const wanted = isOursToSay ? here.value : fieldOf(after.at(-1) as StripeEvent, field);
  // It arrived by the create itself, or was there already: then Stripe's later edits are all that count.
  if (arrived < 0 && events.some((event) => fieldOf(event, field) === here.value)) return [];
  return customer[field] === wanted ? [] : [`${customerId}: ${field} is ${customer[field]}, and ought to be ${wanted}`];
}

/** Nothing is sent but what somebody changed here, and our mark. */
function pingPong(rig: TwoWayRig, customerId: string, externalId: string): string[] {
  const sent = ownEvents(rig, externalId).length;
  const edits = rig.edits.filter(({ customer }) => customer === customerId).length;
  return sent <= edits + 2 ? [] : [`${customerId}: ${sent} writes to Stripe after ${edits} edits`];
}

function ownEvents(rig: TwoWayRig, externalId: string): StripeEvent[] {
  return rig
    .events()
    .filter((event) => event.type === 'customer.updated' && isOwn(event))
    .filter(({ data }) => (data.object as { id: string }).id === externalId);
}

function isOwn({ request }: StripeEvent): boolean {
  return request.idempotency_key !== null;
}

function fieldOf({ data }: StripeEvent, field: Field): unknown {
  return (data.object as Record<Field, unknown>)[field];
}

function previousOf({ data }: StripeEvent): Record<string, unknown> {
  return data.previous_attributes ?? {};
}
