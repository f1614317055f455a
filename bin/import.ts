/** `npm run import`: brings customers that are there already into the catalog. docs/migrating.md says when. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { CsvHeaderError } from '../lib/service/csv-rows.ts';
import { isAllIn } from '../lib/service/import-report.ts';
import { createImporter, type ImporterOptions } from '../lib/service/importer.ts';
import { type ImportCommand, importUsage, parseImportCommand, UsageError } from './import/options.ts';
import { showingProgress } from './import/progress.ts';
import { reportText } from './import/report-text.ts';
import { outputOf, readOutputs } from './import/stack-outputs.ts';

async function run(command: ImportCommand): Promise<boolean> {
  const { file, isDryRun, json } = command;
  const bytes = file === undefined ? undefined : await sizeOf(file);
  const wiring = await wiringOf(command);
  const progress = showingProgress(process.stderr, Date.now, bytes);
  const importer = createImporter({ ...wiring, isDryRun, onProgress: progress.show });
  const report = await (file === undefined ? importer.fromStripe() : importer.fromCsv(createReadStream(file))).finally(
    progress.end,
  );
  process.stdout.write(json ? `${JSON.stringify(report)}\n` : reportText(report));
  return isAllIn(report);
}

async function wiringOf({ stack, rate }: ImportCommand): Promise<Omit<ImporterOptions, 'isDryRun' | 'onProgress'>> {
  const outputs = await readOutputs(stack, process.env);
  const stripeKey = process.env['STRIPE_SECRET_KEY'] ?? '';
  const mode = /^(?:sk|rk)_(test|live)_\w+$/.exec(stripeKey)?.[1];
  if (mode === undefined) throw new UsageError('STRIPE_SECRET_KEY must be a secret or restricted key: sk_… or rk_….');
  const wanted = outputOf(outputs, 'StripeMode');
  if (mode !== wanted) throw new UsageError(`STRIPE_SECRET_KEY is a ${mode} key, and the stack is in ${wanted} mode.`);
  return {
    catalogTable: outputOf(outputs, 'CatalogTable'),
    pokesQueueUrl: outputOf(outputs, 'PokesQueueUrl'),
    stage: outputOf(outputs, 'Stage'),
    owners: { name: sideOf(outputs, 'OwnerOfName'), email: sideOf(outputs, 'OwnerOfEmail') },
    stripeKey,
    requestsPerSecond: rate ?? (mode === 'live' ? 80 : 20),
  };
}

function sideOf(outputs: Parameters<typeof outputOf>[0], name: string): 'catalog' | 'stripe' {
  const side = outputOf(outputs, name);
  if (side === 'catalog' || side === 'stripe') return side;
  throw new UsageError(`The output ${name} must be catalog or stripe, not ${side}.`);
}

async function sizeOf(file: string): Promise<number> {
  const found = await stat(file).catch(() => undefined);
  if (found?.isFile() === true) return found.size;
  throw new UsageError(`--file: there is no file ${file}.`);
}

try {
  const command = parseImportCommand(process.argv.slice(2));
  if (command === 'help') process.stdout.write(importUsage);
  else if (!(await run(command))) process.exitCode = 1;
} catch (error) {
  const isUsage = error instanceof UsageError || error instanceof CsvHeaderError;
  console.error(isUsage ? error.message : error);
  process.exitCode = isUsage ? 2 : 1;
}
