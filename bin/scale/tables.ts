import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { DynamoCatalogStore } from '#adapters/dynamodb/dynamo-catalog-store.ts';
import { DynamoScratchStore } from '#adapters/dynamodb/dynamo-scratch-store.ts';
import { systemClock, systemRandom } from '#adapters/system/system.ts';

const CATALOG = 'catalog';
const EPHEMERAL = 'ephemeral';

function clientOf(endpoint: string): DynamoDBClient {
  const credentials = { accessKeyId: 'scale', secretAccessKey: 'scale' };
  return new DynamoDBClient({ endpoint, region: 'us-east-1', credentials });
}

/** The stores that deploy, on the DynamoDB there. */
export function storesOn(endpoint: string) {
  const client = DynamoDBDocumentClient.from(clientOf(endpoint), { marshallOptions: { removeUndefinedValues: true } });
  const system = { clock: systemClock, random: systemRandom };
  return {
    store: new DynamoCatalogStore(client, CATALOG, system),
    scratch: new DynamoScratchStore(client, EPHEMERAL, system),
  };
}

/** Makes both tables; a comparison asks no index. */
export async function makeTables(endpoint: string): Promise<void> {
  const client = clientOf(endpoint);
  for (const [TableName, names] of [[CATALOG, ['pk', 'sk']] as const, [EPHEMERAL, ['id']] as const]) {
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
}
