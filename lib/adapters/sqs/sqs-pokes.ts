import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Poke, Pokes } from '#ports/pokes.ts';

/** Pokes as messages of a standard queue: at least once, in any order, which is all a poke needs. */
export class SqsPokes implements Pokes {
  readonly #client: SQSClient;
  readonly #queueUrl: string;

  constructor(client: SQSClient, queueUrl: string) {
    this.#client = client;
    this.#queueUrl = queueUrl;
  }

  async poke(poke: Poke): Promise<void> {
    await this.#client.send(new SendMessageCommand({ QueueUrl: this.#queueUrl, MessageBody: JSON.stringify(poke) }));
  }
}
