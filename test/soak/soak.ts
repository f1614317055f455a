/**
 * `npm run soak -- [--minutes 10] [--seed 1]`: mixed traffic on the running stack with faults all the while. Every minute
 * the faults end, both sides have to agree, and every key is repeated; in the end nothing may take more memory than in
 * the beginning. The exit code is 1 if anything of this was not so.
 */
import { parseArgs } from 'node:util';
import { untilQuiet } from '../faults/quiet.ts';
import { type SeededRandom, seededRandom } from '../simulation/seeded-random.ts';
import { empty } from '../stack/empty.ts';
import { type Stack, startStack } from '../stack/stack.ts';
import { growthOf, type Memory, readMemory } from './memory.ts';
import { createClient } from './traffic.ts';

const CLIENTS = 4;
const ROUND_MS = 60_000;
const [FAULT_EVERY_MS, SAMPLE_EVERY_MS] = [400, 2_000];
const MEGABYTE = 1024 * 1024;

const KINDS = ['kill-before', 'kill-after', 'lost-reply', 'throttle', 'error', 'delay'];
const SERVICES = ['dynamodb', 'dynamodb', 'stripe', 'stripe', 'states', 'sqs', 'secrets'];
const LONGEST_DELAY_MS = 3_000;

type Figures = {
  readonly done: Map<string, number>;
  readonly samples: Memory[];
  readonly wrong: string[];
  faults: number;
};

const { values } = parseArgs({ options: { minutes: { type: 'string' }, seed: { type: 'string' } } });
const [minutes, seed] = [Number(values.minutes ?? 10), Number(values.seed ?? 1)];
const random = seededRandom(seed);
const figures: Figures = { done: new Map(), samples: [], wrong: [], faults: 0 };
const stack = await startStack();
try {
  const endsAtMs = performance.now() + minutes * ROUND_MS;
  for (let round = 0; performance.now() < endsAtMs && figures.wrong.length === 0; round += 1) {
    await tellRound(stack, round, Math.min(endsAtMs, performance.now() + ROUND_MS));
    console.error(`Round ${round + 1}: ${total(figures)} calls and edits, ${figures.faults} faults so far.`);
    await empty(stack);
  }
} finally {
  await stack.stop();
}
report();

/** Traffic and faults until then, and what is wrong afterwards. */
async function tellRound(on: Stack, round: number, endsAtMs: number): Promise<void> {
  const clients = Array.from({ length: CLIENTS }, (_, n) => {
    const name = `soak-${seed}-${round}-${n}`;
    return createClient(on, name, random.fork(name));
  });
  const every = async (ms: number, work: () => Promise<unknown>) => {
    while (performance.now() < endsAtMs) {
      await work();
      await new Promise((resolve) => setTimeout(resolve, ms));
    }
  };
  const weather = random.fork(`faults-${round}`);
  await Promise.all([
    ...clients.map((client) => every(0, client.next)),
    every(FAULT_EVERY_MS, () => strike(on, weather)),
    every(SAMPLE_EVERY_MS, async () => figures.samples.push(await readMemory(on))),
    every(ROUND_MS / 6, () => on.control$('POST', '/schedules/sweep-operations/run').catch(() => {})),
  ]);
  await on.control$('DELETE', '/faults');
  await on.quiesce();
  // Somebody must be asked again, and what a long outage put off takes more than one round of the schedules.
  for (const client of clients) await client.repeatAll();
  const quiet = await untilQuiet(on);
  for (const { done, wrong } of clients) {
    figures.wrong.push(...wrong);
    for (const [deed, count] of done) figures.done.set(deed, (figures.done.get(deed) ?? 0) + count);
  }
  figures.wrong.push(...quiet);
}

async function strike(on: Stack, weather: SeededRandom): Promise<void> {
  const fault = {
    ...{ service: weather.pick(SERVICES), kind: weather.pick(KINDS), nth: 1 + weather.below(10) },
    delay_ms: weather.below(LONGEST_DELAY_MS),
  };
  figures.faults += 1;
  await on.control$('POST', '/faults', fault);
}

function total({ done }: Figures): number {
  return [...done.values()].reduce((sum, count) => sum + count, 0);
}

function report(): void {
  const growth = growthOf(figures.samples);
  for (const [deed, count] of figures.done) console.log(`${String(count).padStart(6)} × ${deed}`);
  console.log(`${String(figures.faults).padStart(6)} faults`);
  for (const { of, first, last, isGrowing } of growth) {
    const [before, after] = [first, last].map((bytes) => `${(bytes / MEGABYTE).toFixed(1)} MB`);
    console.log(`${of}: ${before} in the first third, ${after} in the last${isGrowing ? ', which is growth' : ''}`);
  }
  for (const sentence of figures.wrong) console.log(`Wrong: ${sentence}`);
  const isSound = figures.wrong.length === 0 && growth.every(({ isGrowing }) => !isGrowing);
  console.log(isSound ? `Sound, with seed ${seed}.` : `Not sound, with seed ${seed}.`);
  process.exitCode = isSound ? 0 : 1;
}
