import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Poke, Pokes } from '#ports/pokes.ts';

/**
 * Pokes as messages of a standard queue: at least once, in any order, which is all a poke needs. Those of one sender do
 * not hold up those of others: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues.html
 */
export class SqsPokes implements Pokes {
  readonly #client: SQSClient;
  readonly #queueUrl: string;
  readonly #sender: () => string | undefined;

  /** `sender` tells in whose name the next poke is sent: 128 letters, digits or punctuation at most, and never personal. */
  constructor(client: SQSClient, queueUrl: string, sender: () => string | undefined = () => undefined) {
    this.#client = client;
    this.#queueUrl = queueUrl;
    this.#sender = sender;
  }

  async poke(poke: Poke): Promise<void> {
    const message = { MessageBody: JSON.stringify(poke), MessageGroupId: this.#sender() };
    await this.#client.send(new SendMessageCommand({ QueueUrl: this.#queueUrl, ...message }));
  }
}
