import { parseArgs } from 'node:util';

/** What `npm run demo` was asked for. */
export type DemoCommand = {
  /** The first of five ports; undefined: whichever are free. */
  readonly port: number | undefined;
  /** The only scene to play, counted from 1. */
  readonly scene: number | undefined;
  readonly json: boolean;
};

export const demoUsage = `Plays what goes wrong between a catalog and Stripe, on the synthesized stack, and looks at both sides.

  npm run demo -- [--scene N] [--port N] [--json]

  --scene N  plays this one of the seven only
  --port N   the stack listens on N and the four ports above it (five free ones)
  --json     prints what was found as one JSON on stdout, and nothing else there
  --help     prints this

Exit code 0 when every promise was kept, 1 when one was not, 2 for wrong usage or when the stack does not start.
`;

/** There is no demo: wrong usage, or a stack that does not start. Said in a sentence. */
export class NoDemoError extends Error {
  override readonly name = 'NoDemoError';
}

/** Reads the command line. `help` when that is what was asked for. @throws NoDemoError */
export function parseDemoCommand(args: readonly string[], scenes: number): DemoCommand | 'help' {
  const { values } = parseStrictly(args);
  if (values.help === true) return 'help';
  const scene = numberOf('--scene', values.scene, scenes);
  return { port: numberOf('--port', values.port, 65_531), scene, json: values.json === true };
}

function numberOf(name: string, text: string | undefined, highest: number): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= highest) return Number(text);
  throw new NoDemoError(`${name} needs a number from 1 to ${highest}.`);
}

function parseStrictly(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  try {
    return parseArgs({ args: [...args], options: { port: text, scene: text, json: flag, help: flag } });
  } catch (error) {
    throw new NoDemoError((error as Error).message);
  }
}
