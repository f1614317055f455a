import { type SQSClient, StartMessageMoveTaskCommand, UnsupportedOperation } from '@aws-sdk/client-sqs';
import type { DeadLetterRedrive } from '#ports/dead-letters.ts';

/** Moves a dead-letter queue's messages back, by a task of SQS's own: there is one of a queue at a time. */
export class SqsRedrive implements DeadLetterRedrive {
  readonly #client: SQSClient;
  readonly #fromArn: string;
  readonly #toArn: string;

  constructor(client: SQSClient, fromArn: string, toArn: string) {
    this.#client = client;
    this.#fromArn = fromArn;
    this.#toArn = toArn;
  }

  async redrive(): Promise<'begun' | 'underway'> {
    try {
      await this.#client.send(
        new StartMessageMoveTaskCommand({ SourceArn: this.#fromArn, DestinationArn: this.#toArn }),
      );
      return 'begun';
    } catch (error) {
      if (error instanceof UnsupportedOperation) return 'underway';
      throw error;
    }
  }
}
