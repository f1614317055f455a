/** `npm run bench`: measures the synthesized stack. docs/benchmarks.md says what is measured. */
import { join } from 'node:path';
import { type Counted, countOperations } from './bench/counts.ts';
import { type Loaded, measureLoad, wantedOf } from './bench/load.ts';
import { exitCodes, runCommand } from './command-line/command.ts';
import { CommandError, FLAG, numberOf, portOf, readOptions, TEXT } from './command-line/options.ts';
import { startChildStack } from './demo/child-stack.ts';

const usage = `Measures the synthesized stack: what each operation uses, and how fast it is under load.

  npm run bench -- [counts] [load] [--only WORDS] [--requests N] [--port N] [--json]

  counts        calls of each operation beside the fewest that it needs, units, transitions, invocations
  load          throughput and latency at 1, 16 and 64 at once, beside a naive create; both, when neither is said
  --only WORDS  of the counts, those whose name has these words
  --requests N  so many requests for each load (100)
  --port N      the stack listens on N and the four ports above it (five free ones)
  --json        prints all figures as one JSON on stdout, and the tables on stderr
  --help        prints this

${exitCodes('what is wanted holds', 'an operation makes more calls than it may, or is too slow')}`;

const PARTS = ['counts', 'load'];

type Asked = {
  readonly parts: readonly string[];
  readonly only: string;
  readonly requests: number;
  readonly port: number | undefined;
  readonly json: boolean;
};

function parse(args: readonly string[]): Asked | 'help' {
  const asked = readOptions(args, { only: TEXT, port: TEXT, requests: TEXT, json: FLAG }, 'words');
  if (asked === 'help') return 'help';
  const { only = '', port, requests = '100', json = false } = asked.values;
  const unknown = asked.words.find((word) => !PARTS.includes(word));
  if (unknown !== undefined) throw new CommandError(`There is no part ${unknown}: it is counts or load.`);
  const parts = asked.words.length > 0 ? asked.words : PARTS;
  return { parts, only, json, port: portOf(port), requests: numberOf('--requests', requests, { least: 1, most: 1e6 }) };
}

const COUNT_WIDTHS = [43, 8, 9, 5, 7, 7, 12, 12];
const LOAD_WIDTHS = [22, 10, 9, 10, 8, 8, 9];

type Say = (line: string) => void;

function row(cells: readonly (string | number)[], widths: readonly number[]): string {
  const padded = cells.map((cell, index) =>
    index === 0 ? String(cell).padEnd(widths[0] ?? 0) : String(cell).padStart(widths[index] ?? 0),
  );
  return padded.join('').trimEnd();
}

/** Beside what it is, what it has to be at least. */
const beside = (count: number, floor: number | undefined) => (floor === undefined ? count : `${count} (${floor})`);

function tellCounted(say: Say, { operation, floor, isWithin, ...used }: Counted): void {
  const calls = [beside(used.stripe, floor?.stripe), beside(used.dynamodb, floor?.dynamodb), used.sqs];
  const units = [used.readUnits, used.writeUnits];
  say(row([operation, ...calls, ...units, used.stateTransitions, used.invocations], COUNT_WIDTHS));
  if (isWithin) return;
  const made = Object.entries(used.calls).map(([call, times]) => `${times} × ${call}`);
  say(`  over its floor: ${made.join(', ')}`);
}

function tellLoaded(say: Say, { operation, latencyMs, atOnce, perSecond, p50Ms, p99Ms, ratio }: Loaded): void {
  const figures = [perSecond.toFixed(1), p50Ms.toFixed(0), p99Ms.toFixed(0), ratio.toFixed(2)];
  say(row([operation, latencyMs, atOnce, ...figures], LOAD_WIDTHS));
}

async function run({ parts, only, requests, port, json }: Asked, interrupted: AbortSignal): Promise<boolean> {
  const say: Say = (line) => void (json ? process.stderr : process.stdout).write(`${line}\n`);
  const stack = await startChildStack({ root: join(import.meta.dirname, '..'), port, interrupted });
  try {
    const counts: Counted[] = [];
    if (parts.includes('counts')) {
      const heading = ['operation', 'stripe', 'dynamodb', 'sqs', 'reads', 'writes', 'transitions', 'invocations'];
      say(row(heading, COUNT_WIDTHS));
      counts.push(...(await countOperations(stack.ready, only, (counted) => tellCounted(say, counted))));
    }
    const load: Loaded[] = [];
    if (parts.includes('load')) {
      say(row(['operation', 'stripe ms', 'at once', 'a second', 'p50 ms', 'p99 ms', '× naive'], LOAD_WIDTHS));
      load.push(...(await measureLoad(stack.ready, requests, (loaded) => tellLoaded(say, loaded))));
    }
    const missed = [
      ...counts.filter(({ isWithin }) => !isWithin).map(({ operation }) => `${operation}: one call above its floor`),
      ...wantedOf(load),
    ];
    for (const wanted of missed) say(`wanted: ${wanted}`);
    if (json) process.stdout.write(`${JSON.stringify({ counts, load })}\n`);
    return missed.length === 0;
  } finally {
    await stack.stop();
  }
}

await runCommand({ usage, leaves: 'What was printed was measured; the stack was its own, and is gone.', parse, run });
