import { exitCodes } from '../command-line/command.ts';
import { CommandError, FLAG, numberOf, readOptions, TEXT } from '../command-line/options.ts';

/** What `npm run import` was asked for. */
export type ImportCommand = {
  readonly from: 'stripe' | 'csv';
  readonly file: string | undefined;
  readonly stack: string | undefined;
  readonly isDryRun: boolean;
  readonly json: boolean;
  /** Stripe requests a second; by the mode of the key when not said. */
  readonly rate: number | undefined;
};

export const importUsage = `Brings customers that are there already into Concord's catalog.

  npm run import -- --from stripe|csv [--file customers.csv] [--stack WHERE] [--dry-run] [--rate N] [--json]

  --from stripe   all customers of the Stripe account, each as a webhook of it would
  --from csv      the rows of --file: name,email[,external_id] (cus_…, when Stripe has the customer already)
  --stack WHERE   the control URL of \`npm start\` (http://127.0.0.1:4004), or the file that
                  \`npx cdk deploy --outputs-file outputs.json\` wrote; without it, the environment variables
                  CatalogTable, PokesQueueUrl, Stage, StripeMode, OwnerOfName and OwnerOfEmail (the stack's outputs)
  --dry-run       writes nothing, and reports what would be
  --rate N        Stripe requests a second, 1 to 200 (20 with a test key, 80 with a live one)
  --json          prints the report as one JSON on stdout
  --help          prints this

  STRIPE_SECRET_KEY=rk_…  a key of the account that the stack uses, which may read and write customers
  AWS credentials and region as ever; the role reads and writes the catalog table and sends to the queue

${exitCodes('all went in', 'some did not')}
Safe to be killed, and to be run again.
`;

/** Reads the command line. `help` when that is what was asked for. @throws CommandError */
export function parseImportCommand(args: readonly string[]): ImportCommand | 'help' {
  const flags = { 'dry-run': FLAG, json: FLAG };
  const asked = readOptions(args, { from: TEXT, file: TEXT, stack: TEXT, rate: TEXT, ...flags });
  if (asked === 'help') return 'help';
  const { from, file, stack, json = false, 'dry-run': isDryRun = false } = asked.values;
  if (from !== 'stripe' && from !== 'csv') throw new CommandError('--from is either stripe or csv.');
  if (from === 'csv' && !file) throw new CommandError('--from csv needs --file.');
  if (from === 'stripe' && file !== undefined) throw new CommandError('--file goes with --from csv only.');
  const rate = numberOf('--rate', asked.values.rate, { least: 1, most: 200 });
  return { from, file, stack, isDryRun, json, rate };
}
