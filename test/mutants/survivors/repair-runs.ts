import { ANY_ENTRY, each, type Survivor } from './reasons.ts';

const RUNS = 'lib/use-cases/repair/runs';
const ASKS_AGAIN = 'The condition of the write asks the same once more.';
const ON_TIME = 'To the millisecond, when the time is up is no promise.';
const EITHER = 'Whoever is answered asks for the other words only: any other would do.';

export const OF_REPAIR_RUNS: readonly Survivor[] = [
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
  ...each(`${RUNS}/work-on-run.ts`, ASKS_AGAIN, ['run.fence !== fence'], 'false'),
  ...each(`${RUNS}/work-on-run.ts`, EITHER, ["'taken'"]),
  ...each(`${RUNS}/work-on-run.ts`, ON_TIME, ['deps.clock.nowMs() < untilMs'], 'deps.clock.nowMs() <= untilMs'),
  ...each(
    `${RUNS}/work-on-run.ts`,
    'To write after each piece, rather than when it is time to, costs calls and keeps the same.',
    ['buckets.isFull() || piece.walk.place.stage !== walk.place.stage'],
    'true',
  ),
];
