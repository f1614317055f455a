import { empty } from '../stack/empty.ts';
import { type Stack, startStack } from '../stack/stack.ts';
import { findBoundaries, type Struck, type Told, tellWithFaults } from './boundaries.ts';
import type { Story } from './stories/story.ts';
import { strikesAt } from './strikes.ts';

/** What came of one story. */
export type Count = {
  readonly story: string;
  readonly boundaries: number;
  /** Every fault at every boundary. */
  readonly cases: number;
  /** Those of this sample or shard. */
  readonly told: number;
  /** Those whose call did not come, however often they were told. */
  readonly missed: number;
  readonly wrong: number;
};

export type Case = Struck & { readonly story: Story };
type Options = {
  readonly directory: string;
  /** Chooses those that are told, of all cases of all stories. */
  readonly choose: (cases: readonly Case[]) => readonly Case[];
  readonly onProgress: (line: string) => void;
};

/** What is left of earlier cases makes every look at the world longer, and few customers become many. */
const CASES_A_WORLD = 20;
const CASES_A_WORLD_AT_SIZE = 1;
const CASES_A_LINE = 50;
/**
 * How often calls come may depend on which of two who work at once is faster, so that a call which came in the clean
 * telling may not come in another; and some calls come only where none was before. Such a case is told again, in a world
 * as empty as that of the clean telling: it must end well each time, and meet its call once.
 */
const MOST_TELLINGS = 6;

/** Tells stories with faults. Answers what came of each, and what was wrong, a call that never came included. */
export async function tellAll(
  stories: readonly Story[],
  { directory, choose, onProgress }: Options,
): Promise<{ counts: readonly Count[]; wrong: readonly string[] }> {
  let stack = await startStack({ directory, isJudged: true });
  const wrong: string[] = [];
  try {
    const boundaries = new Map<Story, number>();
    const cases: Case[] = [];
    for (const [index, story] of stories.entries()) {
      // What came before a story must not be counted with it.
      if (index > 0) await empty(stack);
      const found = await findBoundaries(stack, story, `clean-${index}`);
      if (found.length <= 3) throw new Error(`${story.name} has ${found.length} boundaries only.`);
      boundaries.set(story, found.length);
      cases.push(...strikesAt(found).map((struck) => ({ story, ...struck })));
    }
    const chosen = choose(cases);
    onProgress(`${chosen.length} of ${cases.length} cases of ${stories.length} stories are told`);
    const ended: { readonly story: Story; readonly hasStruck: boolean; readonly isWrong: boolean }[] = [];
    const beganAtMs = performance.now();
    for (const [index, one] of chosen.entries()) {
      if (index % (one.story.isAtSize ? CASES_A_WORLD_AT_SIZE : CASES_A_WORLD) === 0) await empty(stack);
      const outcome = await tellUntilStruck(stack, one, `case-${index}`);
      ended.push({ story: one.story, hasStruck: outcome.hasStruck, isWrong: outcome.wrong.length > 0 });
      if (ended.length % CASES_A_LINE === 0) {
        const each = (performance.now() - beganAtMs) / 1000 / ended.length;
        onProgress(`${ended.length} of ${chosen.length} cases told, ${each.toFixed(1)} s each, ${wrong.length} wrong`);
      }
      if (outcome.wrong.length === 0 && outcome.hasStruck) continue;
      wrong.push(`${titleOf(one)}: ${outcome.hasStruck ? outcome.wrong.join(' ') : 'the call did not come.'}`);
      onProgress(String(wrong.at(-1)));
      // What is left over would be found again after each later case.
      await stack.stop();
      stack = await startStack({ directory, isJudged: true });
    }
    const counts = stories.map((story) => {
      const told = ended.filter((end) => end.story === story);
      return {
        story: story.name,
        boundaries: boundaries.get(story) ?? 0,
        cases: cases.filter((one) => one.story === story).length,
        told: told.length,
        missed: told.filter(({ hasStruck }) => !hasStruck).length,
        wrong: told.filter(({ isWrong }) => isWrong).length,
      };
    });
    return { counts, wrong };
  } finally {
    await stack.stop();
  }
}

async function tellUntilStruck(stack: Stack, { story, ...struck }: Case, n: string): Promise<Told> {
  let told: Told = { wrong: [], hasStruck: false };
  for (let telling = 1; telling <= MOST_TELLINGS && !told.hasStruck; telling += 1) {
    if (telling > 1) await empty(stack);
    told = await tellWithFaults(stack, story, { struck: [struck], n: `${n}-${telling}` }).catch((error: Error) => ({
      wrong: [error.message],
      hasStruck: true,
    }));
    if (told.wrong.length > 0) return { ...told, hasStruck: true };
  }
  return told;
}

/** What tells a case from all others, on any stack. */
export function titleOf({ story, boundary, strike }: Case): string {
  const { function: name, service, action, nth } = boundary;
  return `${story.name}, ${strike.name} at ${name} ${service} ${action} (${nth})`;
}

/** The counts, a line a story, and their sum. */
export function tableOf(counts: readonly Count[]): string {
  const columns = ['boundaries', 'cases', 'told', 'missed', 'wrong'] as const;
  const sum = (column: (typeof columns)[number]) => counts.reduce((total, count) => total + count[column], 0);
  const rows = [
    ['story', ...columns],
    ...counts.map((count) => [count.story, ...columns.map((column) => String(count[column]))]),
    [`${counts.length} stories`, ...columns.map((column) => String(sum(column)))],
  ];
  return rows
    .map(([name = '', ...cells]) => [name.padEnd(32), ...cells.map((cell) => cell.padStart(11))].join(''))
    .join('\n');
}
