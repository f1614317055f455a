import type { Records } from '#ports/records.ts';
import { type BothSides, disagreements } from '../simulation/agreement.ts';
import { unfinished } from '../simulation/protected.ts';
import { tellingOf } from './catalog-model.ts';
import type { State } from './world.ts';

/** What is wrong with a state, one sentence each: always, and at rest. */
export function brokenPromises(state: State, isAtRest: boolean): string[] {
  return [...doubles(state), ...residues(state), ...(isAtRest ? [...apart(state), ...untold(state)] : [])];
}

/** At most one undeleted Stripe customer for each of ours, and one live customer for each email. */
function doubles({ stripe, catalog }: State): string[] {
  const alive = stripe.customers.flatMap(({ isDeleted, owner }) =>
    isDeleted || typeof owner !== 'object' ? [] : [owner.customerId],
  );
  const emails = recordsOf(catalog, 'customer').flatMap(({ status, email }) =>
    status === 'deleted' || email === null ? [] : [email],
  );
  return [
    ...(new Set(alive).size < alive.length ? [`one customer has two in Stripe: ${alive}`] : []),
    ...(new Set(emails).size < emails.length ? [`two customers have one email: ${emails}`] : []),
  ];
}

/** An operation that ended compensated has had no effect in Stripe, and will have none. */
function residues({ stripe, catalog }: State): string[] {
  return recordsOf(catalog, 'operation').flatMap(({ id, kind, status, externalId }) => {
    if (status !== 'compensated') return [];
    const made = stripe.customers.some(
      ({ owner, isDeleted }) => typeof owner === 'object' && owner.operationId === id && !isDeleted,
    );
    // Whom somebody has deleted since shows nothing any more.
    if (kind !== 'delete' && stripe.customers.some((each) => each.externalId === externalId && each.isDeleted))
      return [];
    const isDone = stripe.happened.some(({ kind: what, key = '', externalId: whom, isOurs }) =>
      kind === 'delete'
        ? what === 'deleted' && isOurs && whom === externalId
        : kind === 'update' && key.startsWith(`${id}:`),
    );
    return made || isDone ? [`the ${kind} ${id} is compensated, and has had its effect`] : [];
  });
}

/**
 * Both sides agree, and nothing that was begun is left unfinished. What a person has to decide on may be, and what
 * Stripe goes on refusing.
 */
function apart({ stripe, catalog }: State): string[] {
  const isGivenUp = recordsOf(catalog, 'sync').some(
    ({ status, retryAt }) => status === 'failed' && retryAt === undefined,
  );
  if (isGivenUp) return [];
  const isParked = recordsOf(catalog, 'operation').some(({ status }) => status === 'needs_attention');
  if (isParked) return stripe.isUsed ? [] : ['an operation needs attention for no reason'];
  const sides: BothSides = {
    catalog: () => Object.values(catalog.entries),
    stripeCustomers: () =>
      stripe.customers.map(({ externalId: id, name, email, owner, isDeleted: deleted }) => ({
        customer: {
          ...{ id, name, email },
          metadata: typeof owner === 'object' ? { concord_customer_id: owner.customerId } : {},
        },
        deleted,
      })),
  };
  return [...disagreements(sides), ...unfinished(sides)];
}

/** Each value of Stripe's that a write of ours replaced stands in the audit. */
function untold({ stripe, catalog }: State): string[] {
  return recordsOf(catalog, 'link').flatMap(({ customerId }, index) => {
    const externalId = Object.values(catalog.entries).flatMap(({ key }) =>
      key.type === 'link' ? [key.externalId] : [],
    )[index];
    return stripe.happened
      .filter((event) => event.externalId === externalId && event.kind === 'updated' && event.isOurs)
      .flatMap(({ previous }) => Object.entries(previous))
      .filter(([field, value]) => value !== null && !catalog.told.includes(tellingOf(String(customerId), field, value)))
      .map(([field, value]) => `${field} ${value} was replaced in Stripe, and no audit tells of it`);
  });
}

function recordsOf<Type extends keyof Records>({ entries }: State['catalog'], type: Type): Records[Type][] {
  return Object.values(entries).flatMap(({ key, record }) =>
    key.type === type ? [record as unknown as Records[Type]] : [],
  );
}
