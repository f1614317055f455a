import { PLACE_OPTIONS, type PlaceAsked, parsePlace, placeUsage } from '../api/place.ts';
import { exitCodes } from '../command-line/command.ts';
import { FLAG, readOptions } from '../command-line/options.ts';

/** What `npm run repair` was asked for. */
export type RepairCommand = PlaceAsked & {
  readonly isApplied: boolean;
  readonly kinds: readonly string[] | undefined;
  readonly customerIds: readonly string[] | undefined;
  readonly json: boolean;
};

const MANY = { type: 'string', multiple: true } as const;

export const repairUsage = `Shows what would be repaired between catalog and Stripe, and with --apply repairs it.

  npm run repair -- --api URL [--token TOKEN] [--apply] [--kind KIND …] [--customer ID …] [--json] [--timeout SECONDS]
  npm run repair -- --stack http://127.0.0.1:4004

${placeUsage}
  --apply        repairs; without it nothing is changed
  --kind KIND    this kind of drift only, also where its repair is not safe; may be repeated
  --customer ID  this customer only; may be repeated
  --json         prints the whole report as one JSON on stdout
  --help         prints this

${exitCodes('nothing is left to repair', 'something is, in a plan too')}`;

/** Reads the command line. `help` when that is what was asked for. @throws CommandError */
export function parseRepairCommand(args: readonly string[], env: NodeJS.ProcessEnv): RepairCommand | 'help' {
  const asked = readOptions(args, { ...PLACE_OPTIONS, kind: MANY, customer: MANY, apply: FLAG, json: FLAG });
  if (asked === 'help') return 'help';
  const { kind, customer, apply = false, json = false } = asked.values;
  return { ...parsePlace(asked.values, env), isApplied: apply, kinds: kind, customerIds: customer, json };
}
