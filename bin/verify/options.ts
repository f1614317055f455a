import { PLACE_OPTIONS, type PlaceAsked, parsePlace, placeUsage } from '../api/place.ts';
import { exitCodes } from '../command-line/command.ts';
import { FLAG, readOptions } from '../command-line/options.ts';

/** What `npm run verify` was asked for. */
export type VerifyCommand = PlaceAsked & { readonly json: boolean };

export const verifyUsage = `Compares catalog and Stripe, by the API's own report. Changes nothing.

  npm run verify -- --api URL [--token TOKEN] [--json] [--timeout SECONDS]
  npm run verify -- --stack http://127.0.0.1:4004

${placeUsage}
  --json         prints the whole report as one JSON on stdout
  --help         prints this

${exitCodes('both sides agree', 'they do not')}`;

/** Reads the command line. `help` when that is what was asked for. @throws CommandError */
export function parseVerifyCommand(args: readonly string[], env: NodeJS.ProcessEnv): VerifyCommand | 'help' {
  const asked = readOptions(args, { ...PLACE_OPTIONS, json: FLAG });
  if (asked === 'help') return 'help';
  return { ...parsePlace(asked.values, env), json: asked.values.json ?? false };
}
