import { hearInterruption } from './interruption.ts';
import { CommandError } from './options.ts';

/** A script of package.json. */
export type Command<Asked> = {
  /** What `--help` prints. */
  readonly usage: string;
  /** What Ctrl-C leaves behind, in a sentence. */
  readonly leaves: string;
  /** Reads the command line. @throws CommandError */
  parse(args: readonly string[]): Asked | 'help';
  /**
   * Does it, and answers whether all is well. Once interrupted it comes to its end soon, by answering or by throwing,
   * and leaves nothing running.
   */
  run(asked: Asked, interrupted: AbortSignal): Promise<boolean>;
};

/** What every `--help` ends with; some commands are never unwell. */
export function exitCodes(well: string, unwell?: string): string {
  const codes = [`  0    ${well}`, ...(unwell === undefined ? [] : [`  1    ${unwell}`])];
  return `Exit codes

${codes.join('\n')}
  2    there is no result: wrong usage, or something that is needed is not there
  130  Ctrl-C ended it, in order; a second one ends it at once
`;
}

/**
 * Runs a script as a person expects it: `--help`, exit codes (0 all is well, 1 it is not, 2 there is no result), and an
 * end in order at the first Ctrl-C, which is told. Only results are on stdout.
 */
export async function runCommand<Asked>({ usage, leaves, parse, run }: Command<Asked>): Promise<void> {
  const { signal, code } = hearInterruption();
  // Whoever reads may go away, as `| head` does: that ends no work.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  try {
    const asked = parse(process.argv.slice(2));
    if (asked === 'help') process.stdout.write(usage);
    else if (!(await run(asked, signal))) process.exitCode = 1;
  } catch (error) {
    // What fails because it is being ended is no news.
    if (!signal.aborted) {
      console.error(error instanceof CommandError ? error.message : error);
      process.exitCode = 2;
    }
  }
  if (!signal.aborted) return;
  console.error(`Interrupted. ${leaves}`);
  // Whatever a library still waits for.
  process.exit(code());
}
