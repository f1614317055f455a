/**
 * `npm run seeds -- [--count 10000] [--from 1] [--workers N]`: tells the stories of so many seeds, over all cores unless
 * said, and says how far it is. The first story that ends badly ends it: it is made as small as it can be, and told. Ctrl-C
 * ends it too; with the seed that it then says it goes on. `--only` and `--turns` tell a smaller story again. The exit
 * code is 1 if anything was wrong.
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { tellEverything } from './everything.ts';
import { type Progress, runSeeds } from './run-seeds.ts';
import { shrink, storyOf } from './shrink.ts';

const TOLD_EVERY_MS = 10_000;

const text = { type: 'string' } as const;
const { values } = parseArgs({ options: { count: text, from: text, workers: text, only: text, turns: text } });
const from = Number(values.from ?? 1);

if (values.only === undefined)
  await tellAll(Number(values.count ?? 10_000), Number(values.workers ?? availableParallelism()));
else await tellAgain(values.only.split(','), Number(values.turns ?? 0));

async function tellAll(count: number, workers: number): Promise<void> {
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupted.abort());
  const startedAtMs = performance.now();
  let saidAtMs = startedAtMs;
  const say = ({ told, next, neverHit }: Progress) => {
    const perSecond = (told / (performance.now() - startedAtMs)) * 1000;
    const missing = neverHit.length === 0 ? '' : `; never: ${neverHit.join(', ')}`;
    console.log(`${told} seeds told, ${perSecond.toFixed(1)} a second, ${next} is next${missing}`);
  };
  const onProgress = (progress: Progress) => {
    if (performance.now() < saidAtMs + TOLD_EVERY_MS) return;
    saidAtMs = performance.now();
    say(progress);
  };
  const ended = await runSeeds({ from, count, workers, onProgress, signal: interrupted.signal });
  say(ended);
  if (ended.wrong === undefined) return;
  const { seed, sentences } = ended.wrong;
  console.log(`Seed ${seed} ends badly: ${sentences.join('; ')}. Making it smaller.`);
  console.log(storyOf(await shrink(seed, (telling) => tellEverything(seed, undefined, telling))));
  process.exitCode = 1;
}

async function tellAgain(only: readonly string[], turns: number): Promise<void> {
  const telling = { only, turns };
  const told = await tellEverything(from, undefined, telling);
  console.log(storyOf({ seed: from, telling, told }));
  if (told.wrong.length > 0) process.exitCode = 1;
}
