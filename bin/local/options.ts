import type { Options } from '#local/options.ts';
import { CommandError, FLAG, portOf, readOptions, TEXT } from '../command-line/options.ts';

export const localUsage = `Runs the synthesized Concord stack on this machine.

  npm start -- [--port 4000] [--data DIR] [--json] [--schedules on|off]

  --port N            the API listens on N, the webhook URL on N+1, the Stripe sandbox on N+2,
                      DynamoDB on N+3, the control server on N+4
  --data DIR          keeps tables, queued messages, the sandbox and the clock across restarts
  --json              prints one line of JSON on stdout when ready, everything else on stderr
  --schedules on|off  whether schedules fire by real time (on)
  --help              prints this

  STRIPE_SECRET_KEY=sk_test_…  uses Stripe's own test mode, and starts no sandbox
  DYNAMODB_ENDPOINT=http://…   uses another DynamoDB, DynamoDB Local say, rather than the embedded one;
                               tables are this run's own, and go with it unless --data keeps them
  CRM_CREDENTIALS=…            what the secret of a registered integration "crm" holds; each has its own

Exit codes

  0    Ctrl-C ended it, in order
  1    it could not start, or not go on
  2    wrong usage
  130  a second Ctrl-C ended it at once; what --data keeps is as whole as after any crash
`;

/** Reads the command line. `help` when that is what was asked for. @throws CommandError */
export function parseLocalCommand(args: readonly string[]): Options | 'help' {
  const asked = readOptions(args, { port: TEXT, data: TEXT, schedules: TEXT, json: FLAG });
  if (asked === 'help') return 'help';
  const { port, data, schedules = 'on', json = false } = asked.values;
  if (schedules !== 'on' && schedules !== 'off') throw new CommandError('--schedules is either on or off.');
  return { port: portOf(port) ?? 4000, data, json, schedules: schedules === 'on' };
}
