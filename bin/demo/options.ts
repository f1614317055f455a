import { exitCodes } from '../command-line/command.ts';
import { FLAG, numberOf, portOf, readOptions, TEXT } from '../command-line/options.ts';

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

${exitCodes('every promise was kept', 'one was not')}`;

/** Reads the command line. `help` when that is what was asked for. @throws CommandError */
export function parseDemoCommand(args: readonly string[], scenes: number): DemoCommand | 'help' {
  const asked = readOptions(args, { port: TEXT, scene: TEXT, json: FLAG });
  if (asked === 'help') return 'help';
  const { port, scene, json = false } = asked.values;
  return { port: portOf(port), scene: numberOf('--scene', scene, { least: 1, most: scenes }), json };
}
