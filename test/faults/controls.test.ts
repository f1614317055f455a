import { withPlantedBug } from '../stack/planted-bug.ts';
import * as scenarios from './scenarios.ts';

/**
 * Negative controls: each story, told to a stack that lacks the guard which the story is about, must end badly. A
 * story that ends well without its guard would prove nothing.
 */
const CONTROLS = [
  {
    bug: 'the email is not given back',
    scenario: scenarios.stripeFails,
    file: 'lib/use-cases/saga/release.ts',
    guard: 'claim: remove(',
    without: 'claim: Number(1) ? undefined : remove(',
  },
  {
    bug: 'a request on its way is not pinned down before undoing',
    scenario: scenarios.replyLostThenDown,
    file: 'lib/use-cases/saga/undo.ts',
    guard: 'if (!isOutstanding(operation)) return',
    without: 'if (Number(1)) return undefined; else return',
  },
  {
    bug: 'each try has a key of its own (reply lost)',
    scenario: scenarios.replyLost,
    file: 'lib/use-cases/saga/send-create.ts',
    guard: 'operation.attempt}',
    without: 'operation.sent}',
  },
  {
    bug: 'an overdue operation gets no new executor',
    scenario: scenarios.killedBeforeStart,
    file: 'lib/use-cases/saga/sweep-operations.ts',
    guard: 'if (committed) await deps.saga.start(operationId, fence);',
    without: '',
  },
  {
    bug: 'each try has a key of its own (saga function dies)',
    scenario: scenarios.killedAfterStripe,
    file: 'lib/use-cases/saga/send-create.ts',
    guard: 'operation.attempt}',
    without: 'operation.sent}',
  },
  {
    bug: 'the key is not tied to its work',
    scenario: scenarios.killedBeforeReply,
    file: 'lib/use-cases/catalog/commit-new-customer.ts',
    guard: 'requestKey: request && tieKey(request, work, nowMs, superseded),',
    without: 'requestKey: request && Number(0) ? tieKey(request, work, nowMs, superseded) : undefined,',
  },
  {
    bug: 'the open attempt is forgotten',
    scenario: scenarios.syncKilledAfterStripe,
    file: 'lib/use-cases/sync/sync-customer.ts',
    guard: 'if (sync.attemptKey !== undefined) {',
    without: 'if (sync.attemptKey !== undefined && Number(0)) {',
  },
  {
    bug: 'the debt to Stripe has no due time',
    scenario: scenarios.pokeLost,
    file: 'lib/use-cases/catalog/create-customer.ts',
    guard: 'dueAt: iso(nowMs + SWEEP_AFTER_MS)',
    without: 'tries: 0',
  },
];

describe('without its guard', () => {
  it.each(CONTROLS)(
    'a story ends badly: $bug',
    async ({ scenario, file, guard, without }) => {
      await withPlantedBug({ file, guard, without }, async (stack) => {
        const wrong = await scenario(stack).catch((error: Error) => [error.message]);
        expect(wrong).not.toEqual([]);
      });
    },
    120_000,
  );
});
