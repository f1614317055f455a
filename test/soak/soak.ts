/** `npm run soak`: mixed traffic on the running stack with faults all the while. */
import { exitCodes, runCommand } from '../../bin/command-line/command.ts';
import { FLAG, numberOf, readOptions, TEXT } from '../../bin/command-line/options.ts';
import { barOf, showingProgress } from '../../bin/command-line/progress.ts';
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

type Asked = { readonly minutes: number; readonly seed: number; readonly json: boolean };

const usage = `Mixed traffic on the running stack, with faults all the while. Every minute the faults end, both sides have to
agree, and every key is repeated; in the end nothing may take more memory than in the beginning.

  npm run soak -- [--minutes 10] [--seed 1] [--json]

  --minutes N  how long
  --seed N     draws other traffic and other faults
  --json       prints the figures as one JSON on stdout, and the rest on stderr
  --help       prints this

${exitCodes('all of that was so', 'any of it was not')}`;

function parse(args: readonly string[]): Asked | 'help' {
  const asked = readOptions(args, { minutes: TEXT, seed: TEXT, json: FLAG });
  if (asked === 'help') return 'help';
  const { minutes = '10', seed = '1', json = false } = asked.values;
  return {
    minutes: numberOf('--minutes', minutes, { least: 0.1, most: 10_000, isWhole: false }),
    seed: numberOf('--seed', seed, { least: 0, most: 999_999_999 }),
    json,
  };
}

async function run({ minutes, seed, json }: Asked, interrupted: AbortSignal): Promise<boolean> {
  const figures: Figures = { done: new Map(), samples: [], wrong: [], faults: 0 };
  const random = seededRandom(seed);
  const progress = showingProgress();
  const stack = await startStack();
  const stop = () => void stack.stop();
  interrupted.addEventListener('abort', stop, { once: true });
  try {
    const beganMs = performance.now();
    const endsAtMs = beganMs + minutes * ROUND_MS;
    const share = () => (performance.now() - beganMs) / (endsAtMs - beganMs);
    const onSample = () => progress.show(() => `${barOf(share())} faults so far: ${figures.faults}`);
    for (let round = 0; performance.now() < endsAtMs && figures.wrong.length === 0; round += 1) {
      const name = `soak-${seed}-${round}`;
      const roundEndsAtMs = Math.min(endsAtMs, performance.now() + ROUND_MS);
      await tellRound({ on: stack, name, random, figures, onSample }, roundEndsAtMs);
      progress.end();
      console.error(`Round ${round + 1}: ${total(figures)} calls and edits, ${figures.faults} faults so far.`);
      await empty(stack);
    }
  } finally {
    progress.end();
    await stack.stop();
  }
  interrupted.throwIfAborted();
  return report(figures, seed, json);
}

type Round = {
  readonly on: Stack;
  readonly name: string;
  readonly random: SeededRandom;
  readonly figures: Figures;
  readonly onSample: () => void;
};

/** Traffic and faults until then, and what is wrong afterwards. */
async function tellRound({ on, name: round, random, figures, onSample }: Round, endsAtMs: number): Promise<void> {
  const clients = Array.from({ length: CLIENTS }, (_, n) => {
    const name = `${round}-${n}`;
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
    every(FAULT_EVERY_MS, async () => {
      figures.faults += 1;
      await strike(on, weather);
    }),
    every(SAMPLE_EVERY_MS, async () => {
      figures.samples.push(await readMemory(on));
      onSample();
    }),
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
  await on.control$('POST', '/faults', fault);
}

function total({ done }: Figures): number {
  return [...done.values()].reduce((sum, count) => sum + count, 0);
}

function report(figures: Figures, seed: number, json: boolean): boolean {
  const say = json ? console.error : console.log;
  const growth = growthOf(figures.samples);
  for (const [deed, count] of figures.done) say(`${String(count).padStart(6)} × ${deed}`);
  say(`${String(figures.faults).padStart(6)} faults`);
  for (const { of, first, last, isGrowing } of growth) {
    const [before, after] = [first, last].map((bytes) => `${(bytes / MEGABYTE).toFixed(1)} MB`);
    say(`${of}: ${before} in the first third, ${after} in the last${isGrowing ? ', which is growth' : ''}`);
  }
  for (const sentence of figures.wrong) say(`Wrong: ${sentence}`);
  const isSound = figures.wrong.length === 0 && growth.every(({ isGrowing }) => !isGrowing);
  say(isSound ? `Sound, with seed ${seed}.` : `Not sound, with seed ${seed}.`);
  const { done, faults, wrong } = figures;
  if (json)
    console.log(JSON.stringify({ sound: isSound, seed, done: Object.fromEntries(done), faults, growth, wrong }));
  return isSound;
}

await runCommand({ usage, leaves: 'The stack was its own, and is gone.', parse, run });
