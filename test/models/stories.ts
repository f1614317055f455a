import { createCustomer } from '#use-cases/catalog/create-customer.ts';
import { deleteCustomer } from '#use-cases/catalog/delete-customer.ts';
import { resolveConflict } from '#use-cases/catalog/resolve-conflict.ts';
import { updateCustomer } from '#use-cases/catalog/update-customer.ts';
import { createWithIntegrity } from '#use-cases/saga/create-with-integrity.ts';
import { deleteWithIntegrity } from '#use-cases/saga/delete-with-integrity.ts';
import { updateWithIntegrity } from '#use-cases/saga/update-with-integrity.ts';
import type { StateMachine } from '../simulation/state-machine.ts';
import { type Explored, explore } from './explorer.ts';
import { NOW_MS } from './processes.ts';
import { brokenPromises } from './promises.ts';
import type { StripeState } from './stripe-model.ts';
import { type Act, type Fault, type Story, worldOf } from './world.ts';

/** What a machine of 8 GB can remember. */
const MOST_STATES = 3_000_000;
const WITHOUT_WAITING = { deadlineMs: NOW_MS };
const JANE = { name: 'n0', email: 'a@x' };
/** The first customer that `create` makes. */
const ID = 'create-1';
const EXTERNAL = 'cus_1';

// Requests here.
const create: Act = { name: 'create', asks: (ports) => createCustomer(ports, JANE) };
const createProtected: Act = { name: 'create', asks: (ports) => createWithIntegrity(ports, JANE, WITHOUT_WAITING) };
const rename = (value: string): Act => ({
  name: `rename-${value}`,
  asks: (ports) => updateCustomer(ports, ID, { name: value }, undefined),
});
const renameProtected = (value: string): Act => ({
  name: `protected-${value}`,
  asks: (ports) => updateWithIntegrity(ports, ID, { name: value }, undefined, WITHOUT_WAITING),
});
/** Another customer than the first. */
const createOther: Act = {
  name: 'other',
  asks: (ports) => createWithIntegrity(ports, { name: 'o0', email: 'c@x' }, WITHOUT_WAITING),
};
const createHolder: Act = {
  name: 'holder',
  asks: (ports) => createCustomer(ports, { name: 'h0', email: 'c@x' }),
};
const giveUpEmail: Act = {
  name: 'give-up',
  asks: (ports) => updateWithIntegrity(ports, 'holder-1', { email: 'd@x' }, undefined, WITHOUT_WAITING),
};
const moveHolder: Act = {
  name: 'move',
  asks: (ports) => updateCustomer(ports, 'holder-1', { email: 'd@x' }, undefined),
};
const keep = (side: 'catalog' | 'stripe'): Act => ({
  name: `keep-${side}`,
  asks: (ports) => resolveConflict(ports, ID, side),
});
const mailProtected: Act = {
  name: 'protected-mail',
  asks: (ports) => updateWithIntegrity(ports, ID, { email: 'b@x' }, undefined, WITHOUT_WAITING),
};
const DELETING = { ifMatch: undefined, cancelSubscriptions: true };
const remove: Act = { name: 'remove', asks: (ports) => deleteCustomer(ports, ID, DELETING) };
const removeProtected: Act = {
  name: 'protected-remove',
  asks: (ports) => deleteWithIntegrity(ports, ID, { ...DELETING, ...WITHOUT_WAITING }),
};

// Changes in Stripe.
const editThere = (fields: { name?: string; email?: string }, externalId = EXTERNAL): Act => ({
  name: `${externalId} becomes ${Object.values(fields)} in Stripe`,
  requests: ({ customers }) =>
    customers.some((each) => each.externalId === externalId && !each.isDeleted)
      ? { it: 'update', externalId, fields }
      : undefined,
});
const deleteThere: Act = {
  name: 'somebody deletes in Stripe',
  requests: ({ customers: [customer] }) =>
    customer === undefined ? undefined : { it: 'delete', externalId: customer.externalId, isOurs: false },
};
const createThere = (name: string, email: string): Act => ({
  name: `${name} is born in Stripe`,
  requests: () => ({ it: 'create', fields: { name, email }, ownership: 'nobody' }),
});
const use: Act = { name: 'somebody uses the customer', changes: (stripe) => ({ ...stripe, isUsed: true }) };
const refuse = (it: StripeState['refuses'][number]): Act => ({
  name: `Stripe refuses to ${it}`,
  changes: (stripe) => ({ ...stripe, refuses: [...stripe.refuses, it] }),
});
const accept: Act = { name: 'Stripe refuses no more', changes: (stripe) => ({ ...stripe, refuses: [] }) };

const OF_SAGA: readonly Fault[] = ['crash', 'unanswered', 'failure', 'no effect', 'outage', 'day', 'overlap', 'abort'];
const OF_SYNC: readonly Fault[] = [
  'crash',
  'unanswered',
  'failure',
  'no effect',
  'outage',
  'day',
  'overlap',
  'torn',
  'twice',
];

type Told = Omit<Story, 'saga'> & {
  /** Told by `npm test` too, with one fault: a few thousand states. */
  readonly isSmall: boolean;
};

/** Each is explored with all that can happen in it: with as many faults as can be afforded. */
export const STORIES = {
  'a protected create': { isSmall: true, faults: 2, of: OF_SAGA, actors: [[createProtected]] },
  'a protected create that Stripe refuses': {
    isSmall: false,
    faults: 2,
    of: OF_SAGA,
    before: [refuse('create')],
    actors: [[createProtected]],
  },
  'a protected create of a customer that is used at once': {
    isSmall: false,
    faults: 1,
    of: OF_SAGA,
    actors: [[createProtected], [use]],
  },
  'a protected update': { isSmall: true, faults: 2, of: OF_SAGA, before: [create], actors: [[renameProtected('n1')]] },
  'a protected update of the email': {
    isSmall: false,
    faults: 2,
    of: OF_SAGA,
    before: [create],
    actors: [[mailProtected]],
  },
  'a protected update that Stripe refuses': {
    isSmall: false,
    faults: 2,
    ...{ of: OF_SAGA, before: [create, refuse('update')] },
    actors: [[renameProtected('n1')]],
  },
  'a protected update while the customer is edited in Stripe': {
    isSmall: false,
    faults: 1,
    ...{ of: OF_SAGA, before: [create] },
    actors: [[renameProtected('n1')], [editThere({ name: 't1' })]],
  },
  'a protected update while the customer is deleted in Stripe': {
    isSmall: false,
    faults: 1,
    ...{ of: OF_SAGA, before: [create] },
    actors: [[renameProtected('n1')], [deleteThere]],
  },
  'a protected delete': { isSmall: true, faults: 2, of: OF_SAGA, before: [create], actors: [[removeProtected]] },
  'a protected delete that Stripe refuses at times': {
    isSmall: false,
    faults: 1,
    ...{ of: OF_SAGA, before: [create] },
    actors: [[removeProtected], [refuse('delete'), accept]],
  },
  'protected requests one after the other': {
    isSmall: false,
    faults: 0,
    ...{ of: OF_SAGA, before: [create] },
    actors: [[renameProtected('n1'), renameProtected('n0')]],
  },
  'a default create': { isSmall: true, faults: 2, of: OF_SYNC, actors: [[create]] },
  'a default create that is edited at once': {
    isSmall: false,
    faults: 1,
    of: OF_SYNC,
    actors: [[create, rename('n1')]],
  },
  'a default edit': { isSmall: true, faults: 2, of: OF_SYNC, before: [create], actors: [[rename('n1')]] },
  'an edit in Stripe': {
    isSmall: false,
    faults: 2,
    of: OF_SYNC,
    before: [create],
    actors: [[editThere({ name: 't1' })]],
  },
  'edits of one field on both sides': {
    isSmall: false,
    faults: 1,
    ...{ of: OF_SYNC, before: [create] },
    actors: [[rename('n1')], [editThere({ name: 't1' })]],
  },
  'edits on both sides that go back': {
    isSmall: false,
    faults: 0,
    ...{ of: OF_SYNC, before: [create] },
    actors: [
      [rename('n1'), rename('n0')],
      [editThere({ name: 't1' }), editThere({ name: 'n0' })],
    ],
  },
  'a default edit that Stripe refuses at times': {
    isSmall: false,
    faults: 1,
    ...{ of: OF_SYNC, before: [create] },
    actors: [[rename('n1')], [refuse('update'), accept]],
  },
  'a default delete': { isSmall: false, faults: 2, of: OF_SYNC, before: [create], actors: [[remove]] },
  'a delete and an edit in Stripe': {
    isSmall: false,
    faults: 2,
    ...{ of: OF_SYNC, before: [create] },
    actors: [[remove], [editThere({ name: 't1' })]],
  },
  'an edit and a deletion in Stripe': {
    isSmall: true,
    faults: 2,
    of: OF_SYNC,
    before: [create],
    actors: [[rename('n1')], [deleteThere]],
  },
  'a customer born in Stripe': { isSmall: false, faults: 2, of: OF_SYNC, actors: [[createThere('b1', 'b@x')]] },
  'one born in Stripe with the email of another': {
    isSmall: false,
    faults: 1,
    ...{ of: OF_SYNC, before: [create] },
    actors: [[createThere('b1', 'a@x')], [remove]],
  },
  'two who swap emails in Stripe': {
    isSmall: false,
    faults: 1,
    ...{ of: OF_SYNC, before: [create, createThere('b1', 'b@x')] },
    actors: [[editThere({ email: 'c@x' }), editThere({ email: 'a@x' }, 'cus_2'), editThere({ email: 'b@x' })]],
  },
  'an email from Stripe that somebody else reserves': {
    isSmall: false,
    faults: 0,
    ...{ of: OF_SAGA, before: [create, refuse('create')] },
    actors: [[editThere({ email: 'c@x' })], [createOther], [renameProtected('n1')]],
  },
  'an email from Stripe that somebody else gives up': {
    isSmall: false,
    faults: 1,
    ...{ of: OF_SAGA, before: [create, createHolder] },
    actors: [[editThere({ email: 'c@x' })], [giveUpEmail]],
  },
  'a conflict that a person ends while it is edited in Stripe': {
    isSmall: false,
    faults: 1,
    ...{ of: OF_SYNC, before: [create, createHolder, editThere({ email: 'c@x' })] },
    actors: [[keep('catalog')], [editThere({ name: 't1', email: 'c@x' })]],
  },
  'a conflict that a person ends when the email is given up': {
    isSmall: false,
    faults: 1,
    ...{ of: OF_SYNC, before: [create, createHolder, editThere({ email: 'c@x' })] },
    actors: [[moveHolder, keep('stripe')]],
  },
  'a protected update after an edit here': {
    isSmall: false,
    faults: 0,
    ...{ of: [...OF_SYNC, 'abort'], before: [create] },
    actors: [[rename('n1')], [renameProtected('n2')]],
  },
} as const satisfies Readonly<Record<string, Told>>;

export type StoryName = keyof typeof STORIES;

/** Explores a story with so many faults, anywhere in it; only of these kinds, if they are said. */
export async function exploreStory(
  saga: StateMachine,
  name: StoryName,
  { faults, of = STORIES[name].of }: { readonly faults: number; readonly of?: readonly Fault[] },
): Promise<Explored> {
  return explore(await worldOf({ ...STORIES[name], saga, faults, of }, brokenPromises), MOST_STATES);
}
