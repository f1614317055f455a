import type { CustomerFields } from '#domain/customer.ts';
import type { IntegrationName } from '#domain/integrations.ts';
import type { Outcome } from '#domain/outcome.ts';
import type { ExternalCustomer, Owner, Ownership } from '#ports/integration.ts';
import { digestOf, type Poke, pokeToExternal } from '#ports/pokes.ts';

/** A write, as Stripe gets it: from us, or without a key from a person at its dashboard. */
export type Request =
  | { readonly it: 'create'; readonly fields: CustomerFields; readonly ownership: Owner; readonly key?: string }
  | {
      readonly it: 'update';
      readonly externalId: string;
      readonly fields: Partial<CustomerFields>;
      readonly ownership?: Ownership | undefined;
      readonly key?: string;
    }
  | { readonly it: 'delete'; readonly externalId: string; readonly isOurs: boolean };

export type Happened = {
  readonly id: string;
  readonly kind: 'created' | 'updated' | 'deleted';
  readonly externalId: string;
  readonly key?: string | undefined;
  readonly previous: Partial<CustomerFields>;
  /** Of a deletion: by a request of ours. */
  readonly isOurs: boolean;
};

type Saved = { readonly is: 'accepted'; readonly externalId: string } | { readonly is: 'failed' };

export type StripeState = {
  /** What its customers' ids begin with. */
  readonly prefix: 'cus' | 'con';
  readonly customers: readonly ExternalCustomer[];
  readonly happened: readonly Happened[];
  readonly keys: Readonly<Record<string, Saved>>;
  /** Whether somebody has paid with the customer that we made. */
  readonly isUsed: boolean;
  /** Stripe refuses what we ask for: a value, or to delete. */
  readonly refuses: readonly ('create' | 'update' | 'delete')[];
};

export const EMPTY_STRIPE: StripeState = {
  ...{ prefix: 'cus', customers: [], happened: [], keys: {}, isUsed: false, refuses: [] },
};

/** Another integration, which behaves as Stripe does. */
export const EMPTY_CRM: StripeState = { ...EMPTY_STRIPE, prefix: 'con' };

export type Answered = { readonly stripe: StripeState; readonly outcome: Outcome<{ externalId: string }> };

/** What Stripe does with a request, and answers: `saves500` is a failure of its own, before the effect or after it. */
export function answer(stripe: StripeState, request: Request, saves500?: 'before' | 'after'): Answered {
  const key = 'key' in request ? request.key : undefined;
  const saved = key === undefined ? undefined : stripe.keys[key];
  if (saved?.is === 'accepted') return { stripe, outcome: acceptedAs(saved.externalId) };
  if (saved?.is === 'failed') return { stripe, outcome: { is: 'failed', error: 'status 500', replayed: true } };
  const done = saves500 === 'before' ? undefined : effectOf(stripe, request);
  if (done === 'refused') return { stripe, outcome: { is: 'rejected', reason: 'refused' } };
  const after = done?.stripe ?? stripe;
  const outcome =
    saves500 === undefined && done !== undefined
      ? acceptedAs(done.externalId)
      : ({ is: 'failed', error: 'status 500', replayed: false } as const);
  if (key === undefined) return { stripe: after, outcome };
  const save: Saved =
    outcome.is === 'accepted' ? { is: 'accepted', externalId: outcome.value.externalId } : { is: 'failed' };
  return { stripe: { ...after, keys: { ...after.keys, [key]: save } }, outcome };
}

function acceptedAs(externalId: string) {
  return { is: 'accepted', value: { externalId } } as const;
}

function effectOf(stripe: StripeState, request: Request): { stripe: StripeState; externalId: string } | 'refused' {
  const isByUs = request.it === 'delete' ? request.isOurs : request.key !== undefined;
  const isRefused = isByUs && stripe.refuses.includes(request.it);
  if (isRefused && request.it === 'create') return 'refused';
  if (request.it === 'create') {
    const externalId = `${stripe.prefix}_${stripe.customers.length + 1}`;
    const made: ExternalCustomer = { externalId, ...request.fields, isDeleted: false, owner: request.ownership };
    const customers = [...stripe.customers, made];
    return { stripe: tell({ ...stripe, customers }, request, externalId, {}), externalId };
  }
  const { externalId } = request;
  const customer = stripe.customers.find((each) => each.externalId === externalId);
  if (customer === undefined || customer.isDeleted) {
    return request.it === 'delete' ? { stripe, externalId } : 'refused';
  }
  if (isRefused) return 'refused';
  const put = (changed: ExternalCustomer) => ({
    ...stripe,
    customers: stripe.customers.map((each) => (each === customer ? changed : each)),
  });
  if (request.it === 'delete') {
    const deleted = put({ externalId, name: null, email: null, isDeleted: true, owner: customer.owner });
    return { stripe: tell(deleted, request, externalId, {}), externalId };
  }
  const fields = Object.entries(request.fields) as [keyof CustomerFields, string | null][];
  const previous = Object.fromEntries(
    fields.flatMap(([field, value]) => (customer[field] === value ? [] : [[field, customer[field]]])),
  );
  const isSame = Object.keys(previous).length === 0 && request.ownership === undefined;
  if (isSame) return { stripe, externalId };
  const changed = put({ ...customer, ...request.fields, owner: request.ownership ?? customer.owner });
  return { stripe: tell(changed, request, externalId, previous), externalId };
}

const KINDS = { create: 'created', update: 'updated', delete: 'deleted' } as const;

function tell(
  stripe: StripeState,
  request: Request,
  externalId: string,
  previous: Partial<CustomerFields>,
): StripeState {
  const event: Happened = {
    ...{ id: `e${stripe.happened.length + 1}`, kind: KINDS[request.it], externalId, previous },
    ...('key' in request && request.key !== undefined && { key: request.key }),
    isOurs: request.it === 'delete' ? request.isOurs : request.key !== undefined,
  };
  return { ...stripe, happened: [...stripe.happened, event] };
}

/** Texts are told as they are: the models have no secrets. */
export const plainDigest = (text: string): string => text;

/** What the event of something that happened asks for. */
export function pokeOf(
  integration: IntegrationName,
  { id, kind, externalId, key, previous }: Happened,
  createdAt: string,
): Poke {
  const digests = Object.fromEntries(
    Object.entries(previous).map(([field, value]) => [field, digestOf(plainDigest, id, value)]),
  );
  const event = {
    id,
    kind,
    createdAt,
    ...(key !== undefined && { key }),
    ...(kind === 'updated' && { previous: digests }),
  };
  return { ...pokeToExternal(externalId, integration), event };
}

/** What a lookup answers. */
export function lookUp(stripe: StripeState, asked: Lookup): unknown {
  switch (asked.it) {
    case 'findCustomer':
      return stripe.customers.find(({ externalId }) => externalId === asked.externalId);
    case 'findOwned': {
      const { ownership } = asked;
      const isIts = ({ owner, isDeleted }: ExternalCustomer) =>
        typeof owner === 'object' &&
        !isDeleted &&
        owner.customerId === ownership.customerId &&
        owner.operationId === ownership.operationId;
      const found = stripe.customers.find(isIts);
      return found && { externalId: found.externalId, ownership };
    }
    case 'isUnused':
      return !stripe.isUsed;
    case 'hasUpdated':
      return stripe.happened.some(({ externalId, key }) => externalId === asked.externalId && key === asked.key);
    case 'findPrevious':
      return stripe.happened.find(({ id }) => id === asked.eventId)?.previous;
  }
}

export type Lookup =
  | { readonly it: 'findCustomer' | 'isUnused'; readonly externalId: string }
  | { readonly it: 'findOwned'; readonly ownership: Ownership }
  | { readonly it: 'hasUpdated'; readonly externalId: string; readonly key: string }
  | { readonly it: 'findPrevious'; readonly eventId: string };
