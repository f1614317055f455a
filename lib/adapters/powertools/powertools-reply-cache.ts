import {
  IdempotencyAlreadyInProgressError,
  IdempotencyConfig,
  IdempotencyPersistenceLayerError,
  IdempotencyValidationError,
  makeIdempotent,
} from '@aws-lambda-powertools/idempotency';
import { DynamoDBPersistenceLayer } from '@aws-lambda-powertools/idempotency/dynamodb';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Context } from 'aws-lambda';
import { KEY_LIFETIME_SECONDS, type RequestIdentity } from '#domain/idempotency-key.ts';
import { keyInProgress, keyReused } from '#domain/problem.ts';
import type { CacheableReply, ReplyCache } from '#ports/reply-cache.ts';

/** Carries a reply that must not be remembered past Powertools, which forgets a key whose work throws. */
class NotFinal extends Error {
  override readonly name = 'NotFinal';
  readonly reply: object;

  constructor(reply: object) {
    super('This reply is not final.');
    this.reply = reply;
  }
}

/** Powertools' table, with a lifetime that can be shortened once the reply is known. */
class ExpiringStore extends DynamoDBPersistenceLayer {
  expireAt(expiresAtSeconds: number): void {
    this.expiresAfterSeconds = Math.max(0, expiresAtSeconds - Math.floor(Date.now() / 1000));
  }
}

/** The reply cache on Powertools' idempotency records. */
export class PowertoolsReplyCache implements ReplyCache {
  readonly #client: DynamoDBClient;
  readonly #tableName: string;
  readonly #context: Context;

  /**
   * `client` must not retry: a repeat of a conditional write whose reply was lost would meet itself.
   * `context` is the invocation's: a record in progress counts only while its invocation can still be running.
   */
  constructor(client: DynamoDBClient, tableName: string, context: Context) {
    this.#client = client;
    this.#tableName = tableName;
    this.#context = context;
  }

  async once<Reply extends object>(
    { scope, key, fingerprint }: RequestIdentity,
    work: () => Promise<CacheableReply<Reply>>,
  ): Promise<{ reply: Reply; replayed: boolean }> {
    let replayed = false;
    let worked: Reply | undefined;
    const persistenceStore = new ExpiringStore({ tableName: this.#tableName, awsSdkV3Client: this.#client });
    const idempotent = makeIdempotent(
      async (_request: { readonly key: string; readonly fingerprint: string }) => {
        const { reply, isFinal, expiresAtSeconds } = await work();
        worked = reply;
        if (expiresAtSeconds !== undefined) persistenceStore.expireAt(expiresAtSeconds);
        if (!isFinal) throw new NotFinal(reply);
        // A plain copy: Powertools cannot store `undefined`, and would leave the record in progress.
        return JSON.parse(JSON.stringify(reply));
      },
      {
        persistenceStore,
        keyPrefix: 'reply',
        config: this.#config(() => {
          replayed = true;
        }),
      },
    );
    try {
      // One scalar key, built here: a key of several parts would match when a part is missing.
      const reply = await idempotent({ key: JSON.stringify([scope, key]), fingerprint });
      return { reply: reply as Reply, replayed };
    } catch (error) {
      if (error instanceof NotFinal) return { reply: error.reply as Reply, replayed: false };
      if (error instanceof IdempotencyAlreadyInProgressError) throw keyInProgress();
      if (error instanceof IdempotencyValidationError) throw keyReused();
      if (!(error instanceof IdempotencyPersistenceLayerError)) throw error;
      // The cache is away; the work is identified without it.
      return { reply: worked ?? (await work()).reply, replayed: false };
    }
  }

  #config(onReplay: () => void): IdempotencyConfig {
    const config = new IdempotencyConfig({
      eventKeyJmesPath: 'key',
      payloadValidationJmesPath: 'fingerprint',
      throwOnNoIdempotencyKey: true,
      expiresAfterSeconds: KEY_LIFETIME_SECONDS,
      hashFunction: 'sha256',
      responseHook: (response) => {
        onReplay();
        return response;
      },
    });
    config.registerLambdaContext(this.#context);
    return config;
  }
}
