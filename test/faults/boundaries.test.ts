import { MANY } from '../repair/at-size.ts';
import { empty } from '../stack/empty.ts';
import { inPlantedCopy } from '../stack/planted-bug.ts';
import { startStack } from '../stack/stack.ts';
import { findBoundaries, type Struck, type Told, tellWithFaults } from './boundaries.ts';
import { CHANGES, STORIES } from './stories/stories.ts';
import type { Story } from './stories/story.ts';
import { strikesAt } from './strikes.ts';

type Case = Struck & { readonly story: Story };

/**
 * `npm run faults` tells every story with every fault at every outgoing call of it; the suite tells a sample, spread
 * evenly, of changes. `--story protected` tells only those with this in their names, and `--shard 2/3` every third
 * case from the second on.
 */
const IS_ALL = process.env['ALL_FAULTS'] === 'true';
const SAMPLE = IS_ALL ? Number.POSITIVE_INFINITY : 24;
const [SHARD = 1, SHARDS = 1] = (process.env['SHARD'] ?? '1/1').split('/').map(Number);
const TOLD = (IS_ALL ? STORIES : CHANGES).filter(({ name }) => name.includes(process.env['STORY'] ?? ''));
/** What is left of earlier cases makes every look at the world longer. */
const CASES_A_WORLD = 20;

describe('a fault at a boundary', () => {
  it.each([
    { deployment: 'any', stories: TOLD.filter(({ isAtSize }) => !isAtSize), bug: undefined },
    { deployment: 'one to which few customers are many', stories: TOLD.filter(({ isAtSize }) => isAtSize), bug: MANY },
  ])(
    'leaves nothing half done, wherever it strikes (on $deployment)',
    async ({ stories, bug }) => {
      if (stories.length === 0) return;
      const tell = async (directory: string) => {
        const { count, wrong } = await tellAll(stories, directory);
        process.stderr.write(`${count}\n`);
        expect(wrong).toEqual([]);
      };
      await (bug === undefined ? tell(process.cwd()) : inPlantedCopy(bug, tell));
    },
    IS_ALL ? 6 * 3_600_000 : 400_000,
  );
});

async function tellAll(stories: readonly Story[], directory: string): Promise<{ count: string; wrong: string[] }> {
  let stack = await startStack({ directory, isJudged: true });
  const wrong: string[] = [];
  const missed: string[] = [];
  let boundaries = 0;
  try {
    const cases: Case[] = [];
    for (const [index, story] of stories.entries()) {
      // What came before a story must not be counted with it.
      if (index > 0) await empty(stack);
      const found = await findBoundaries(stack, story, `clean-${index}`);
      expect(found.length).toBeGreaterThan(3);
      boundaries += found.length;
      cases.push(...strikesAt(found).map((struck) => ({ story, ...struck })));
    }
    const step = Math.max(1, cases.length / SAMPLE);
    const sampled = cases.filter((_, index) => Math.floor(index / step) !== Math.floor((index - 1) / step));
    const told = sampled.filter((_, index) => index % SHARDS === SHARD - 1);
    const beganAtMs = performance.now();
    for (const [index, { story, boundary, strike }] of told.entries()) {
      if (index % CASES_A_WORLD === 0) await empty(stack);
      const struck = [{ boundary, strike }];
      const outcome = await tellWithFaults(stack, story, { struck, n: `case-${index}` }).catch(
        (error: Error): Told => ({ wrong: [error.message], hasStruck: true }),
      );
      if ((index + 1) % 50 === 0) {
        const each = (performance.now() - beganAtMs) / 1000 / (index + 1);
        process.stderr.write(`${index + 1} of ${told.length} cases told, ${each.toFixed(1)} s each\n`);
      }
      const { function: name, service, action, nth } = boundary;
      const which = `${story.name}, ${strike.name} at ${name} ${service} ${action} (${nth})`;
      if (!outcome.hasStruck) missed.push(which);
      if (outcome.wrong.length === 0) continue;
      wrong.push(`${which}: ${outcome.wrong.join(' ')}`);
      process.stderr.write(`${wrong.at(-1)}\n`);
      // What is left over would be found again after each later case.
      await stack.stop();
      stack = await startStack({ directory, isJudged: true });
    }
    if (missed.length > 0) process.stderr.write(`These calls did not come:\n${missed.join('\n')}\n`);
    const count = `${cases.length} cases at ${boundaries} boundaries of ${stories.length} stories, ${told.length} told, ${missed.length} did not meet their call, ${wrong.length} ended badly`;
    return { count, wrong };
  } finally {
    await stack.stop();
  }
}
