import { A_WORD, ANY_ENTRY, each, NAME, NONE_LEFT, SAYS_BOTH, SPARES, type Survivor } from './reasons.ts';

const COMPARE = 'lib/use-cases/repair/compare';
const RUNS = 'lib/use-cases/repair/runs';
const ASKS_AGAIN = 'The condition of the write asks the same once more.';
const ON_TIME = 'To the millisecond, when the time is up is no promise.';
const EITHER = 'Whoever is answered asks for the other words only: any other would do.';

/** Of comparing both sides, in one go and as a run. */
export const OF_COMPARING: readonly Survivor[] = [
  ...each(`${COMPARE}/compare.ts`, NAME, ["'TooManyCustomersError'"]),
  ...each(
    `${COMPARE}/compare.ts`,
    'A walk that is at its end is after nobody: the rest of the line is for the types.',
    ["place.stage === 'look'"],
    'true',
  ),
  ...each(`${COMPARE}/list-external.ts`, SPARES, ['customers.length === 0'], 'false'),
  ...each(`${COMPARE}/list-external.ts`, 'There is nobody whose link it would be.', ['[]'], ANY_ENTRY),
  ...each(`${COMPARE}/list-external.ts`, A_WORD, ["typeof owner === 'object'"], 'true'),
  ...each(
    `${COMPARE}/look.ts`,
    'Suspects have different names, and so different places.',
    ['a.place < b.place'],
    'a.place <= b.place',
  ),
  ...each(
    `${COMPARE}/look.ts`,
    'Where some are left, some were looked at: nobody asks for none.',
    ['looked.at(-1)?.place'],
    'looked.at(-1).place',
  ),
  ...each(
    `${COMPARE}/look.ts`,
    'Of claims and operations the walk notes nothing that could have changed: the line is for the types.',
    ["evidence.of !== 'customer' && evidence.of !== 'external'"],
    'false',
  ),
  ...each(`${COMPARE}/look.ts`, NONE_LEFT, ['at < all.length'], 'at <= all.length'),
  ...each(
    `${COMPARE}/scan-catalog.ts`,
    SAYS_BOTH,
    ["found.key.type === 'emailClaim' && 'emailHash' in found.key"],
    "found.key.type === 'emailClaim' || 'emailHash' in found.key",
  ),
  ...each(`${COMPARE}/scan-catalog.ts`, SAYS_BOTH, ["found.key.type === 'emailClaim'"], 'true'),
  ...each(
    `${COMPARE}/scan-catalog.ts`,
    'Of what comes here, only a link has an integration.',
    ["found.key.type === 'link'"],
    'true',
  ),

  ...each(`${RUNS}/begin-run.ts`, 'A word is no run that is still going on.', ['[]'], ANY_ENTRY),
  ...each(
    `${RUNS}/conclude-run.ts`,
    'Only a scheduled one knows since when events had been lost: of others there is nothing to make good.',
    ['run.isScheduled'],
    'true',
  ),
  ...each(
    `${RUNS}/conclude-run.ts`,
    'It reads one page more, of which nothing is kept.',
    ['findings.length < ISSUES_KEPT'],
    'findings.length <= ISSUES_KEPT',
  ),
  ...each(`${RUNS}/repair-findings.ts`, EITHER, ["{ is: 'done', changes: {} }", "'done'"]),
  ...each(`${RUNS}/repair-findings.ts`, ON_TIME, ['deps.clock.nowMs() < untilMs'], 'deps.clock.nowMs() <= untilMs'),
  ...each(
    `${RUNS}/repair-findings.ts`,
    'It goes one round more, with no findings, before it comes to the next page.',
    ['walk.next < page.entries.length'],
    'walk.next <= page.entries.length',
  ),
  ...each(`${RUNS}/repair-findings.ts`, 'Nothing but the groups of this report is asked for.', ['false'], 'true'),
  ...each(`${RUNS}/resume-run.ts`, ASKS_AGAIN, ['run.dueAt === undefined', 'run.dueAt > iso(nowMs)'], 'false'),
  ...each(
    `${RUNS}/run-pages.ts`,
    'What is left then, a full page at most, is written by the flush that ends each step.',
    ['waiting.length >= PAGE_SIZE'],
    'waiting.length > PAGE_SIZE',
  ),
  ...each(
    `${RUNS}/work-on-run.ts`,
    'A comparison always answers its walk: the question mark asks for nothing.',
    ['compared.walk?.place'],
    'compared.walk.place',
  ),
  ...each(`${RUNS}/work-on-run.ts`, ASKS_AGAIN, ['run.fence !== fence'], 'false'),
  ...each(`${RUNS}/work-on-run.ts`, EITHER, ["'taken'"]),
  ...each(`${RUNS}/work-on-run.ts`, ON_TIME, ['deps.clock.nowMs() < untilMs'], 'deps.clock.nowMs() <= untilMs'),
  ...each(
    `${RUNS}/work-on-run.ts`,
    'To write after each piece, rather than when it is time to, costs calls and keeps the same.',
    ['buckets.isFull() || piece.walk.place.stage !== walk.place.stage'],
    'true',
  ),
  ...each(
    `${RUNS}/work-on-run.ts`,
    'Nobody saves a run as running: whoever says a status says that it has ended.',
    ["changes.status !== 'running'"],
    'true',
  ),
  ...each(`${RUNS}/work-on-run.ts`, 'Nobody saves a run as running: whoever says a status says that it has ended.', [
    "'running'",
  ]),
];
