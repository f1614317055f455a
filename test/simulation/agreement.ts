import type { MemoryCatalogStore } from '#adapters/memory/memory-catalog-store.ts';
import type { Records } from '#ports/records.ts';

type Entries = ReturnType<MemoryCatalogStore['dump']>;

/** What there is on either side. */
export type BothSides = {
  readonly catalog: () => Entries;
  readonly stripeCustomers: () => readonly {
    readonly customer: {
      readonly id: string;
      readonly name: string | null;
      readonly email: string | null;
      readonly metadata: Readonly<Record<string, string>>;
    };
    readonly deleted: boolean;
  }[];
  /** It lets go of a customer that is deleted there; the link stays, and says whose it was. */
  readonly isFollower?: boolean;
};

function recordsOf<Type extends keyof Records>(catalog: Entries, type: Type): { id: string; record: Records[Type] }[] {
  return catalog
    .filter(({ key }) => key.type === type)
    .map(({ key, record }) => ({
      id: String(Object.entries(key).find(([part]) => part.endsWith('Id') || part === 'email')?.[1]),
      record: record as unknown as Records[Type],
    }));
}

/**
 * Where the two sides of a quiescent world differ, one sentence each: one undeleted Stripe customer for each live
 * catalog customer and none besides, the same values in both, links one to one, no email twice, nothing owed. One that a
 * follower has let go of has none there, and owes nothing either.
 */
export function disagreements(sides: BothSides): string[] {
  const catalog = sides.catalog();
  const syncs = new Map(recordsOf(catalog, 'sync').map(({ id, record }) => [id, record]));
  const links = recordsOf(catalog, 'link');
  const there = sides.stripeCustomers();
  const alive = there.flatMap(({ customer, deleted }) => (deleted ? [] : [customer]));
  const isGone = (externalId: string) => there.some(({ customer, deleted }) => deleted && customer.id === externalId);
  const linksOf = (id: string) => links.filter(({ record }) => record.customerId === id).map((link) => link.id);
  const isLetGo = (id: string) => {
    const { status, externalId } = syncs.get(id) ?? {};
    const isDeleted = sides.isFollower === true && linksOf(id).some(isGone);
    return status === 'orphaned' && externalId === undefined && isDeleted;
  };
  const customers = recordsOf(catalog, 'customer').map(({ record }) => record);
  const wrong: string[] = [];
  for (const { id, status, name, email } of customers) {
    const sync = syncs.get(id);
    const twins = alive.filter(({ metadata }) => metadata['concord_customer_id'] === id);
    const conflict = status === 'deleted' ? undefined : sync?.conflict;
    const isOwed = conflict === undefined && (sync?.dueAt ?? sync?.retryAt) !== undefined;
    if (isOwed || sync?.attemptKey !== undefined) wrong.push(`${id} still owes something`);
    if (twins.length !== (status === 'deleted' || isLetGo(id) ? 0 : 1))
      wrong.push(`${id}, ${status}, has ${twins.length} Stripe customers`);
    const [twin] = twins;
    if (status === 'deleted' || twin === undefined) continue;
    if (sync?.status !== (conflict === undefined ? 'synced' : 'conflict')) wrong.push(`${id} is ${sync?.status}`);
    if (sync?.externalId !== twin.id) wrong.push(`${id} names ${sync?.externalId}, not ${twin.id}`);
    const linked = linksOf(id).filter((externalId) => sides.isFollower !== true || !isGone(externalId));
    if (String(linked) !== twin.id) wrong.push(`${id} is linked to ${linked}, not ${twin.id}`);
    const isBlocked = conflict !== undefined && holderOf(catalog, conflict.stripeValue) !== undefined;
    if (conflict !== undefined && !isBlocked)
      wrong.push(`${id} is in conflict over ${conflict.stripeValue}, which is free`);
    if (twin.name !== name || (!isBlocked && twin.email !== email)) {
      wrong.push(`${id} is ${name} <${email}>, in Stripe ${twin.name} <${twin.email}>`);
    }
  }
  const bases = customers.flatMap(({ id, status, name, email }) => {
    const base = syncs.get(id)?.base;
    const isAgreed = base?.name === name && (base?.email === email || syncs.get(id)?.conflict !== undefined);
    return status === 'deleted' || isAgreed || isLetGo(id) ? [] : [id];
  });
  for (const id of bases) wrong.push(`${id} is said to agree on ${JSON.stringify(syncs.get(id)?.base)}`);
  const emails = customers.flatMap(({ status, email }) => (status === 'deleted' || email === null ? [] : [email]));
  if (new Set(emails).size < emails.length) wrong.push(`two have the same email: ${emails}`);
  for (const { id, record } of links) {
    if (record.customerId !== undefined && record.runId !== undefined)
      wrong.push(`${id} is linked, and still has a run`);
  }
  const known = new Set(customers.map(({ id }) => id));
  for (const { id, metadata } of alive) {
    if (!known.has(String(metadata['concord_customer_id']))) wrong.push(`Stripe's ${id} is an orphan`);
  }
  const listed = customers.filter(({ listKey }) => listKey !== undefined).length;
  const counted = recordsOf(catalog, 'counter').reduce((sum, { record }) => sum + (record.live ?? 0), 0);
  if (counted !== listed) wrong.push(`${counted} customers are counted, and there are ${listed}`);
  for (const [id, { status, apartSince }] of syncs) {
    if ((status === 'synced') !== (apartSince === undefined))
      wrong.push(`${id} is ${status}, apart since ${apartSince}`);
  }
  return wrong;
}

/** Whose an email is. */
function holderOf(catalog: Entries, email: string | null): string | undefined {
  const customers = recordsOf(catalog, 'customer').map(({ record }) => record);
  return customers.find((customer) => customer.status !== 'deleted' && customer.email === email)?.id;
}
