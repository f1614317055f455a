/** `npm run scale`: what comparing both sides takes at each of some sizes. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { startEmbeddedDynamodb } from '#local/embedded-dynamodb.ts';
import { exitCodes, runCommand } from './command-line/command.ts';
import { FLAG, numberOf, readOptions } from './command-line/options.ts';
import { barOf, showingProgress } from './command-line/progress.ts';
import { startMadeUpStripe } from './scale/made-up-stripe.ts';
import type { Measured } from './scale/measured-run.ts';
import { MEASURE, measureAsAsked, walkInOwnProcess } from './scale/own-process.ts';
import { DRIFTS_EVERY, fill } from './scale/population.ts';
import { makeTables, storesOn } from './scale/tables.ts';

const root = join(import.meta.dirname, '..');
const SIZES = [1_000, 10_000, 100_000];
const MOST_MEMORY_GROWTH = 1.1;

type Figures = Measured & { readonly customers: number; readonly lists: number; readonly wanted: string[] };

async function measure(customers: number, interrupted: AbortSignal): Promise<Figures> {
  const port = await freePort();
  const dynamodb = await startEmbeddedDynamodb({ root, port, onExit: (message) => console.error(message) });
  const stripe = await startMadeUpStripe(customers);
  try {
    const tables = await makeTables(dynamodb.url);
    const progress = showingProgress();
    await fill(storesOn(tables).store, customers, {
      onProgress(filled) {
        interrupted.throwIfAborted();
        progress.show(() => `${barOf(filled / customers)} of ${customers} filled in`);
      },
    }).finally(progress.end);
    console.error(`${customers}: comparing…`);
    const timed = await walkInOwnProcess({ walked: 'validate', isForMemory: false }, tables, stripe.url, interrupted);
    const lists = stripe.lists();
    const remembered = await walkInOwnProcess(
      { walked: 'validate', isForMemory: true },
      tables,
      stripe.url,
      interrupted,
    );
    const wanted = [
      ...(lists === Math.ceil(customers / 100) ? [] : ['one list call for each hundred customers']),
      ...(timed.found === Math.ceil(customers / DRIFTS_EVERY) ? [] : ['every drift, and no other']),
    ];
    return { customers, lists, wanted, ...remembered, ...timed };
  } finally {
    stripe.close();
    await dynamodb.close();
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

const megabytes = (bytes = 0) => (bytes / 2 ** 20).toFixed(1);

const usage = `Compares both sides at each of these sizes, and measures it: requests to Stripe, time, memory of the process
that compares. DynamoDB is the embedded one; Stripe is made up, because the sandbox's own lists take longer the more
customers there are.

  npm run scale -- [CUSTOMERS …] [--json]

  CUSTOMERS  sizes, the smallest first (${SIZES.join(' ')}, which takes a quarter of an hour)
  --json     prints all figures as one JSON on stdout, and the table on stderr
  --help     prints this

${exitCodes('memory does not grow with the size', 'it does, or a comparison is not as it should be')}`;

type Asked = { readonly sizes: readonly number[]; readonly json: boolean };

function parse(args: readonly string[]): Asked | 'help' {
  const asked = readOptions(args, { json: FLAG }, 'words');
  if (asked === 'help') return 'help';
  const sizes = asked.words.map((word) => numberOf('A size', word, { least: 1, most: 100_000_000 }));
  return { sizes: sizes.length > 0 ? sizes : SIZES, json: asked.values.json === true };
}

async function report({ sizes, json }: Asked, interrupted: AbortSignal): Promise<boolean> {
  const say = json ? console.error : console.log;
  say('customers  list calls  issues  steps  seconds  ms each  MB in use  MB resident');
  const all: Figures[] = [];
  for (const size of sizes) {
    const figures = await measure(size, interrupted);
    all.push(figures);
    const { customers, lists, found, steps, seconds, peakUsedBytes, maxRssBytes, wanted } = figures;
    const each = ((seconds * 1000) / customers).toFixed(2);
    const columns = [customers, lists, found, steps, seconds.toFixed(1), each];
    const memory = [megabytes(peakUsedBytes), megabytes(maxRssBytes)];
    const widths = [9, 12, 8, 7, 9, 9, 11, 13];
    say([...columns, ...memory].map((cell, index) => String(cell).padStart(widths[index] ?? 0)).join(''));
    for (const missed of wanted) say(`  wanted: ${missed}`);
  }
  const [first, last] = [all[0]?.peakUsedBytes ?? 0, all.at(-1)?.peakUsedBytes ?? 0];
  say(`The largest took ${(last / first).toFixed(3)} times the memory of the smallest.`);
  if (json) console.log(JSON.stringify(all));
  return last <= first * MOST_MEMORY_GROWTH && all.every(({ wanted }) => wanted.length === 0);
}

const [first, asked = ''] = process.argv.slice(2);
if (first === MEASURE) {
  await measureAsAsked(asked);
} else {
  await runCommand({ usage, leaves: 'What was printed was measured; the tables were its own.', parse, run: report });
}
