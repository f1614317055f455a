import { Aspects, Duration } from 'aws-cdk-lib';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { CfnLogGroup } from 'aws-cdk-lib/aws-logs';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { Alarms } from './alarms.ts';
import { ConcordFunction } from './concord-function.ts';
import { type ConcordConfig, configOf } from './config.ts';
import { Console } from './console.ts';
import { ConcordDashboard } from './dashboard.ts';
import { EndedEarly } from './ended-early.ts';
import { Followers } from './followers.ts';
import { CustomersApi } from './http-api.ts';
import { Pokes } from './pokes.ts';
import { Reconciliation } from './reconciliation.ts';
import { Saga } from './saga.ts';
import { Schedules } from './schedules.ts';
import type { ConcordProps } from './settings.ts';
import { StripeKeys } from './stripe-keys.ts';
import { type CatalogAction, Tables } from './tables.ts';
import type { Use } from './use.ts';
import { Webhook } from './webhook.ts';

const READS: readonly CatalogAction[] = ['GetItem', 'BatchGetItem'];
const WRITES: readonly CatalogAction[] = ['PutItem', 'UpdateItem', 'DeleteItem', 'ConditionCheckItem'];

/** All of Concord: the API, the saga, the sync consumer and the schedules, on two tables. What each uses is all it may. */
export class Concord extends Construct {
  readonly config: ConcordConfig;
  /** Where callers call. */
  readonly apiUrl: string;
  /** The endpoint to tell Stripe. */
  readonly webhookUrl: string;
  readonly catalog: TableV2;
  readonly ephemeral: TableV2;
  readonly saga: StateMachine;
  readonly pokes: Queue;

  /** @throws Error that names each setting that cannot be used. */
  constructor(scope: Construct, id: string, props: ConcordProps = {}) {
    super(scope, id);
    const config = configOf(props);
    const { stage } = config;
    const tables = new Tables(this, 'Tables');
    const stripe = new StripeKeys(this, 'StripeKey', { config });
    const followers = new Followers(this, 'Followers', { stage });
    const pokes = new Pokes(this, 'Pokes', { stage, visibilityTimeout: Duration.minutes(6) });
    const owners: Use = { environment: { OWNER_OF_NAME: config.owners.name, OWNER_OF_EMAIL: config.owners.email } };
    const grace: Use = { environment: { GRACE_MINUTES: String(config.graceMinutes) } };
    const fair: Use = { environment: { LIMIT_NOISY_CALLERS: config.limitNoisyCallers } };
    const size: Use = { environment: { MOST_AT_ONCE: String(config.mostAtOnce) } };

    const sagaSteps = new ConcordFunction(this, 'SagaSteps', {
      stage,
      entry: 'saga',
      description: 'The steps of the saga.',
      timeout: Duration.seconds(30),
      uses: [
        tables.catalogFor(['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem']),
        stripe.writing('saga'),
        pokes.sending,
      ],
    });
    const saga = new Saga(this, 'Saga', { stage, steps: sagaSteps });

    const reconcile = new ConcordFunction(this, 'Reconcile', {
      stage,
      entry: 'reconcile',
      description: 'A step of a run that compares both sides at size.',
      timeout: Duration.minutes(5),
      uses: [
        tables.catalogFor([...READS, ...WRITES, 'Query', 'Scan'], 'apart'),
        tables.scratchFor(['BatchGetItem', 'BatchWriteItem']),
        ...[saga.starting, pokes.sending, stripe.writing('reconcile'), owners, grace, size],
      ],
    });
    const reconciliation = new Reconciliation(this, 'Reconciliation', { stage, step: reconcile });

    const customers = new ConcordFunction(this, 'CustomersFunction', {
      stage,
      entry: 'api',
      description: 'The HTTP API of customers and operations.',
      timeout: Duration.seconds(29),
      uses: [
        tables.catalogFor([...READS, ...WRITES, 'Query'], 'apart', 'due', 'list', 'operations-by-customer'),
        tables.replies,
        saga.starting,
        pokes.sending,
        pokes.countingDeadLetters,
        fair,
        ...(config.reservesConcurrency && config.apiConcurrency !== undefined
          ? [{ atOnce: config.apiConcurrency }]
          : []),
      ],
    });
    const deletes = new ConcordFunction(this, 'DeleteFunction', {
      stage,
      entry: 'delete-customer',
      description: 'Deletes customers: asks Stripe for live subscriptions first.',
      timeout: Duration.seconds(29),
      uses: [
        tables.catalogFor([...READS, ...WRITES]),
        tables.replies,
        saga.starting,
        pokes.sending,
        stripe.reading('delete-customer'),
        fair,
      ],
    });
    const maintenance = new ConcordFunction(this, 'MaintenanceFunction', {
      stage,
      entry: 'maintenance',
      description:
        'What administrators ask for: links by hand, decisions in conflicts, retries, redrives, comparing and repairing.',
      timeout: Duration.seconds(29),
      uses: [
        tables.catalogFor([...READS, ...WRITES, 'Query', 'Scan'], 'apart'),
        tables.scratchFor(['BatchGetItem']),
        ...[pokes.sending, pokes.countingDeadLetters, pokes.redrivingDeadLetters],
        ...[
          saga.starting,
          reconciliation.starting,
          stripe.writing('maintenance'),
          followers.calling,
          owners,
          grace,
          size,
          fair,
        ],
      ],
    });
    const handlers = { customers, deletes, maintenance };
    const { api: httpApi } = new CustomersApi(this, 'CustomersApi', { config, handlers });
    if (config.jwt !== undefined) new Console(this, 'Console', { stage, api: httpApi, ...config.jwt });

    const sync = new ConcordFunction(this, 'Sync', {
      stage,
      entry: 'sync',
      description: 'Makes both sides of one customer agree, for each poke.',
      timeout: Duration.minutes(1),
      uses: [
        tables.catalogFor([...READS, ...WRITES]),
        stripe.writing('sync'),
        followers.calling,
        pokes.sending,
        owners,
      ],
    });
    pokes.consumeWith(sync, config.syncConcurrency);
    const { handler: webhook, url } = new Webhook(this, 'Webhook', { config, pokes: pokes.sending });

    const endedEarly = new ConcordFunction(this, 'ExecutionEndedEarly', {
      stage,
      entry: 'execution-ended-early',
      description: 'Makes the operation of an execution that ended early due.',
      timeout: Duration.seconds(30),
      uses: [tables.catalogFor(['UpdateItem'])],
    });
    new EndedEarly(this, 'EndedEarly', { stage, saga: saga.stateMachine, handler: endedEarly });

    const sweepOperations = new ConcordFunction(this, 'SweepOperations', {
      stage,
      entry: 'sweep-operations',
      description: 'Resumes what a crash left: overdue operations, and customers owed to Stripe.',
      timeout: Duration.minutes(1),
      uses: [
        tables.catalogFor(['GetItem', 'PutItem', 'UpdateItem'], 'due'),
        ...[saga.starting, reconciliation.starting, pokes.sending],
      ],
    });
    const sweepEvents = new ConcordFunction(this, 'SweepEvents', {
      stage,
      entry: 'sweep-events',
      description: 'Finds in Stripe’s list of events what webhooks lost.',
      timeout: Duration.minutes(5),
      uses: [
        tables.catalogFor([...READS, 'PutItem', 'UpdateItem']),
        ...[stripe.reading('sweep-events'), followers.calling, pokes.sending],
      ],
    });
    const retryFailedSyncs = new ConcordFunction(this, 'RetryFailedSyncs', {
      stage,
      entry: 'retry-failed-syncs',
      description: 'Tries again what has failed, each customer by its own backoff.',
      // No longer than the consumer of pokes may run: the lease of a run outlives both.
      timeout: Duration.minutes(1),
      uses: [
        tables.catalogFor([...READS, ...WRITES], 'apart'),
        ...[stripe.writing('retry-failed-syncs'), followers.calling, pokes.sending, owners],
      ],
    });
    const validateConsistency = new ConcordFunction(this, 'ValidateConsistency', {
      stage,
      entry: 'validate-consistency',
      description: 'Compares both sides in full and keeps the report, or begins the run that will.',
      timeout: Duration.minutes(15),
      uses: [
        tables.catalogFor([...READS, 'PutItem', 'UpdateItem', 'Query', 'Scan']),
        stripe.reading('validate-consistency'),
        owners,
        grace,
        size,
        reconciliation.starting,
      ],
    });
    const cleanup = new ConcordFunction(this, 'Cleanup', {
      stage,
      entry: 'cleanup',
      description: 'Clears expired keys and leases, and email claims of nobody.',
      timeout: Duration.minutes(5),
      uses: [tables.catalogFor([...READS, ...WRITES, 'Scan'], 'apart'), pokes.sending, grace],
    });
    const schedules = new Schedules(this, 'Schedules', { stage });
    schedules.every(Duration.minutes(1), 'sweep-operations', sweepOperations);
    schedules.every(Duration.minutes(15), 'sweep-events', sweepEvents);
    schedules.every(Duration.minutes(5), 'retry-failed-syncs', retryFailedSyncs);
    schedules.every(Duration.hours(1), 'cleanup', cleanup);
    schedules.every(Duration.days(1), 'validate-consistency', validateConsistency);

    const watched = {
      ...{ stage, api: httpApi, webhook, pokes: pokes.queue, deadLetters: pokes.deadLetters },
      ...{ saga: saga.stateMachine, reconciliation: reconciliation.stateMachine, handlers: Object.values(handlers) },
    };
    new Alarms(this, 'Alarms', { ...watched, topicArn: config.alarmTopicArn });
    new ConcordDashboard(this, 'Dashboard', { ...watched, tables: [tables.catalog, tables.ephemeral] });

    Aspects.of(this).add({
      visit: (node) => {
        if (node instanceof CfnLogGroup) node.retentionInDays = config.logRetentionDays;
      },
    });
    this.config = config;
    this.apiUrl = httpApi.apiEndpoint;
    this.webhookUrl = url;
    this.catalog = tables.catalog;
    this.ephemeral = tables.ephemeral;
    this.saga = saga.stateMachine;
    this.pokes = pokes.queue;
  }
}
