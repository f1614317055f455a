import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DeleteTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  ListTablesCommand,
  ResourceNotFoundException,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { region } from './resource-identity.ts';
import { asList, asRecord, type Resource } from './template.ts';

/** Creates the tables of the template in the DynamoDB at `endpoint`. A table that is there already is left as it is. */
export async function createTables(resources: readonly Resource[], endpoint: string): Promise<void> {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new DynamoDBClient({ endpoint, region, credentials });
  try {
    await client.send(new ListTablesCommand({ Limit: 1 })).catch((error: unknown) => {
      const reason = error instanceof Error ? error.message || error.name : String(error);
      throw new Error(`The DynamoDB at ${endpoint} does not answer: ${reason}`);
    });
    for (const resource of resources) {
      if (!(await exists(client, resource.name))) await create(client, resource);
    }
  } finally {
    client.destroy();
  }
}

/** Deletes the tables of the template from the DynamoDB at `endpoint`. */
export async function deleteTables(resources: readonly Resource[], endpoint: string): Promise<void> {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new DynamoDBClient({ endpoint, region, credentials });
  await Promise.all(resources.map(({ name }) => client.send(new DeleteTableCommand({ TableName: name }))));
  client.destroy();
}

async function exists(client: DynamoDBClient, TableName: string): Promise<boolean> {
  try {
    await client.send(new DescribeTableCommand({ TableName }));
    return true;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return false;
    throw error;
  }
}

async function create(client: DynamoDBClient, { name, properties }: Resource): Promise<void> {
  const indexes = asList(properties['GlobalSecondaryIndexes']).map((index) => {
    const { IndexName, KeySchema, Projection } = asRecord(index);
    return { IndexName, KeySchema, Projection };
  });
  const input = {
    TableName: name,
    KeySchema: properties['KeySchema'],
    AttributeDefinitions: properties['AttributeDefinitions'],
    ...(indexes.length > 0 && { GlobalSecondaryIndexes: indexes }),
    BillingMode: 'PAY_PER_REQUEST',
  };
  // The template spells these as the service's own API does; the service checks them.
  await client.send(new CreateTableCommand(input as CreateTableCommandInput));
  const { AttributeName, Enabled } = asRecord(properties['TimeToLiveSpecification']);
  if (Enabled !== true) return;
  const TimeToLiveSpecification = { AttributeName: String(AttributeName), Enabled };
  await client.send(new UpdateTimeToLiveCommand({ TableName: name, TimeToLiveSpecification }));
}
