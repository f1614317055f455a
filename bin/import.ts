/** `npm run import`: brings customers that are there already into the catalog. docs/migrating.md says when. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { INTEGRATIONS } from '#domain/integrations.ts';
import type { Side } from '#domain/merge.ts';
import { CsvHeaderError } from '../lib/service/csv-rows.ts';
import { type ImportReport, isAllIn } from '../lib/service/import-report.ts';
import { createImporter, type ImporterOptions } from '../lib/service/importer.ts';
import { runCommand } from './command-line/command.ts';
import { CommandError } from './command-line/options.ts';
import { showingProgress } from './command-line/progress.ts';
import { type ImportCommand, importUsage, parseImportCommand } from './import/options.ts';
import { progressLine } from './import/progress.ts';
import { reportText } from './import/report-text.ts';
import { outputOf, readOutputs } from './import/stack-outputs.ts';

async function run(command: ImportCommand, interrupted: AbortSignal): Promise<boolean> {
  const { file, isDryRun, json } = command;
  const bytes = file === undefined ? undefined : await sizeOf(file);
  const wiring = await wiringOf(command);
  const progress = showingProgress();
  const onProgress = (report: ImportReport) => progress.show(() => progressLine(report, bytes));
  const importer = createImporter({ ...wiring, isDryRun, interrupted, onProgress });
  const work = file === undefined ? importer.fromStripe() : importer.fromCsv(createReadStream(file));
  const report = await work.catch(asCommandError).finally(progress.end);
  process.stdout.write(json ? `${JSON.stringify(report)}\n` : reportText(report));
  return isAllIn(report);
}

function asCommandError(error: unknown): never {
  throw error instanceof CsvHeaderError ? new CommandError(error.message, { cause: error }) : error;
}

async function wiringOf({ stack, rate }: ImportCommand): Promise<Omit<ImporterOptions, 'isDryRun' | 'onProgress'>> {
  const outputs = await readOutputs(stack, process.env);
  const stripeKey = process.env['STRIPE_SECRET_KEY'] ?? '';
  const mode = /^(?:sk|rk)_(test|live)_\w+$/.exec(stripeKey)?.[1];
  if (mode === undefined) throw new CommandError('STRIPE_SECRET_KEY must be a secret or restricted key: sk_… or rk_….');
  const wanted = outputOf(outputs, 'StripeMode');
  if (mode !== wanted)
    throw new CommandError(`STRIPE_SECRET_KEY is a ${mode} key, and the stack is in ${wanted} mode.`);
  return {
    catalogTable: outputOf(outputs, 'CatalogTable'),
    pokesQueueUrl: outputOf(outputs, 'PokesQueueUrl'),
    stage: outputOf(outputs, 'Stage'),
    owners: { name: sideOf(outputs, 'OwnerOfName'), email: sideOf(outputs, 'OwnerOfEmail') },
    stripeKey,
    requestsPerSecond: rate ?? (mode === 'live' ? 80 : 20),
  };
}

function sideOf(outputs: Parameters<typeof outputOf>[0], name: string): Side {
  const said = outputOf(outputs, name);
  const sides = ['catalog', ...INTEGRATIONS] as const;
  const side = sides.find((one) => one === said);
  if (side !== undefined) return side;
  throw new CommandError(`The output ${name} must be ${sides.join(' or ')}, not ${said}.`);
}

async function sizeOf(file: string): Promise<number> {
  const found = await stat(file).catch(() => undefined);
  if (found?.isFile() === true) return found.size;
  throw new CommandError(`--file: there is no file ${file}.`);
}

await runCommand({
  usage: importUsage,
  leaves: 'What was done stays done; run it again.',
  parse: parseImportCommand,
  run,
});
