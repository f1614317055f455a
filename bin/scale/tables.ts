import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { DynamoCatalogStore } from '#adapters/dynamodb/dynamo-catalog-store.ts';
import { DynamoScratchStore } from '#adapters/dynamodb/dynamo-scratch-store.ts';
import { systemClock, systemRandom } from '#adapters/system/system.ts';

/** Where a catalog and its notes are. */
export type Tables = { readonly endpoint: string; readonly catalog: string; readonly ephemeral: string };

function clientOf(endpoint: string): DynamoDBClient {
  const credentials = { accessKeyId: 'scale', secretAccessKey: 'scale' };
  return new DynamoDBClient({ endpoint, region: 'us-east-1', credentials });
}

/** The stores that deploy, on the tables there, and how many calls both have made. */
export function storesOn({ endpoint, catalog, ephemeral }: Tables) {
  let calls = 0;
  const base = clientOf(endpoint);
  base.middlewareStack.add(
    (next) => (args) => {
      calls += 1;
      return next(args);
    },
    { step: 'initialize' },
  );
  const client = DynamoDBDocumentClient.from(base, { marshallOptions: { removeUndefinedValues: true } });
  const system = { clock: systemClock, random: systemRandom };
  return {
    store: new DynamoCatalogStore(client, catalog, system),
    scratch: new DynamoScratchStore(client, ephemeral, system),
    calls: () => calls,
  };
}

/** Makes both tables in an empty DynamoDB; a comparison asks no index. */
export async function makeTables(endpoint: string): Promise<Tables> {
  const tables = { endpoint, catalog: 'catalog', ephemeral: 'ephemeral' };
  const client = clientOf(endpoint);
  for (const [TableName, names] of [[tables.catalog, ['pk', 'sk']] as const, [tables.ephemeral, ['id']] as const]) {
    await client.send(
      new CreateTableCommand({
        TableName,
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: names.map((AttributeName, index) => ({ AttributeName, KeyType: index === 0 ? 'HASH' : 'RANGE' })),
        AttributeDefinitions: names.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
      }),
    );
  }
  client.destroy();
  return tables;
}
