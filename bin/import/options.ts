import { parseArgs } from 'node:util';

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

/** Tells what is wrong with the command line, in a sentence for the person who wrote it. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

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

Exit code 0 when all went in, 1 when some did not, 2 for wrong usage. Safe to be killed, and to be run again.
`;

/** Reads the command line. `help` when that is what was asked for. @throws UsageError */
export function parseImportCommand(args: readonly string[]): ImportCommand | 'help' {
  const { values } = parseStrictly(args);
  if (values.help === true) return 'help';
  const { from, file, stack, json = false, 'dry-run': isDryRun = false } = values;
  if (from !== 'stripe' && from !== 'csv') throw new UsageError('--from is either stripe or csv.');
  if (from === 'csv' && !file) throw new UsageError('--from csv needs --file.');
  if (from === 'stripe' && file !== undefined) throw new UsageError('--file goes with --from csv only.');
  return { from, file, stack, isDryRun, json, rate: parseRate(values.rate) };
}

function parseStrictly(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const options = { from: text, file: text, stack: text, rate: text, 'dry-run': flag, json: flag, help: flag };
  try {
    return parseArgs({ args: [...args], options });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function parseRate(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const rate = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && rate >= 1 && rate <= 200) return rate;
  throw new UsageError('--rate needs a number from 1 to 200.');
}
