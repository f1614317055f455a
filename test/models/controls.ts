import type { PlantedBug } from '../stack/planted-bug.ts';
import type { Fault } from './faults.ts';
import type { StoryName } from './stories.ts';

/** A guard that is taken out, and the story that ends badly without it. */
type Control = PlantedBug & {
  readonly bug: string;
  readonly story: StoryName;
  /** The faults that it takes. */
  readonly of: readonly Fault[];
  /** Part of what is wrong then. */
  readonly wrong: string;
  /** It takes tens of thousands of states: told by `npm run models` only. */
  readonly isLong?: true;
};

const SAGA = 'lib/use-cases/saga';
const SYNC = 'lib/use-cases/sync';

export const CONTROLS: readonly Control[] = [
  {
    bug: 'a first request that is sent late counts as one that has arrived',
    ...{ story: 'a protected update', of: ['day', 'unanswered'], wrong: 'has had its effect' },
    file: `${SAGA}/apply.ts`,
    guard: 'if (operation.dueAt !== undefined && operation.dueAt <= startedAt) return resolve(deps, executor);',
    without: '',
  },
  {
    bug: 'a process that nobody waits for any more sends what has been refused meanwhile',
    ...{ story: 'a protected update', of: ['failure', 'overlap'], wrong: 'has had its effect' },
    file: `${SAGA}/executor.ts`,
    guard: "...(operation.problem === undefined ? [missing<'problem'>('problem')] : []),",
    without: '',
  },
  {
    bug: 'an update too old for its key is judged by what Stripe holds now, though somebody has changed it since',
    story: 'a protected update while the customer is edited in Stripe',
    ...{ of: ['unanswered', 'day'], wrong: 'has had its effect' },
    file: `${SAGA}/kinds/update.ts`,
    guard: 'isThere || (await integration.hasUpdated(externalId, stripeKey(operation), sent))',
    without: 'isThere',
  },
  {
    bug: 'a key that Stripe has forgotten is sent again',
    ...{ story: 'a protected create', of: ['crash', 'day'], wrong: 'two in Stripe' },
    file: 'lib/domain/travel.ts',
    guard: '< KEY_USABLE_MS;',
    without: '< Number.POSITIVE_INFINITY;',
  },
  {
    bug: 'an operation is never due',
    ...{ story: 'a protected delete', of: ['crash'], wrong: 'is deleting' },
    file: `${SAGA}/run-operation.ts`,
    guard: 'dueAt: iso(nowMs + LEASE_MS)',
    without: '',
  },
  {
    bug: 'the open attempt is forgotten',
    ...{ story: 'a default create', of: ['unanswered'], wrong: 'two in Stripe' },
    file: `${SYNC}/sync-customer.ts`,
    guard: 'if (sync.attemptKey === undefined) return undefined;',
    without: 'if (Number(1)) return undefined;',
  },
  {
    bug: 'a value that our write replaced unseen is not audited',
    ...{ story: 'edits of one field on both sides', of: [], wrong: 'no audit tells of it' },
    file: `${SYNC}/echo.ts`,
    guard: 'if (!isExpected(deps, event, own.expected)) await auditOverruled(deps, event, own);',
    without: '',
  },
  {
    bug: 'a protected edit ends a look that is due',
    ...{ story: 'an email from Stripe that somebody else reserves', of: [], wrong: 'in Stripe n1 <c@x>', isLong: true },
    file: `${SAGA}/hold-sync.ts`,
    guard: 'dueAt !== undefined ||',
    without: '',
  },
  {
    bug: 'a run begins by what it has read before a person ended the conflict',
    story: 'a conflict that a person ends while it is edited in Stripe',
    ...{ of: [], wrong: 'is overruled, and still in conflict' },
    file: 'lib/use-cases/catalog/owed.ts',
    guard: 'return isLive ? revision : revision + 1;',
    without: 'return isLive ? revision : revision;',
  },
  {
    bug: 'a run is not told that there is more to see',
    ...{ story: 'edits of one field on both sides', of: ['meanwhile'], wrong: ', in Stripe t1' },
    file: `${SYNC}/run.ts`,
    guard: "if (await markLookAgain(deps, customer, sync, hasLiveRun)) return 'busy';",
    without: "if (markLookAgain !== undefined) return 'busy';",
  },
  {
    bug: 'a follower lets go of a customer though somebody has asked to look again',
    ...{ story: 'a deletion at the second integration', of: ['twice', 'meanwhile'], wrong: 'made anew by itself' },
    file: `${SYNC}/end-run.ts`,
    guard: ' || (isLettingGo && !isOvertaken)',
    without: '',
  },
  {
    bug: 'what another integration empties while a run is at work is forgotten',
    ...{ story: 'an edit here and at the second integration', of: ['meanwhile'], wrong: 'create-1 is n1 <null>' },
    file: `${SYNC}/end-run.ts`,
    guard: '{ ...reached, ...again }',
    without: '{ ...ended, ...again }',
    isLong: true,
  },
  {
    bug: 'what another integration empties just before a run begins is forgotten',
    ...{ story: 'an edit here and at the second integration', of: ['torn', 'meanwhile'] },
    wrong: 'create-1 is n1 <null>',
    file: 'lib/use-cases/catalog/owed.ts',
    guard: 'return isLive ? revision : revision + 1;',
    without: 'return isLive ? revision : revision;',
    isLong: true,
  },
  {
    bug: 'what one integration empties is not emptied in the other',
    story: 'an email that is taken away at one integration and another given at the other',
    ...{ of: ['meanwhile'], wrong: 'crm: create-1 is' },
    file: 'lib/domain/merge.ts',
    guard: 'emptied.includes(field) &&',
    without: 'Number.isNaN(0) &&',
  },
];
