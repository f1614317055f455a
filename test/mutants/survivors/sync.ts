import { ANY_WORD, each, looked, SPARES, type Survivor } from './reasons.ts';

const OF = 'lib/use-cases/sync';
const NO_TIME = 'What is undefined is neither before nor after any time: it is asked for the types.';
const NOTHING_BESIDES = 'Only what is written besides the run can refuse its end, and here nothing is that could.';
const NO_EMAIL = 'Nothing blocks what is no email: it is asked for the types.';
const NEITHER = 'It is only asked whether it is `accepted` or `open`: by any other word it is neither.';
const RESERVED = 'What blocks by a reservation names no holder, and whoever names none is asked for next.';
const ONLY_FAILURES = 'Only a failure is ever said to be replayed: it is asked for the types.';
const NONE_UNSEEN = 'What was seen is of fields that the same attempt sends: of one that is accepted, nothing is left.';
const LIVE_HAS_ID =
  'The id of a run is set and removed with its time, so a live one has it: it is asked for the types.';

const OF_RUNS: readonly Survivor[] = [
  ...each(
    `${OF}/run.ts`,
    'A run without a time is not live, and a live one has its time: it is asked for the types.',
    ['sync.runExpiresAt !== undefined'],
    'true',
  ),
  ...each(`${OF}/end-run.ts`, NO_TIME, ['ended.dueAt !== undefined'], 'true'),
  ...each(
    `${OF}/end-run.ts`,
    'Whom a later run has overtaken is refused by its revision a second time too, and answers the same: it spares a call.',
    ['refusedSync?.existing?.revision !== sync.revision', 'isOvertaken'],
    'false',
  ),
  ...looked(`${OF}/end-run.ts`, ['refusedSync?.existing', 'refusedSync.existing']),
  ...each(`${OF}/gone.ts`, NOTHING_BESIDES, ["ended.is === 'ended'"], 'true'),
  ...each(`${OF}/sync-customer.ts`, NOTHING_BESIDES, ["ended.is === 'ended'"], 'true'),
  ...each(`${OF}/sync-customer.ts`, NOTHING_BESIDES, ["'owed'"], '""'),
  ...each(`${OF}/others.ts`, SPARES, ['others.length === 0'], 'false'),
];

const OF_MERGES: readonly Survivor[] = [
  ...each(`${OF}/decide.ts`, NO_EMAIL, ['wanted !== null'], 'true'),
  ...each(`${OF}/blocked-email.ts`, RESERVED, ["blocked.is === 'reserved'"], 'false'),
  ...each(`${OF}/blocked-email.ts`, RESERVED, ["'reserved'"], '""'),
];

const OF_ATTEMPTS: readonly Survivor[] = [
  ...each(`${OF}/attempts.ts`, 'Only a create names no twin, and it asks for none.', ["''"], ANY_WORD),
  ...each(
    `${OF}/attempts.ts`,
    'An owner that is a mere word has no operation, and so not this attempt: it is asked for the types.',
    ["typeof found.owner === 'object'"],
    'true',
  ),
  ...each(
    `${OF}/settle.ts`,
    'What is decided is only spread, and of what is undefined nothing is spread either.',
    ['{ changes: {}, writes: {} }'],
    '{}',
  ),
  ...each(`${OF}/settle.ts`, ONLY_FAILURES, ["outcome.is !== 'failed'"], 'false'),
  ...each(`${OF}/settle.ts`, ONLY_FAILURES, ["outcome.is === 'failed'"], 'true'),
  ...each(`${OF}/settle.ts`, NONE_UNSEEN, ['([field]) => !(field in fields)'], '() => undefined'),
  ...each(`${OF}/settle.ts`, NONE_UNSEEN, ['Object.keys(unseen).length === 0'], 'true'),
];

const OF_POKES: readonly Survivor[] = [
  ...each(
    `${OF}/echo.ts`,
    'It stands for a key that there is not: no id is in it, nor in any other word that is no key.',
    ["''"],
    ANY_WORD,
  ),
  ...each(
    `${OF}/echo.ts`,
    'Of what a key is made of, the second part is taken, which a list of one has not either.',
    ['[]'],
    '["Stryker was here"]',
  ),
  ...each(
    `${OF}/echo.ts`,
    'Where there is no key, there is no id either, which is asked next.',
    ['key === undefined'],
    'false',
  ),
  ...each(`${OF}/echo.ts`, NEITHER, ["'foreign'", "'undone'"], '""'),
  ...each(`${OF}/echo.ts`, NEITHER, ["outcome === 'accepted' || outcome === 'open'"], 'true'),
  ...each(`${OF}/handle-pokes.ts`, NEITHER, ["'foreign'"], '""'),
];

const OF_LINKS: readonly Survivor[] = [
  ...each(`${OF}/import-customer.ts`, NO_EMAIL, ['wanted !== null'], 'true'),
  ...each(`${OF}/link-run.ts`, NO_TIME, ['runExpiresAt !== undefined'], 'true'),
  ...each(`${OF}/link-run.ts`, LIVE_HAS_ID, ['runId === undefined'], 'false'),
  ...each(`${OF}/link-run.ts`, LIVE_HAS_ID, ["'runId'"], '""'),
];

const OF_RETRIES: readonly Survivor[] = [
  ...each(`${OF}/retry-failed-syncs.ts`, NO_TIME, ['retryAt !== undefined'], 'true'),
  ...each(
    `${OF}/retry-failed-syncs.ts`,
    'The gate lets go of none: who is an orphan there keeps its externalId, so that the write does not hold.',
    ['integration !== GATE'],
    'true',
  ),
  ...each(
    `${OF}/retry-failed-syncs.ts`,
    'Who was busy is neither counted as succeeded nor as failing: any other word would do.',
    ["'busy'"],
    '""',
  ),
  ...each(
    `${OF}/retry-failed-syncs.ts`,
    'Who has been asked for anew counts as let go of no more, which the next look finds: it spares that look.',
    ['committed'],
    'false',
  ),
];

export const OF_SYNC: readonly Survivor[] = [
  ...OF_RUNS,
  ...OF_MERGES,
  ...OF_ATTEMPTS,
  ...OF_POKES,
  ...OF_LINKS,
  ...OF_RETRIES,
];
