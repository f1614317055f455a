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
import { keyInProgress, keyReused } from '#domain/problem.ts';

export type OnceSettings = {
  readonly tableName: string;
  /** What is done: keys of different names never meet. */
  readonly name: string;
  /** A run that died counts as under way for this long, and one that is still at work then remembers nothing. */
  readonly longestRunMs: number;
  readonly keptForSeconds: number;
};

type Identified = { readonly key: string; readonly payload: unknown };
/** A result in a box: Powertools cannot store `undefined`, and would leave the record in progress. */
type Box = { readonly result?: never };

/** Powertools' table, on which a run that was overtaken can no longer end what its successor has begun. */
class OwnRunStore extends DynamoDBPersistenceLayer {
  readonly #endsAtMs: number;

  constructor(client: DynamoDBClient, { tableName, longestRunMs }: OnceSettings) {
    super({ tableName, awsSdkV3Client: client });
    this.#endsAtMs = Date.now() + longestRunMs;
  }

  protected override async _updateRecord(record: Parameters<DynamoDBPersistenceLayer['_updateRecord']>[0]) {
    if (this.#isOwnRun()) await super._updateRecord(record);
  }

  protected override async _deleteRecord(record: Parameters<DynamoDBPersistenceLayer['_deleteRecord']>[0]) {
    if (this.#isOwnRun()) await super._deleteRecord(record);
  }

  /** Powertools updates and deletes without a condition; only time tells that nobody else may run. */
  #isOwnRun(): boolean {
    return Date.now() < this.#endsAtMs;
  }
}

/**
 * Does the work once a key, on Powertools' idempotency records. A repeat gets the first result again, as plain JSON;
 * work that throws forgets its key. `client` must not retry: a repeat of a conditional write would meet itself.
 * @throws ProblemError `idempotency-in-progress`, `idempotency-key-reused`; IdempotencyPersistenceLayerError when the
 *   table cannot say whether the work was done: it was not begun then.
 */
export async function onceByKey(
  client: DynamoDBClient,
  settings: OnceSettings,
  { key, payload }: Identified,
  work: () => Promise<unknown>,
): Promise<unknown> {
  let done: Box | undefined;
  let failed: { readonly error: unknown } | undefined;
  const idempotent = makeIdempotent(
    async (_identified: Identified): Promise<Box> => {
      try {
        done = JSON.parse(JSON.stringify({ result: await work() }));
        return done as Box;
      } catch (error) {
        failed = { error };
        throw new Error('The work failed.', { cause: error });
      }
    },
    {
      persistenceStore: new OwnRunStore(client, settings),
      keyPrefix: `once:${settings.name}`,
      config: configOf(settings),
    },
  );
  try {
    // A copy, so that the record is compared with what was asked even if the work changes its arguments.
    return (await idempotent(JSON.parse(JSON.stringify({ key, payload })))).result;
  } catch (error) {
    // What the work came to counts, also when the table could not be told.
    if (failed !== undefined) throw failed.error;
    if (done !== undefined && error instanceof IdempotencyPersistenceLayerError) return done.result;
    if (error instanceof IdempotencyAlreadyInProgressError) throw keyInProgress();
    if (error instanceof IdempotencyValidationError) throw keyReused();
    throw error;
  }
}

function configOf({ longestRunMs, keptForSeconds }: OnceSettings): IdempotencyConfig {
  const config = new IdempotencyConfig({
    eventKeyJmesPath: 'key',
    payloadValidationJmesPath: 'payload',
    throwOnNoIdempotencyKey: true,
    expiresAfterSeconds: keptForSeconds,
    hashFunction: 'sha256',
  });
  // All that Powertools asks of it: without an answer, a run that died would be under way until its record expires.
  config.registerLambdaContext({ getRemainingTimeInMillis: () => longestRunMs } as Context);
  return config;
}
