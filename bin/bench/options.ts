import { parseArgs } from 'node:util';
import type { BenchOptions } from './part.ts';

export type BenchCommand = Omit<BenchOptions, 'root'> & {
  /** All of them when none is named. */
  readonly parts: readonly string[];
  readonly isWritten: boolean;
  readonly isJson: boolean;
};

export const benchUsage = `Measures the synthesized stack: what operations call, how long they take, how all of it grows.

  npm run bench -- [PART …] [--write] [--json] [--only WORDS] [--requests N] [--writers N] [--customers N] [--port N]

  PART           counts, load, contention, cold, growth or runner; all of them when none is named
  --write        puts the tables and plots into docs/
  --json         prints all figures as one JSON on stdout, and nothing else there
  --only WORDS   counts those operations whose name has these words
  --requests N   so many requests a load (100)
  --writers N    so many that write to one thing at once, at most (256)
  --customers N  grows to so many customers (10000)
  --port N       the stack listens on N and the four ports above it (five free ones)
  --help         prints this

Times mean something on a quiet machine only. Exit code 0 when all that is wanted holds, 1 when something does not,
2 for wrong usage.
`;

/** The bench cannot run as asked. Said in a sentence. */
export class NoBenchError extends Error {
  override readonly name = 'NoBenchError';
}

/** Reads the command line. `help` when that is what was asked for. @throws NoBenchError */
export function parseBenchCommand(args: readonly string[], known: readonly string[]): BenchCommand | 'help' {
  const { values, positionals } = parseStrictly(args);
  if (values.help === true) return 'help';
  const unknown = positionals.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new NoBenchError(`There is no part ${unknown}: they are ${known.join(', ')}.`);
  return {
    parts: positionals.length > 0 ? positionals : known,
    isWritten: values.write === true,
    isJson: values.json === true,
    only: values.only ?? '',
    port: values.port === undefined ? undefined : numberOf('--port', values.port),
    requests: numberOf('--requests', values.requests ?? '100'),
    writers: numberOf('--writers', values.writers ?? '256'),
    customers: numberOf('--customers', values.customers ?? '10000'),
  };
}

function numberOf(name: string, text: string): number {
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text);
  throw new NoBenchError(`${name} needs a number from 1 to 9999999.`);
}

function parseStrictly(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const numbers = { port: text, requests: text, writers: text, customers: text };
  const options = { ...numbers, only: text, write: flag, json: flag, help: flag };
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new NoBenchError((error as Error).message);
  }
}
