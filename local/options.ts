/** What `npm start` was asked for. */
export type Options = {
  /** The API's port; the other four follow it. */
  readonly port: number;
  /** Where the state is kept across restarts; in memory when absent. */
  readonly data: string | undefined;
  /** One line for a program on stdout, rather than a screen for a person. */
  readonly json: boolean;
  /** Whether schedules fire by themselves. */
  readonly schedules: boolean;
};

/** Tells what is wrong with the command line, in a sentence for the person who wrote it. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The API, the webhook URL, the Stripe sandbox, DynamoDB and the control server have a port each. */
export const portsUsed = 5;

export const usage = `Runs the synthesized Concord stack on this machine.

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
`;

/** Reads the command line. `help` when that is what was asked for. Throws `UsageError`. */
export function parseOptions(args: readonly string[]): Options | 'help' {
  let options: Options = { port: 4000, data: undefined, json: false, schedules: true };
  const left = args.flatMap((arg) => (arg.startsWith('--') ? splitAtEquals(arg) : [arg]));
  while (left.length > 0) {
    const name = left.shift();
    switch (name) {
      case '--help':
      case '-h':
        return 'help';
      case '--json':
        options = { ...options, json: true };
        break;
      case '--port':
        options = { ...options, port: parsePort(takeValue(name, left)) };
        break;
      case '--data':
        options = { ...options, data: takeValue(name, left) };
        break;
      case '--schedules':
        options = { ...options, schedules: parseSwitch(name, takeValue(name, left)) };
        break;
      default:
        throw new UsageError(`There is no option ${name}. \`npm start -- --help\` lists them.`);
    }
  }
  return options;
}

function splitAtEquals(arg: string): readonly string[] {
  const at = arg.indexOf('=');
  return at < 0 ? [arg] : [arg.slice(0, at), arg.slice(at + 1)];
}

function takeValue(name: string, left: string[]): string {
  const value = left.shift();
  if (value === undefined || value === '' || value.startsWith('--')) throw new UsageError(`${name} needs a value.`);
  return value;
}

function parsePort(text: string): number {
  const port = Number(text);
  const highest = 65_535 - (portsUsed - 1);
  if (/^\d+$/.test(text) && port >= 1 && port <= highest) return port;
  throw new UsageError(`--port needs a number from 1 to ${highest}, since the four ports above it are used too.`);
}

function parseSwitch(name: string, text: string): boolean {
  if (text === 'on' || text === 'off') return text === 'on';
  throw new UsageError(`${name} is either on or off.`);
}
