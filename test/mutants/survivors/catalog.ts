import { ANY_WORD, each, looked, NOBODY, SPARES, type Survivor } from './reasons.ts';

const CATALOG = 'lib/use-cases/catalog';
const WORDS = 'The two words that an owner may be have no such field: to ask first is for the types.';
const NOT_LATER = 'What is undefined is not later than any time: to ask first is for the types.';

export const OF_CATALOG: readonly Survivor[] = [
  {
    ...{ file: `${CATALOG}/commit-request.ts`, original: 'request !== undefined', replacement: 'true' },
    on: 'request !== undefined && tied !== undefined',
    why: 'Only a request that has a key can meet what the key is tied to: it is asked for the types.',
  },
  {
    ...{ file: `${CATALOG}/owed.ts`, original: 'isTombstone === true', replacement: 'true', on: '&& { isTombstone }' },
    why: 'It is true or not there, never false.',
  },
  ...looked(`${CATALOG}/get-sync-health.ts`, ['sync?.retryAt', 'sync.retryAt'], ['sync?.dueAt', 'sync.dueAt']),
  ...each(`${CATALOG}/link-customer.ts`, NOBODY, ["''"], ANY_WORD),
  ...each(`${CATALOG}/link-customer.ts`, WORDS, ["typeof owner === 'object'"], 'true'),
  ...each(`${CATALOG}/list-customers.ts`, SPARES, ['ids.length === 0'], 'false'),
  ...each(`${CATALOG}/owed.ts`, NOT_LATER, ['dueAt !== undefined', 'runExpiresAt !== undefined'], 'true'),
  ...each(`${CATALOG}/read-live.ts`, NOT_LATER, ['runExpiresAt !== undefined'], 'true'),
  ...each(
    `${CATALOG}/update-customer.ts`,
    'Nobody can ask for no email: an update that needs another claim has one.',
    ['after.email !== null'],
    'true',
  ),
];
