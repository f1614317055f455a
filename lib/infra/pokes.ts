import { Duration, Names, Validations } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Use } from './use.ts';

export type PokesProps = { readonly stage: string; readonly visibilityTimeout: Duration };

/** The queue of pokes ("look at this customer") and its dead-letter queue. */
export class Pokes extends Construct {
  readonly queue: Queue;
  readonly deadLetters: Queue;
  readonly sending: Use;
  readonly countingDeadLetters: Use;
  readonly redrivingDeadLetters: Use;

  constructor(scope: Construct, id: string, props: PokesProps) {
    super(scope, id);
    this.deadLetters = new Queue(this, 'DeadLetters', {
      queueName: `concord-${props.stage}-pokes-dead`,
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    Validations.of(this.deadLetters).acknowledge({
      id: 'Serverless::Serverless-SQSRedrivePolicy',
      reason: 'It is the dead-letter queue.',
    });
    this.queue = new Queue(this, 'Queue', {
      queueName: `concord-${props.stage}-pokes`,
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      visibilityTimeout: props.visibilityTimeout,
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: 5 },
    });
    this.sending = {
      environment: { POKES_QUEUE_URL: this.queue.queueUrl },
      permissions: [{ actions: ['sqs:SendMessage'], resource: this.queue.queueArn }],
    };
    this.countingDeadLetters = {
      environment: { DEAD_LETTERS_QUEUE_URL: this.deadLetters.queueUrl },
      permissions: [{ actions: ['sqs:GetQueueAttributes'], resource: this.deadLetters.queueArn }],
    };
    this.redrivingDeadLetters = {
      environment: { DEAD_LETTERS_ARN: this.deadLetters.queueArn, POKES_ARN: this.queue.queueArn },
      // SQS moves them in the caller's name; that it may send to the other queue comes with `sending`.
      permissions: [
        {
          actions: ['sqs:StartMessageMoveTask', 'sqs:ReceiveMessage', 'sqs:DeleteMessage'],
          resource: this.deadLetters.queueArn,
        },
      ],
    };
  }

  /**
   * Lets a function consume the pokes: small batches, each message answered for itself. They are gathered for a second,
   * so that quick edits of one customer become one write to Stripe.
   */
  consumeWith(consumer: IFunction, maxConcurrency: number): void {
    consumer.addToRolePolicy(
      new PolicyStatement({
        actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
        resources: [this.queue.queueArn],
      }),
    );
    // Under the id that CDK's own event source gives it: a second one for the same queue and function is refused.
    const mapping = consumer.addEventSourceMapping(`SqsEventSource:${Names.nodeUniqueId(this.queue.node)}`, {
      eventSourceArn: this.queue.queueArn,
      batchSize: 10,
      maxBatchingWindow: Duration.seconds(1),
      reportBatchItemFailures: true,
      maxConcurrency,
    });
    Validations.of(mapping).acknowledge({
      id: 'Serverless::Serverless-LambdaEventSourceMappingDestination',
      reason: 'A mapping of a queue has none: what fails goes to the queue’s own dead-letter queue.',
    });
  }
}
