import { absent, all, any, atMost, type Condition, check, equal, missing, put } from '#ports/catalog-store.ts';
import type { CustomerRecord, SyncRecord } from '#ports/records.ts';
import {
  type CatalogPromise,
  customerKey,
  customerOf,
  newId,
  type Stage,
  syncKey,
  syncOf,
} from './catalog-store.stage.ts';

type OnCustomer = Condition<keyof CustomerRecord & string>;
type OnSync = Condition<keyof SyncRecord & string>;

/** Conditions, by what is said of them. */
type Cases<C> = Readonly<Record<string, C>>;

/** A customer without a name (null, not lacking) and without an owner, and how it stands with Stripe. */
async function withRecords({ store }: Stage): Promise<string> {
  const id = newId();
  const sync = syncOf({ lookAgain: true, base: { name: null, email: 'm@example.com' }, lastError: '10' });
  await store.commit({
    customer: put(customerKey(id), customerOf(id), absent),
    sync: put(syncKey(id), sync, absent),
  });
  return id;
}

/** The cases in which the store does not decide as it should. */
async function undecided(
  { store }: Stage,
  id: string,
  should: boolean,
  cases: { readonly customer?: Cases<OnCustomer>; readonly sync?: Cases<OnSync> },
): Promise<string[]> {
  const wrong: string[] = [];
  for (const [said, when] of Object.entries(cases.customer ?? {})) {
    const { committed } = await store.commit({ it: check(customerKey(id), when) });
    if (committed !== should) wrong.push(`${said}: ${committed ? 'holds' : 'does not hold'}`);
  }
  for (const [said, when] of Object.entries(cases.sync ?? {})) {
    const { committed } = await store.commit({ it: check(syncKey(id), when) });
    if (committed !== should) wrong.push(`${said}: ${committed ? 'holds' : 'does not hold'}`);
  }
  return wrong;
}

export const conditionPromises: readonly CatalogPromise[] = [
  {
    promise: 'takes for absent what has no record',
    async violations(stage) {
      const id = await withRecords(stage);
      return [
        ...(await undecided(stage, id, false, { customer: { 'of a record': absent } })),
        ...(await undecided(stage, newId(), true, { customer: { 'of none': absent } })),
      ];
    },
  },
  {
    promise: 'takes for equal only the same value of the same type, of a field that is there',
    async violations(stage) {
      const id = await withRecords(stage);
      return [
        ...(await undecided(stage, id, true, {
          customer: { number: equal('version', 5), text: equal('email', 'm@example.com') },
          sync: { 'yes or no': equal('lookAgain', true), zero: equal('revision', 0) },
        })),
        ...(await undecided(stage, id, false, {
          customer: {
            'other number': equal('version', 4),
            'number as text': equal('version', '5'),
            'other letter case': equal('email', 'M@example.com'),
            'null as empty text': equal('name', ''),
            'field that is not there': equal('owner', ''),
          },
          sync: {
            'other of two': equal('lookAgain', false),
            'yes as a number': equal('lookAgain', 1),
            'yes as text': equal('lookAgain', 'true'),
            'text as a number': equal('lastError', 10),
            'a hash': equal('base', 'm@example.com'),
            'lacking as false': equal('isGone', false),
          },
        })),
        ...(await undecided(stage, newId(), false, { customer: { 'of no record': equal('version', 5) } })),
      ];
    },
  },
  {
    promise: 'takes for missing a field that is not there, and every field of no record',
    async violations(stage) {
      const id = await withRecords(stage);
      return [
        ...(await undecided(stage, id, true, { customer: { lacking: missing('owner') } })),
        ...(await undecided(stage, id, false, {
          customer: { 'there as null': missing('name'), there: missing('version') },
          sync: { 'there as zero': missing('revision') },
        })),
        ...(await undecided(stage, newId(), true, { customer: { 'of no record': missing('version') } })),
      ];
    },
  },
  {
    promise: 'takes for at most only what has the same type and is not greater: numbers as numbers, texts as texts',
    async violations(stage) {
      const id = await withRecords(stage);
      return [
        ...(await undecided(stage, id, true, {
          customer: {
            'equal number': atMost('version', 5),
            'greater number': atMost('version', 10),
            'greater text': atMost('email', 'n'),
          },
          sync: { 'texts of digits, as texts': atMost('lastError', '9') },
        })),
        ...(await undecided(stage, id, false, {
          customer: {
            'smaller number': atMost('version', 4.5),
            'capital, which comes before small letters': atMost('email', 'Z'),
            'text for a number': atMost('version', '9'),
            'number for a text': atMost('email', 9),
            null: atMost('name', 'z'),
            lacking: atMost('owner', 'z'),
          },
          sync: { 'number for digits': atMost('lastError', 11), 'yes or no': atMost('lookAgain', 9) },
        })),
        ...(await undecided(stage, newId(), false, { customer: { 'of no record': atMost('version', 9) } })),
      ];
    },
  },
  {
    promise: 'puts conditions together: all of them, any of them, one in another',
    async violations(stage) {
      const id = await withRecords(stage);
      const [yes, no] = [equal('version', 5), equal('version', 6)] as const;
      return [
        ...(await undecided(stage, id, true, {
          customer: {
            all: all(yes, missing('owner')),
            'all of one': all(yes),
            'any of the last': any(no, absent, yes),
            'any in all': all(any(no, yes), missing('owner')),
            'all in any': any(all(yes, no), all(yes, missing('owner'))),
          },
        })),
        ...(await undecided(stage, id, false, {
          customer: {
            'all but one': all(yes, missing('owner'), no),
            'any of none that holds': any(no, absent),
            'any in all that fails': all(any(no, yes), absent),
          },
        })),
      ];
    },
  },
];
