import { GATE, type IntegrationName } from '#domain/integrations.ts';
import type { Records } from '#ports/records.ts';
import { type BothSides, disagreements } from '../simulation/agreement.ts';
import { unfinished } from '../simulation/protected.ts';
import { type CatalogState, type Entry, tellingOf } from './catalog-model.ts';
import type { StripeState } from './stripe-model.ts';
import type { State } from './world.ts';

/** One integration, and what the catalog has without the records about others. */
type Sides = { readonly catalog: CatalogState; readonly at: IntegrationName; readonly stripe: StripeState };

/** What is wrong with a state, one sentence each: always, and at rest. */
export function brokenPromises({ there, catalog }: State, isAtRest: boolean): string[] {
  const each = Object.entries(there) as [IntegrationName, StripeState][];
  return each.flatMap(([at, stripe]) => {
    const sides = { catalog: withoutOthersThan(at, catalog), at, stripe };
    const wrong = [
      ...doubles(sides),
      ...(at === GATE ? residues(sides) : strangers(sides)),
      ...(isAtRest ? [...apart(sides), ...untold(sides), ...revoked(sides), ...revived(sides)] : []),
    ];
    return at === GATE ? wrong : wrong.map((what) => `${at}: ${what}`);
  });
}

/** At most one undeleted Stripe customer for each of ours, and one live customer for each email. */
function doubles({ stripe, catalog }: Sides): string[] {
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
function residues({ stripe, catalog }: Sides): string[] {
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

/** Whom an operation has not created in the gate, a follower never hears of. */
function strangers({ stripe, catalog }: Sides): string[] {
  return recordsOf(catalog, 'operation').flatMap(({ id, kind, status, customerId }) => {
    const isNobody = kind === 'create' && status === 'compensated';
    const isMade = stripe.customers.some(({ owner }) => typeof owner === 'object' && owner.customerId === customerId);
    return isNobody && isMade ? [`the create ${id} is compensated, and its customer was made there`] : [];
  });
}

/**
 * Both sides agree, and nothing that was begun is left unfinished. What a person has to decide on may be, and what
 * Stripe goes on refusing.
 */
function apart({ stripe, catalog, at }: Sides): string[] {
  const isGivenUp = recordsOf(catalog, 'sync').some(
    ({ status, retryAt }) => status === 'failed' && retryAt === undefined,
  );
  if (isGivenUp) return [];
  const isParked = recordsOf(catalog, 'operation').some(({ status }) => status === 'needs_attention');
  if (isParked) return stripe.isUsed || at !== GATE ? [] : ['an operation needs attention for no reason'];
  const sides: BothSides = {
    isFollower: at !== GATE,
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
function untold({ stripe, catalog }: Sides): string[] {
  return Object.values(catalog.entries).flatMap(({ key, record: { customerId } }) => {
    if (key.type !== 'link') return [];
    return stripe.happened
      .filter((event) => event.externalId === key.externalId && event.kind === 'updated' && event.isOurs)
      .flatMap(({ previous }) => Object.entries(previous))
      .filter(([field, value]) => value !== null && !catalog.told.includes(tellingOf(String(customerId), field, value)))
      .map(([field, value]) => `${field} ${value} was replaced in Stripe, and no audit tells of it`);
  });
}

/** What a person has overruled is replaced there, and no conflict again by itself. */
function revoked({ stripe, catalog }: Sides): string[] {
  return Object.values(catalog.entries).flatMap(({ key, record }) => {
    const { conflict } = record as Partial<Records['sync']>;
    if (key.type !== 'sync' || conflict === undefined) return [];
    const value = conflict.stripeValue;
    const isReplaced = stripe.happened.some(({ isOurs, previous }) => isOurs && previous.email === value);
    const isOverruled = catalog.told.includes(tellingOf(key.customerId, 'email', value));
    return isOverruled && !isReplaced ? [`${value} is overruled, and still in conflict`] : [];
  });
}

/** Of whom a follower has let go is not made there anew by itself: only when something has changed here. */
function revived({ stripe, catalog, at }: Sides): string[] {
  const isChanged = recordsOf(catalog, 'customer').some(({ version }) => version > 1);
  const [first, ...more] = stripe.customers;
  return at === GATE || isChanged || first?.isDeleted !== true || more.length === 0
    ? []
    : ['it was made anew by itself'];
}

function withoutOthersThan(at: IntegrationName, { entries, told }: CatalogState): CatalogState {
  const isAbout = ({ key }: Entry) => (key.type !== 'sync' && key.type !== 'link') || key.integration === at;
  return { told, entries: Object.fromEntries(Object.entries(entries).filter(([, entry]) => isAbout(entry))) };
}

function recordsOf<Type extends keyof Records>({ entries }: CatalogState, type: Type): Records[Type][] {
  return Object.values(entries).flatMap(({ key, record }) =>
    key.type === type ? [record as unknown as Records[Type]] : [],
  );
}
