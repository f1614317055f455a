import { tellEverything } from './everything.ts';
import { runSeeds } from './run-seeds.ts';
import { shrink, storyOf } from './shrink.ts';

/** So many stories are more than enough to meet all that must happen sometimes. */
const SEEDS = 1_000;

describe('everything at once', () => {
  it(`ends well, whatever the seed (${SEEDS} of them), and is everything`, async () => {
    const { told, wrong, neverHit } = await runSeeds({ from: 1, count: SEEDS, workers: 1 });
    if (wrong !== undefined) {
      const tell = (telling: Parameters<typeof tellEverything>[2]) => tellEverything(wrong.seed, undefined, telling);
      throw new Error(storyOf(await shrink(wrong.seed, tell)));
    }
    expect([told, neverHit]).toEqual([SEEDS, []]);
  }, 1_200_000);

  it('makes one Stripe customer although a run has read half of what an operation ended meanwhile', async () => {
    // Found among 3,000 seeds: the sync item was read before the operation's end, the customer after it.
    expect((await tellEverything(2275)).wrong).toEqual([]);
  });

  it('takes an email from Stripe although a protected edit came while somebody else had it reserved', async () => {
    // Found among 20,000 seeds: the edit ended the wait for the email as if it had brought it over.
    expect((await tellEverything(20_480)).wrong).toEqual([]);
  });

  it('makes an edit anew that is asked for again after its key has ended, whatever Stripe changed meanwhile', async () => {
    // Found among 33,000 seeds: the promise took both requests for one.
    expect((await tellEverything(32_683)).wrong).toEqual([]);
  });

  it('is the same again for the same seed, byte for byte', async () => {
    for (const seed of [1, 2, 3, 4])
      expect((await tellEverything(seed)).trace).toEqual((await tellEverything(seed)).trace);
  });
});
