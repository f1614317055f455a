import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Pokes } from '#ports/system.ts';

/** Pokes as messages of a standard queue: at least once, in any order, which is all a poke needs. */
export class SqsPokes implements Pokes {
  readonly #client: SQSClient;
  readonly #queueUrl: string;

  constructor(client: SQSClient, queueUrl: string) {
    this.#client = client;
    this.#queueUrl = queueUrl;
  }

  async poke(customerId: string): Promise<void> {
    await this.#client.send(
      new SendMessageCommand({ QueueUrl: this.#queueUrl, MessageBody: JSON.stringify({ customerId }) }),
    );
  }
}
