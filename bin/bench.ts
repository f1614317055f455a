/**
 * `npm run bench -- [counts|load …] [--only NAME] [--port N] [--requests N] [--json]`: measures the synthesized stack.
 * Exit code 1 when an operation makes more calls than it may, or is slower than promised beside a naive one.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Counted, countOperations } from './bench/counts.ts';
import { type Loaded, measureLoad, wantedOf } from './bench/load.ts';
import { startChildStack } from './demo/child-stack.ts';

const text = { type: 'string' } as const;
const { values, positionals } = parseArgs({
  options: { only: text, port: text, requests: text, json: { type: 'boolean' } },
  allowPositionals: true,
});
const parts = positionals.length > 0 ? positionals : ['counts', 'load'];
const say = (line: string) => void (values.json === true ? process.stderr : process.stdout).write(`${line}\n`);

const COUNT_WIDTHS = [43, 8, 9, 5, 7, 7, 12, 12];
const LOAD_WIDTHS = [22, 10, 9, 10, 8, 8, 9];

function row(cells: readonly (string | number)[], widths: readonly number[]): string {
  const padded = cells.map((cell, index) =>
    index === 0 ? String(cell).padEnd(widths[0] ?? 0) : String(cell).padStart(widths[index] ?? 0),
  );
  return padded.join('').trimEnd();
}

/** Beside what it is, what it has to be at least. */
const beside = (count: number, floor: number | undefined) => (floor === undefined ? count : `${count} (${floor})`);

function tellCounted({ operation, floor, isWithin, ...used }: Counted): void {
  const calls = [beside(used.stripe, floor?.stripe), beside(used.dynamodb, floor?.dynamodb), used.sqs];
  const units = [used.readUnits, used.writeUnits];
  say(row([operation, ...calls, ...units, used.stateTransitions, used.invocations], COUNT_WIDTHS));
  if (isWithin) return;
  const made = Object.entries(used.calls).map(([call, times]) => `${times} × ${call}`);
  say(`  over its floor: ${made.join(', ')}`);
}

function tellLoaded({ operation, latencyMs, atOnce, perSecond, p50Ms, p99Ms, ratio }: Loaded): void {
  const figures = [perSecond.toFixed(1), p50Ms.toFixed(0), p99Ms.toFixed(0), ratio.toFixed(2)];
  say(row([operation, latencyMs, atOnce, ...figures], LOAD_WIDTHS));
}

const stack = await startChildStack(join(import.meta.dirname, '..'), values.port ? Number(values.port) : undefined);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stack.stop());
try {
  const counts: Counted[] = [];
  if (parts.includes('counts')) {
    say(row(['operation', 'stripe', 'dynamodb', 'sqs', 'reads', 'writes', 'transitions', 'invocations'], COUNT_WIDTHS));
    counts.push(...(await countOperations(stack.ready, values.only ?? '', tellCounted)));
  }
  const load: Loaded[] = [];
  if (parts.includes('load')) {
    say(row(['operation', 'stripe ms', 'at once', 'a second', 'p50 ms', 'p99 ms', '× naive'], LOAD_WIDTHS));
    load.push(...(await measureLoad(stack.ready, Number(values.requests ?? 100), tellLoaded)));
  }
  const missed = [
    ...counts.filter(({ isWithin }) => !isWithin).map(({ operation }) => `${operation}: one call above its floor`),
    ...wantedOf(load),
  ];
  for (const wanted of missed) say(`wanted: ${wanted}`);
  if (values.json === true) process.stdout.write(`${JSON.stringify({ counts, load })}\n`);
  if (missed.length > 0) process.exitCode = 1;
} finally {
  await stack.stop();
}
