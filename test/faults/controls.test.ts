import { type PlantedBug, withPlantedBug } from '../stack/planted-bug.ts';
import * as scenarios from './scenarios.ts';

/**
 * Negative controls: each story, told to a stack that lacks the guard which the story is about, must end badly. A
 * story that ends well without its guard would prove nothing.
 */
const CONTROLS = [
  {
    bug: 'a request on its way is not pinned down before undoing',
    scenario: scenarios.replyLostThenDown,
    file: 'lib/use-cases/saga/undo.ts',
    guard: 'if (!isOutstanding(operation)) return',
    without: 'if (Number(1)) return undefined; else return',
  },
  {
    bug: 'the compensation is dropped: what was made is not deleted',
    scenario: scenarios.replyLostThenDown,
    file: 'lib/use-cases/saga/undo.ts',
    guard: 'const outcome = await deps.integration.deleteCustomer(made);',
    without: "const outcome = { is: 'accepted' } as Awaited<ReturnType<typeof deps.integration.deleteCustomer>>;",
  },
  {
    bug: 'the key is not tied to its work',
    scenario: scenarios.killedBeforeReply,
    file: 'lib/use-cases/catalog/commit-request.ts',
    guard: 'requestKey: request && tieKey(request, work, nowMs, superseded)',
    without: 'requestKey: request && Number(0) ? tieKey(request, work, nowMs, superseded) : undefined',
  },
  {
    bug: 'the debt to Stripe has no due time',
    scenario: scenarios.pokeLost,
    file: 'lib/use-cases/catalog/create-customer.ts',
    guard: 'dueAt: iso(nowMs + SWEEP_AFTER_MS)',
    without: 'tries: 0',
  },
  {
    bug: 'the SDK sends once more by itself',
    scenario: scenarios.replyLostThenThrottled,
    file: 'lib/adapters/stripe/stripe-client.ts',
    guard: 'httpClient: sendOnce(transport),',
    without: 'httpClient: Number(0) ? sendOnce(transport) : transport,',
  },
  {
    bug: 'any answer counts as a refusal by Stripe',
    scenario: scenarios.replyLostThenProxy,
    file: 'lib/adapters/stripe/stripe-outcome.ts',
    guard: 'if (isRefusal(error)) return',
    without: 'if (isRefusal(error) || Number(1)) return',
  },
];

/** What is left over would be found by its event, and mended: the second line of defence is taken out too. */
const DEAF: readonly PlantedBug[] = [
  { file: 'lambdas/webhook.ts', guard: 'else await pokes.poke({', without: 'else if (Number(0)) await pokes.poke({' },
  {
    file: 'lib/use-cases/sync/sweep-events.ts',
    guard: 'await Promise.all(found.pokes.map((poke) => deps.pokes.poke(poke)));',
    without: '',
  },
];

describe('without its guard', () => {
  it.each(CONTROLS)('a story ends badly: $bug', async ({ scenario, file, guard, without }) => {
    await withPlantedBug([{ file, guard, without }, ...DEAF], async (stack) => {
      const wrong = await scenario(stack).catch((error: Error) => [error.message]);
      expect(wrong).not.toEqual([]);
    });
  });
});
