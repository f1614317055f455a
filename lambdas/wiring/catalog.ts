/** What entries are wired of. Clients are made once an environment and kept warm. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { DynamoCatalogStore } from '#adapters/dynamodb/dynamo-catalog-store.ts';
import { consoleLog } from '#adapters/system/console-log.ts';
import { requireEnv, systemClock, systemRandom } from '#adapters/system/system.ts';
import { INTEGRATIONS } from '#domain/integrations.ts';

const dynamodb = new DynamoDBClient({});

/** For the reply cache: a repeat of its conditional write, after a lost reply, would meet itself. */
export const dynamodbOnce = new DynamoDBClient({ maxAttempts: 1 });

export const system = { clock: systemClock, random: systemRandom };

export const log = consoleLog;

export const documents = DynamoDBDocumentClient.from(dynamodb, { marshallOptions: { removeUndefinedValues: true } });

export const store = new DynamoCatalogStore(documents, requireEnv('CATALOG_TABLE'), system);

export const reads = { store, integrations: INTEGRATIONS };
