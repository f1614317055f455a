import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import Stripe from 'stripe';
import { DynamoCatalogStore } from '#adapters/dynamodb/dynamo-catalog-store.ts';
import { SqsPokes } from '#adapters/sqs/sqs-pokes.ts';
import { paceOf } from '#adapters/stripe/pace.ts';
import { pacedTransport, patientTransport } from '#adapters/stripe/paced-transport.ts';
import { stripeClient } from '#adapters/stripe/stripe-client.ts';
import { StripeIntegration } from '#adapters/stripe/stripe-integration.ts';
import { consoleLog } from '#adapters/system/console-log.ts';
import { systemClock, systemDigest, systemRandom } from '#adapters/system/system.ts';
import { GATE, INTEGRATIONS } from '#domain/integrations.ts';
import { type FieldOwners, ownersAgainst } from '#domain/merge.ts';
import { IntegrationUnavailableError } from '#ports/integration.ts';
import { importFromStripe } from '#use-cases/import/import-from-stripe.ts';
import type { ImportOptions } from '#use-cases/import/import-result.ts';
import { importRows } from '#use-cases/import/import-rows.ts';
import { readRows } from './csv-rows.ts';
import { type ImportReport, type Reporting, reporting } from './import-report.ts';

export type ImporterOptions = {
  /** The stack's outputs `CatalogTable`, `PokesQueueUrl`, `Stage`, `OwnerOfName` and `OwnerOfEmail`. */
  readonly catalogTable: string;
  readonly pokesQueueUrl: string;
  readonly stage: string;
  readonly owners: FieldOwners;
  /** May read and write customers of the very account that the stack itself uses. */
  readonly stripeKey: string;
  /** A whole number. Stripe's limit is for the whole account: leave the stack some of it. */
  readonly requestsPerSecond: number;
  /** Only reads, and reports what would be. */
  readonly isDryRun: boolean;
  /** Once aborted no further customer or row is begun; those that were are finished, and reported. */
  readonly interrupted?: AbortSignal;
  /** Called after each customer or row, with the report so far. */
  readonly onProgress: (soFar: ImportReport) => void;
};

/**
 * The first load of a deployed stack. What it writes and how is what the deployed functions do, under the same
 * conditions: it may run while they do, be killed at any point, and run again. What is owed to Stripe (our metadata, or
 * the customer itself) is paid at once, so that the one pace bounds all requests that an import causes.
 */
export type Importer = {
  fromStripe(): Promise<ImportReport>;
  /** @throws CsvHeaderError */
  fromCsv(bytes: AsyncIterable<Uint8Array>): Promise<ImportReport>;
};

/** It makes its own clients, with AWS's default credentials, region and endpoints, as `createCustomerService` does. */
export function createImporter(options: ImporterOptions): Importer {
  const system = { clock: systemClock, random: systemRandom };
  const documents = DynamoDBDocumentClient.from(new DynamoDBClient({}), {
    marshallOptions: { removeUndefinedValues: true },
  });
  const pace = paceOf(systemClock, options.requestsPerSecond);
  const transport = pacedTransport(Stripe.createNodeHttpClient(), pace);
  const patient = patientTransport(transport, pace, systemRandom);
  const stripe = stripeClient(options.stripeKey, process.env['STRIPE_API_BASE'], patient);
  const deps = {
    ...{
      ...system,
      integrations: INTEGRATIONS,
      owners: ownersAgainst(GATE, options.owners),
      digest: systemDigest,
      log: consoleLog,
    },
    store: new DynamoCatalogStore(documents, options.catalogTable, system),
    integration: new StripeIntegration(async () => stripe, options.stage),
    pokes: new SqsPokes(new SQSClient({}), options.pokesQueueUrl),
  };
  const { isDryRun, onProgress } = options;
  const how: ImportOptions = { isTrial: isDryRun, isStopped: () => options.interrupted?.aborted === true };

  async function run(
    source: ImportReport['source'],
    work: (report: Reporting) => Promise<void>,
  ): Promise<ImportReport> {
    const measures = { nowMs: systemClock.nowMs, stripeRequests: transport.sent };
    const report = reporting({ source, isDryRun }, measures, onProgress);
    try {
      await work(report);
    } catch (error) {
      if (!(error instanceof IntegrationUnavailableError)) throw error;
      return report.soFar(`Stripe does not answer: ${causeOf(error)}`);
    }
    return report.soFar(how.isStopped() ? 'It was interrupted.' : undefined);
  }

  return {
    fromStripe: () => run('stripe', ({ tell }) => importFromStripe(deps, tell, how)),
    fromCsv: (bytes) => run('csv', ({ tell, read }) => importRows(deps, readRows(bytes, read), tell, how)),
  };
}

/** Stripe's own sentence, without anything that looks like a key. */
function causeOf({ cause, message }: Error): string {
  const said = cause instanceof Error ? cause.message : message;
  return said.replace(/\b(?:sk|rk)_\w+/g, '[key]');
}
