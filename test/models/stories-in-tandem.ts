import { BOTH } from '../simulation/integrations.ts';
import {
  atCrm,
  create,
  createHolder,
  createOther,
  createProtected,
  createThere,
  deleteThere,
  editThere,
  refuse,
  removeProtected,
  rename,
  renameProtected,
} from './acts.ts';
import { OF_SAGA, OF_SYNC } from './faults.ts';
import type { Story } from './world.ts';

export type Told = Omit<Story, 'saga'> & {
  /** Told by `npm test` too, with one fault: a few thousand states. */
  readonly isSmall: boolean;
};

/** Two integrations have the customers, and people at both. */
export const IN_TANDEM = {
  'a default create that two integrations get': {
    isSmall: false,
    faults: 1,
    ...{ integrations: BOTH, of: OF_SYNC },
    actors: [[create]],
  },
  'a default edit that two integrations get': {
    isSmall: false,
    faults: 2,
    ...{ integrations: BOTH, of: OF_SYNC, before: [create] },
    actors: [[rename('n1')]],
  },
  'an edit here and at the second integration': {
    isSmall: false,
    faults: 1,
    ...{ integrations: BOTH, of: OF_SYNC, before: [create] },
    actors: [[rename('n1')], [atCrm(editThere({ email: null }, 'con_1'))]],
  },
  'edits of one field at both integrations': {
    isSmall: false,
    faults: 1,
    ...{ integrations: BOTH, of: OF_SYNC, before: [create] },
    actors: [[editThere({ name: 't1' })], [atCrm(editThere({ name: 'x1' }, 'con_1'))]],
  },
  'an email that is taken away at one integration and another given at the other': {
    isSmall: false,
    faults: 1,
    ...{ integrations: BOTH, of: OF_SYNC, before: [create] },
    actors: [[editThere({ email: null })], [atCrm(editThere({ email: 'x@x' }, 'con_1'))]],
  },
  'one email given at both integrations to different customers': {
    isSmall: false,
    faults: 1,
    ...{ integrations: BOTH, of: OF_SYNC, before: [create, createHolder] },
    actors: [[editThere({ email: 'x@x' })], [atCrm(editThere({ email: 'x@x' }, 'con_2'))]],
  },
  'an email from the second integration that somebody else reserves': {
    isSmall: false,
    faults: 2,
    ...{ integrations: BOTH, of: ['meanwhile'], before: [create, refuse('create')] },
    actors: [[atCrm(editThere({ email: 'c@x' }, 'con_1'))], [createOther]],
  },
  'a customer born at the second integration': {
    isSmall: false,
    faults: 1,
    ...{ integrations: BOTH, of: OF_SYNC },
    actors: [[atCrm(createThere('b1', 'b@x'))]],
  },
  'a deletion at one integration and an edit at the other': {
    isSmall: false,
    faults: 2,
    ...{ integrations: BOTH, of: OF_SYNC, before: [create] },
    actors: [[deleteThere], [atCrm(editThere({ name: 'x1' }, 'con_1'))]],
  },
  'an edit at one integration and a deletion at the other': {
    isSmall: true,
    faults: 2,
    ...{ integrations: BOTH, of: OF_SYNC, before: [create] },
    actors: [[editThere({ name: 't1' })], [atCrm(deleteThere)]],
  },
  'a deletion at the second integration': {
    isSmall: false,
    faults: 2,
    ...{ integrations: BOTH, of: OF_SYNC, before: [create] },
    actors: [[atCrm(deleteThere)]],
  },
  'a protected create that the second integration gets': {
    isSmall: false,
    faults: 1,
    ...{ integrations: BOTH, of: [...OF_SAGA, ...OF_SYNC] },
    actors: [[createProtected]],
  },
  'a protected create that Stripe refuses and the second integration never gets': {
    isSmall: false,
    faults: 1,
    ...{ integrations: BOTH, of: [...OF_SAGA, ...OF_SYNC], before: [refuse('create')] },
    actors: [[createProtected]],
  },
  'a protected update while the customer is edited at the second integration': {
    isSmall: false,
    faults: 1,
    ...{ integrations: BOTH, of: ['meanwhile'], before: [create] },
    actors: [[renameProtected('n1')], [atCrm(editThere({ email: null }, 'con_1'))]],
  },
  'a protected delete while the customer is edited at the second integration': {
    isSmall: false,
    faults: 1,
    ...{ integrations: BOTH, of: ['meanwhile'], before: [create] },
    actors: [[removeProtected], [atCrm(editThere({ name: 'x1' }, 'con_1'))]],
  },
} as const satisfies Readonly<Record<string, Told>>;
