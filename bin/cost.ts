/**
 * `npm run cost -- [--from counts.json] [--write]`: what AWS asks for a million of each operation, from what
 * `npm run bench -- counts --json` counted (it is run when there is no file) and the prices in `cost/prices.json`. With
 * `--write` the table in docs/capacity.md is made anew.
 */
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import type { Counted } from './bench/counts.ts';
import { costOf, type Prices } from './cost/cost-of.ts';

const root = join(import.meta.dirname, '..');
const path = join(root, 'docs', 'capacity.md');
const [BEGIN, END] = ['<!-- cost: written by `npm run cost -- --write` -->', '<!-- /cost -->'];

async function count(): Promise<string> {
  console.error('Counting what each operation uses…');
  const args = [join('bin', 'bench.ts'), 'counts', '--json'];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root, maxBuffer: 2 ** 24 });
  return stdout;
}

function tableOf(counts: readonly Counted[], prices: Prices): string {
  const usd = (value: number) => value.toFixed(2);
  const rows = counts.map((counted) => {
    const { dynamodb, lambda, states, queue, api, total } = costOf(counted, prices);
    return `| ${[counted.operation, ...[dynamodb, lambda, states, queue, api].map(usd), `**${usd(total)}**`].join(' | ')} |`;
  });
  const heading = '| Operation | DynamoDB | Lambda | Step Functions | SQS | HTTP API | USD a million |';
  return ['', heading, '|---|--:|--:|--:|--:|--:|--:|', ...rows, ''].join('\n');
}

function withTable(document: string, table: string): string {
  const [before, rest] = document.split(BEGIN);
  const after = rest?.split(END)[1];
  if (after === undefined) throw new Error(`${path} has no place for the table.`);
  return `${before}${BEGIN}\n${table}\n${END}${after}`;
}

const { values } = parseArgs({ options: { from: { type: 'string' }, write: { type: 'boolean' } } });
const prices: Prices = JSON.parse(await readFile(join(root, 'bin', 'cost', 'prices.json'), 'utf8'));
const { counts } = JSON.parse(values.from ? await readFile(values.from, 'utf8') : await count()) as {
  counts: Counted[];
};
const table = tableOf(counts, prices);
console.log(table);
if (values.write) await writeFile(path, withTable(await readFile(path, 'utf8'), table));
