import { Duration } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
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

  constructor(scope: Construct, id: string, props: PokesProps) {
    super(scope, id);
    this.deadLetters = new Queue(this, 'DeadLetters', {
      queueName: `concord-${props.stage}-pokes-dead`,
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
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
      grantTo: (grantee) => this.queue.grantSendMessages(grantee),
    };
    this.countingDeadLetters = {
      environment: { DEAD_LETTERS_QUEUE_URL: this.deadLetters.queueUrl },
      grantTo: (grantee) => this.deadLetters.grant(grantee, 'sqs:GetQueueAttributes'),
    };
  }

  /**
   * Lets a function consume the pokes: small batches, each message answered for itself. They are gathered for a second,
   * so that quick edits of one customer become one write to Stripe.
   */
  consumeWith(consumer: IFunction, maxConcurrency: number): void {
    consumer.addEventSource(
      new SqsEventSource(this.queue, {
        batchSize: 10,
        maxBatchingWindow: Duration.seconds(1),
        reportBatchItemFailures: true,
        maxConcurrency,
      }),
    );
  }
}
