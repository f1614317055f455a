/** `npm run cost`: what AWS asks for a million of each operation. docs/capacity.md has its table. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Counted } from './bench/counts.ts';
import { exitCodes, runCommand } from './command-line/command.ts';
import { CommandError, FLAG, readOptions, TEXT } from './command-line/options.ts';
import { costsOf, costTable, writeCosts } from './cost/document.ts';

const root = join(import.meta.dirname, '..');

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

async function readCounts(file: string): Promise<string> {
  return readFile(file, 'utf8').catch(() => {
    throw new CommandError(`--from: there is no file ${file}.`);
  });
}

async function run({ from, isWritten, json }: Asked, interrupted: AbortSignal): Promise<boolean> {
  const text = from === undefined ? await count(interrupted) : await readCounts(from);
  const { counts } = JSON.parse(text) as { counts: Counted[] };
  const costs = await costsOf(root, counts);
  const table = costTable(costs);
  console.log(json ? JSON.stringify(costs) : table);
  if (isWritten) await writeCosts(root, table);
  return true;
}

await runCommand({ usage, leaves: 'docs/capacity.md is as it was.', parse, run });
