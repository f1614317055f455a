import { resolve } from 'node:path';
import { exitCodes } from '../command-line/command.ts';
import { CommandError, FLAG, numberOf, portOf, readOptions, TEXT } from '../command-line/options.ts';
import type { BenchOptions } from './part.ts';

export type BenchCommand = Omit<BenchOptions, 'root' | 'interrupted' | 'progress'> & {
  /** All of them when none is named. */
  readonly parts: readonly string[];
  readonly isWritten: boolean;
  readonly isJson: boolean;
};

export const benchUsage = `Measures the synthesized stack: what operations call, how long they take, how all of it grows.

  npm run bench -- [PART …] [--write] [--json] [--only WORDS] [--requests N] [--writers N] [--customers N] [--beside DIR] [--port N]

  PART           counts, load, contention, cold, growth or runner; all of them when none is named
  --write        puts the tables and plots into docs/
  --json         prints all figures as one JSON on stdout, and nothing else there
  --only WORDS   counts those operations whose name has these words
  --requests N   so many requests a load (100)
  --writers N    so many that write to one thing at once, at most (256)
  --customers N  grows to so many customers (10000)
  --beside DIR   the load of another checkout as well, in turn with this one's: before and after in one run
  --port N       the stack listens on N and the four ports above it (five free ones)
  --help         prints this

Times mean something on a quiet machine only.

${exitCodes('all that is wanted holds', 'something does not')}`;

const MOST = 9_999_999;

/** Reads the command line. `help` when that is what was asked for. @throws CommandError */
export function parseBenchCommand(args: readonly string[], known: readonly string[]): BenchCommand | 'help' {
  const numbers = { port: TEXT, requests: TEXT, writers: TEXT, customers: TEXT };
  const asked = readOptions(args, { ...numbers, only: TEXT, beside: TEXT, write: FLAG, json: FLAG }, 'words');
  if (asked === 'help') return 'help';
  const { only = '', beside, port, requests = '100', writers = '256', customers = '10000' } = asked.values;
  const unknown = asked.words.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new CommandError(`There is no part ${unknown}: they are ${known.join(', ')}.`);
  if (beside !== undefined && asked.values.write === true) {
    throw new CommandError('--beside goes without --write: what is written is of one checkout.');
  }
  return {
    beside: beside === undefined ? undefined : resolve(beside),
    parts: asked.words.length > 0 ? asked.words : known,
    isWritten: asked.values.write === true,
    isJson: asked.values.json === true,
    ...{ only, port: portOf(port) },
    requests: numberOf('--requests', requests, { least: 1, most: MOST }),
    writers: numberOf('--writers', writers, { least: 1, most: MOST }),
    customers: numberOf('--customers', customers, { least: 1, most: MOST }),
  };
}
