/** `npm run seeds`: tells the simulation's story of everything, for as many seeds as are asked for. */
import { availableParallelism } from 'node:os';
import { exitCodes, runCommand } from '../../bin/command-line/command.ts';
import { CommandError, numberOf, readOptions, TEXT } from '../../bin/command-line/options.ts';
import { barOf, showingProgress } from '../../bin/command-line/progress.ts';
import { tellEverything } from './everything.ts';
import { type Progress, runSeeds } from './run-seeds.ts';
import { shrink, storyOf } from './shrink.ts';

const usage = `Simulates both sides editing, crashing and losing replies: one seed, one history.

  npm run seeds -- [--count 10000] [--from 1] [--workers N]
  npm run seeds -- --from SEED --only WORDS --turns N

  --count N     so many seeds (10000)
  --from N      the first of them (1)
  --workers N   so many processes (one for each core)
  --only WORDS  tells a smaller story of one seed again, as it was printed
  --turns N     and only so many of its turns
  --help        prints this

The first story that ends badly ends it: it is made as small as it can be, and told. Ctrl-C ends it too; with the seed that
it then names it goes on.

${exitCodes('every story ended well', 'one did not')}`;

const MOST = 999_999_999;

type Asked = {
  readonly from: number;
  readonly count: number;
  readonly workers: number;
  readonly only: readonly string[] | undefined;
  readonly turns: number;
};

function parse(args: readonly string[]): Asked | 'help' {
  const asked = readOptions(args, { count: TEXT, from: TEXT, workers: TEXT, only: TEXT, turns: TEXT });
  if (asked === 'help') return 'help';
  const { count = '10000', from = '1', workers = String(availableParallelism()), only, turns = '0' } = asked.values;
  if (only === undefined && asked.values.turns !== undefined) throw new CommandError('--turns goes with --only.');
  return {
    only: only?.split(','),
    count: numberOf('--count', count, { least: 1, most: MOST }),
    from: numberOf('--from', from, { least: 1, most: MOST }),
    workers: numberOf('--workers', workers, { least: 1, most: 1024 }),
    turns: numberOf('--turns', turns, { least: 0, most: MOST }),
  };
}

async function run({ only, ...asked }: Asked, interrupted: AbortSignal): Promise<boolean> {
  return only === undefined ? tellAll(asked, interrupted) : tellAgain({ ...asked, only });
}

async function tellAll({ from, count, workers }: Omit<Asked, 'only'>, signal: AbortSignal): Promise<boolean> {
  const startedAtMs = performance.now();
  const line = ({ told, next }: Progress) => {
    const perSecond = (told / (performance.now() - startedAtMs)) * 1000;
    return `${told} seeds told, ${perSecond.toFixed(1)} a second, ${next} is next`;
  };
  const shown = showingProgress();
  const onProgress = (progress: Progress) => shown.show(() => `${barOf(progress.told / count)} ${line(progress)}`);
  const ended = await runSeeds({ from, count, workers, onProgress, signal }).finally(shown.end);
  const missing = ended.neverHit.length === 0 ? '' : `; never: ${ended.neverHit.join(', ')}`;
  console.log(`${line(ended)}${missing}`);
  if (ended.wrong === undefined) return true;
  const { seed, sentences } = ended.wrong;
  console.log(`Seed ${seed} ends badly: ${sentences.join('; ')}. Making it smaller.`);
  console.log(storyOf(await shrink(seed, (telling) => tellEverything(seed, undefined, telling))));
  return false;
}

async function tellAgain({ from, only, turns }: Asked & { readonly only: readonly string[] }): Promise<boolean> {
  const telling = { only, turns };
  const told = await tellEverything(from, undefined, telling);
  console.log(storyOf({ seed: from, telling, told }));
  return told.wrong.length === 0;
}

await runCommand({
  usage,
  leaves: 'What was told ended well; the last line names the seed to go on with.',
  parse,
  run,
});
