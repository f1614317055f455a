import { CfnOutput, Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { Alarms } from './alarms.ts';
import { ConcordFunction } from './concord-function.ts';
import type { ConcordConfig } from './config.ts';
import { EndedEarly } from './ended-early.ts';
import { CustomersApi } from './http-api.ts';
import { Pokes } from './pokes.ts';
import { Saga } from './saga.ts';
import { Schedules } from './schedules.ts';
import { Tables } from './tables.ts';
import { Webhook } from './webhook.ts';

/** All of Concord: the API, the saga, the sync consumer and the schedules, on two tables. */
export class Concord extends Construct {
  constructor(scope: Construct, id: string, config: ConcordConfig) {
    super(scope, id);
    const { stage } = config;
    const { catalog, ephemeral } = new Tables(this, 'Tables');
    const stripeKey = new Secret(this, 'StripeKey', {
      secretName: `concord/${stage}/stripe-key`,
      description:
        'A restricted Stripe key that may read and write customers. Put its value here after the first deployment.',
      removalPolicy: RemovalPolicy.RETAIN,
    });
    const pokes = new Pokes(this, 'Pokes', { stage, visibilityTimeout: Duration.minutes(6) });

    const sagaSteps = new ConcordFunction(this, 'SagaSteps', {
      stage,
      entry: 'saga',
      description: 'The steps of the saga.',
      timeout: Duration.seconds(30),
      environment: {
        CATALOG_TABLE: catalog.tableName,
        STRIPE_KEY_ARN: stripeKey.secretArn,
        POKES_QUEUE_URL: pokes.queue.queueUrl,
      },
    });
    catalog.grantReadWriteData(sagaSteps);
    stripeKey.grantRead(sagaSteps);
    pokes.queue.grantSendMessages(sagaSteps);
    const saga = new Saga(this, 'Saga', { stage, steps: sagaSteps });

    const owners = { OWNER_OF_NAME: config.owners.name, OWNER_OF_EMAIL: config.owners.email };
    const sync = new ConcordFunction(this, 'Sync', {
      stage,
      entry: 'sync',
      description: 'Makes both sides of one customer agree, for each poke.',
      timeout: Duration.minutes(1),
      environment: {
        CATALOG_TABLE: catalog.tableName,
        STRIPE_KEY_ARN: stripeKey.secretArn,
        POKES_QUEUE_URL: pokes.queue.queueUrl,
        ...owners,
      },
    });
    catalog.grantReadWriteData(sync);
    stripeKey.grantRead(sync);
    pokes.queue.grantSendMessages(sync);
    pokes.consumeWith(sync, config.syncConcurrency);

    const ofWrites = {
      CATALOG_TABLE: catalog.tableName,
      EPHEMERAL_TABLE: ephemeral.tableName,
      SAGA_ARN: saga.stateMachine.stateMachineArn,
      POKES_QUEUE_URL: pokes.queue.queueUrl,
    };
    const ofComparing = {
      STRIPE_KEY_ARN: stripeKey.secretArn,
      OWNER_OF_NAME: config.owners.name,
      OWNER_OF_EMAIL: config.owners.email,
      GRACE_MINUTES: String(config.graceMinutes),
    };
    const customers = new ConcordFunction(this, 'CustomersFunction', {
      stage,
      entry: 'api',
      description: 'The HTTP API of customers and operations.',
      timeout: Duration.seconds(29),
      environment: { ...ofWrites, DEAD_LETTERS_QUEUE_URL: pokes.deadLetters.queueUrl },
    });
    pokes.deadLetters.grant(customers, 'sqs:GetQueueAttributes');
    const deletes = new ConcordFunction(this, 'DeleteFunction', {
      stage,
      entry: 'delete-customer',
      description: 'Deletes customers: asks Stripe for live subscriptions first.',
      timeout: Duration.seconds(29),
      environment: { ...ofWrites, STRIPE_KEY_ARN: stripeKey.secretArn },
    });
    const maintenance = new ConcordFunction(this, 'MaintenanceFunction', {
      stage,
      entry: 'maintenance',
      description:
        'What administrators ask for: links by hand, decisions in conflicts, retries, comparing and repairing.',
      timeout: Duration.seconds(29),
      environment: { ...ofWrites, ...owners, ...ofComparing },
    });
    for (const writer of [customers, deletes, maintenance]) {
      catalog.grantReadWriteData(writer);
      ephemeral.grantReadWriteData(writer);
      saga.stateMachine.grantStartExecution(writer);
      pokes.queue.grantSendMessages(writer);
    }
    stripeKey.grantRead(deletes);
    stripeKey.grantRead(maintenance);
    const handlers = { customers, deletes, maintenance };
    const { api: httpApi } = new CustomersApi(this, 'CustomersApi', { config, handlers });

    const endedEarly = new ConcordFunction(this, 'ExecutionEndedEarly', {
      stage,
      entry: 'execution-ended-early',
      description: 'Makes the operation of an execution that ended early due.',
      timeout: Duration.seconds(30),
      environment: { CATALOG_TABLE: catalog.tableName },
    });
    catalog.grantWriteData(endedEarly);
    new EndedEarly(this, 'EndedEarly', { stage, saga: saga.stateMachine, handler: endedEarly });
    const { handler: webhook, url } = new Webhook(this, 'Webhook', { config, queue: pokes.queue });
    new Alarms(this, 'Alarms', { stage, saga: saga.stateMachine, deadLetters: pokes.deadLetters, webhook });

    const sweepOperations = new ConcordFunction(this, 'SweepOperations', {
      stage,
      entry: 'sweep-operations',
      description: 'Resumes what a crash left: overdue operations, and customers owed to Stripe.',
      timeout: Duration.minutes(1),
      environment: {
        CATALOG_TABLE: catalog.tableName,
        SAGA_ARN: saga.stateMachine.stateMachineArn,
        POKES_QUEUE_URL: pokes.queue.queueUrl,
      },
    });
    catalog.grantReadWriteData(sweepOperations);
    saga.stateMachine.grantStartExecution(sweepOperations);
    pokes.queue.grantSendMessages(sweepOperations);
    const sweepEvents = new ConcordFunction(this, 'SweepEvents', {
      stage,
      entry: 'sweep-events',
      description: 'Finds in Stripe’s list of events what webhooks lost.',
      timeout: Duration.minutes(5),
      environment: {
        CATALOG_TABLE: catalog.tableName,
        STRIPE_KEY_ARN: stripeKey.secretArn,
        POKES_QUEUE_URL: pokes.queue.queueUrl,
      },
    });
    catalog.grantReadWriteData(sweepEvents);
    stripeKey.grantRead(sweepEvents);
    pokes.queue.grantSendMessages(sweepEvents);
    const retryFailedSyncs = new ConcordFunction(this, 'RetryFailedSyncs', {
      stage,
      entry: 'retry-failed-syncs',
      description: 'Tries again what has failed, each customer by its own backoff.',
      // No longer than the consumer of pokes may run: the lease of a run outlives both.
      timeout: Duration.minutes(1),
      environment: {
        CATALOG_TABLE: catalog.tableName,
        STRIPE_KEY_ARN: stripeKey.secretArn,
        POKES_QUEUE_URL: pokes.queue.queueUrl,
        ...owners,
      },
    });
    catalog.grantReadWriteData(retryFailedSyncs);
    stripeKey.grantRead(retryFailedSyncs);
    pokes.queue.grantSendMessages(retryFailedSyncs);
    const validateConsistency = new ConcordFunction(this, 'ValidateConsistency', {
      stage,
      entry: 'validate-consistency',
      description: 'Compares both sides in full and keeps the report.',
      timeout: Duration.minutes(15),
      environment: { CATALOG_TABLE: catalog.tableName, ...ofComparing },
    });
    catalog.grantReadWriteData(validateConsistency);
    stripeKey.grantRead(validateConsistency);
    const schedules = new Schedules(this, 'Schedules', { stage });
    schedules.every(Duration.minutes(1), 'sweep-operations', sweepOperations);
    schedules.every(Duration.minutes(15), 'sweep-events', sweepEvents);
    schedules.every(Duration.minutes(5), 'retry-failed-syncs', retryFailedSyncs);
    schedules.every(Duration.days(1), 'validate-consistency', validateConsistency);

    this.#output('ApiUrl', httpApi.apiEndpoint);
    this.#output('WebhookUrl', url);
    this.#output('CatalogTable', catalog.tableName);
    this.#output('EphemeralTable', ephemeral.tableName);
    this.#output('SagaArn', saga.stateMachine.stateMachineArn);
    this.#output('PokesQueueUrl', pokes.queue.queueUrl);
    // What an import has to know to do as the functions do.
    this.#output('Stage', stage);
    this.#output('StripeMode', config.stripeMode);
    this.#output('OwnerOfName', config.owners.name);
    this.#output('OwnerOfEmail', config.owners.email);
  }

  /** Under its plain name: scripts ask for outputs by it. */
  #output(name: string, value: string): void {
    new CfnOutput(this, name, { value }).overrideLogicalId(name);
  }
}
