/** `npm run cost`: what AWS asks for a million of each operation. docs/capacity.md has its table. */
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Counted } from './bench/counts.ts';
import { exitCodes, runCommand } from './command-line/command.ts';
import { CommandError, FLAG, readOptions, TEXT } from './command-line/options.ts';
import { withTable } from './command-line/page.ts';
import { type Cost, costOf, type Prices } from './cost/cost-of.ts';

const root = join(import.meta.dirname, '..');
const path = join(root, 'docs', 'capacity.md');

const usage = `What AWS asks for a million of each operation, from what each uses and the prices in bin/cost/prices.json.

  npm run cost -- [--from counts.json] [--write] [--json]

  --from FILE  what \`npm run bench -- counts --json\` has printed (it is run when there is no file, some minutes)
  --write      makes the table in docs/capacity.md anew
  --json       prints the figures as one JSON on stdout
  --help       prints this

${exitCodes('the figures are there')}`;

type Asked = { readonly from: string | undefined; readonly isWritten: boolean; readonly json: boolean };

function parse(args: readonly string[]): Asked | 'help' {
  const asked = readOptions(args, { from: TEXT, write: FLAG, json: FLAG });
  if (asked === 'help') return 'help';
  const { from, write = false, json = false } = asked.values;
  return { from, isWritten: write, json };
}

async function count(signal: AbortSignal): Promise<string> {
  console.error('Counting what each operation uses…');
  const args = [join('bin', 'bench.ts'), 'counts', '--json'];
  const options = { cwd: root, maxBuffer: 2 ** 24, signal, killSignal: 'SIGTERM' } as const;
  return (await promisify(execFile)(process.execPath, args, options)).stdout;
}

type Row = Cost & { readonly operation: string };

function tableOf(costs: readonly Row[]): string {
  const usd = (value: number) => value.toFixed(2);
  const rows = costs.map(({ operation, dynamodb, lambda, states, queue, api, total }) => {
    return `| ${[operation, ...[dynamodb, lambda, states, queue, api].map(usd), `**${usd(total)}**`].join(' | ')} |`;
  });
  const heading = '| Operation | DynamoDB | Lambda | Step Functions | SQS | HTTP API | USD a million |';
  return ['', heading, '|---|--:|--:|--:|--:|--:|--:|', ...rows, ''].join('\n');
}

async function readCounts(file: string): Promise<string> {
  return readFile(file, 'utf8').catch(() => {
    throw new CommandError(`--from: there is no file ${file}.`);
  });
}

async function run({ from, isWritten, json }: Asked, interrupted: AbortSignal): Promise<boolean> {
  const prices: Prices = JSON.parse(await readFile(join(root, 'bin', 'cost', 'prices.json'), 'utf8'));
  const text = from === undefined ? await count(interrupted) : await readCounts(from);
  const { counts } = JSON.parse(text) as { counts: Counted[] };
  const costs = counts.map((counted) => ({ operation: counted.operation, ...costOf(counted, prices) }));
  const table = tableOf(costs);
  console.log(json ? JSON.stringify(costs) : table);
  if (isWritten) await writeFile(path, withTable(await readFile(path, 'utf8'), 'cost', table));
  return true;
}

await runCommand({ usage, leaves: 'docs/capacity.md is as it was.', parse, run });
