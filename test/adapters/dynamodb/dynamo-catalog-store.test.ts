import { randomUUID } from 'node:crypto';
import {
  type AttributeDefinition,
  CreateTableCommand,
  DynamoDBClient,
  type GlobalSecondaryIndex,
} from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { DynamoCatalogStore } from '#adapters/dynamodb/dynamo-catalog-store.ts';
import { systemRandom } from '#adapters/system/system.ts';
import type { Clock } from '#ports/system.ts';
import type { LocalDynamodb } from '../../../local/embedded-dynamodb.ts';
import { catalogStoreContract } from '../../contracts/catalog-store.contract.ts';
import { startDynamodb } from './dynamodb-under-test.ts';

/** The catalog's sparse indexes, by name: partition, order. `infra/tables.ts` says the same of the deployed table. */
const INDEXES = {
  due: ['dueShard', 'dueAt'],
  apart: ['apartShard', 'apartKey'],
  list: ['listShard', 'listKey'],
  'operations-by-customer': ['customerId', 'createdAt'],
} as const;

let dynamodb: LocalDynamodb;
let client: DynamoDBClient;

beforeAll(async () => {
  dynamodb = await startDynamodb();
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  client = new DynamoDBClient({ endpoint: dynamodb.url, region: 'us-east-1', credentials });
});

afterAll(async () => {
  client?.destroy();
  await dynamodb?.close();
});

const schemaOf = (partition: string, order: string) => [
  { AttributeName: partition, KeyType: 'HASH' as const },
  { AttributeName: order, KeyType: 'RANGE' as const },
];

const definition = (AttributeName: string): AttributeDefinition => ({
  AttributeName,
  AttributeType: AttributeName.endsWith('Shard') ? 'N' : 'S',
});

/** A store over a table of its own. Its pauses between tries are not waited for. */
async function makeStore(clock: Clock): Promise<DynamoCatalogStore> {
  const TableName = `catalog-${randomUUID()}`;
  const indexes = Object.entries(INDEXES).map(
    ([IndexName, [partition, order]]): GlobalSecondaryIndex => ({
      IndexName,
      KeySchema: schemaOf(partition, order),
      Projection:
        IndexName === 'apart'
          ? { ProjectionType: 'INCLUDE', NonKeyAttributes: ['retryAt', 'isTombstone'] }
          : { ProjectionType: 'KEYS_ONLY' },
    }),
  );
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: schemaOf('pk', 'sk'),
      AttributeDefinitions: ['pk', 'sk', ...Object.values(INDEXES).flat()].map(definition),
      GlobalSecondaryIndexes: indexes,
    }),
  );
  const documents = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
  const hurried: Clock = { nowMs: () => clock.nowMs(), sleep: async () => {} };
  return new DynamoCatalogStore(documents, TableName, { clock: hurried, random: systemRandom });
}

catalogStoreContract('DynamoDB', makeStore);
