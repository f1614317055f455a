import type { StateMachine } from '../simulation/state-machine.ts';
import {
  accept,
  create,
  createHolder,
  createOther,
  createProtected,
  createThere,
  deleteThere,
  editThere,
  giveUpEmail,
  keep,
  mail,
  mailProtected,
  moveHolder,
  refuse,
  remove,
  removeProtected,
  rename,
  renameProtected,
  use,
} from './acts.ts';
import { type Explored, explore } from './explorer.ts';
import { type Fault, OF_SAGA, OF_SYNC } from './faults.ts';
import { brokenPromises } from './promises.ts';
import { IN_TANDEM, type Told } from './stories-in-tandem.ts';
import { worldOf } from './world.ts';

/** What a machine of 8 GB can remember. */
const MOST_STATES = 3_000_000;
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
  'one email given on both sides': {
    isSmall: false,
    faults: 1,
    ...{ of: OF_SYNC, before: [create] },
    actors: [[mail('c@x')], [editThere({ email: 'c@x' })]],
  },
  'a protected update after an edit here': {
    isSmall: false,
    faults: 0,
    ...{ of: [...OF_SYNC, 'abort'], before: [create] },
    actors: [[rename('n1')], [renameProtected('n2')]],
  },
  ...IN_TANDEM,
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
