/**
 * `npm run scale -- [customers …]`: compares both sides at each of these sizes, and measures what it takes: requests to
 * Stripe, time, and the memory of the process that compares. DynamoDB is the embedded one; Stripe is made up, because
 * the sandbox's own lists take longer the more customers there are.
 */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startEmbeddedDynamodb } from '#local/embedded-dynamodb.ts';
import { startMadeUpStripe } from './scale/made-up-stripe.ts';
import { type Measured, measureRun } from './scale/measured-run.ts';
import { DRIFTS_EVERY, fill } from './scale/population.ts';
import { makeTables, storesOn } from './scale/tables.ts';

const root = join(import.meta.dirname, '..');
const run = promisify(execFile);
const SIZES = [1_000, 10_000, 100_000];
const MOST_MEMORY_GROWTH = 1.1;

type Figures = Measured & { readonly customers: number; readonly lists: number; readonly wanted: string[] };

async function measure(customers: number): Promise<Figures> {
  const port = await freePort();
  const dynamodb = await startEmbeddedDynamodb({ root, port, onExit: (message) => console.error(message) });
  const stripe = await startMadeUpStripe(customers);
  try {
    await makeTables(dynamodb.url);
    console.error(`${customers}: filling the catalog…`);
    await fill(storesOn(dynamodb.url).store, customers);
    console.error(`${customers}: comparing…`);
    const timed = await inOwnProcess('time', dynamodb.url, stripe.url);
    const lists = stripe.lists();
    const remembered = await inOwnProcess('memory', dynamodb.url, stripe.url);
    const wanted = [
      ...(lists === Math.ceil(customers / 100) ? [] : ['one list call for each hundred customers']),
      ...(timed.issues === Math.ceil(customers / DRIFTS_EVERY) ? [] : ['every drift, and no other']),
    ];
    return { customers, lists, wanted, ...remembered, ...timed };
  } finally {
    stripe.close();
    await dynamodb.close();
  }
}

/** A process of its own, so that nothing but comparing is in its memory. */
async function inOwnProcess(what: 'time' | 'memory', dynamodb: string, stripe: string): Promise<Measured> {
  const { stdout } = await run(process.execPath, [
    '--expose-gc',
    import.meta.filename,
    '--measure',
    what,
    dynamodb,
    stripe,
  ]);
  return JSON.parse(stdout);
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

async function report(sizes: readonly number[]): Promise<boolean> {
  console.log('customers  list calls  issues  steps  seconds  ms each  MB in use  MB resident');
  const all: Figures[] = [];
  for (const size of sizes) {
    const figures = await measure(size);
    all.push(figures);
    const { customers, lists, issues, steps, seconds, peakUsedBytes, maxRssBytes, wanted } = figures;
    const each = ((seconds * 1000) / customers).toFixed(2);
    const columns = [customers, lists, issues, steps, seconds.toFixed(1), each];
    const memory = [megabytes(peakUsedBytes), megabytes(maxRssBytes)];
    const widths = [9, 12, 8, 7, 9, 9, 11, 13];
    console.log([...columns, ...memory].map((cell, index) => String(cell).padStart(widths[index] ?? 0)).join(''));
    for (const missed of wanted) console.log(`  wanted: ${missed}`);
  }
  const [first, last] = [all[0]?.peakUsedBytes ?? 0, all.at(-1)?.peakUsedBytes ?? 0];
  console.log(`The largest took ${(last / first).toFixed(3)} times the memory of the smallest.`);
  return last <= first * MOST_MEMORY_GROWTH && all.every(({ wanted }) => wanted.length === 0);
}

const [first, what, dynamodb = '', stripe = ''] = process.argv.slice(2);
if (first === '--measure') {
  process.stdout.write(JSON.stringify(await measureRun(dynamodb, stripe, what === 'memory')));
} else {
  const sizes = process.argv.slice(2).map(Number);
  process.exitCode = (await report(sizes.length > 0 ? sizes : SIZES)) ? 0 : 1;
}
