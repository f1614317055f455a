import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { PurgeQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { BatchWriteCommand, DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import type { Stack } from './stack.ts';
import { tablesOf } from './world.ts';

const MOST_DELETES = 25;
const CLIENT = { region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };

/**
 * Makes a stack as good as new once nothing runs: no fault, no message, and nothing on either side. The
 * functions that were started stay warm; an hour passes, since some of them remember for a while what they have done.
 */
export async function empty(stack: Stack): Promise<void> {
  await stack.control$('DELETE', '/faults');
  await stack.settle();
  await Promise.all([emptyQueues(stack), emptyTables(stack), stack.sandbox('POST', '/reset')]);
  await stack.control$('POST', '/clock', { advance_seconds: 3600 });
  await stack.settle();
  await stack.control$('DELETE', '/calls');
}

async function emptyQueues(stack: Stack): Promise<void> {
  const { PokesQueueUrl } = (await stack.control$('GET', '/outputs')) as { PokesQueueUrl: string };
  const client = new SQSClient({ ...CLIENT, endpoint: stack.control });
  for (const QueueUrl of [PokesQueueUrl, `${PokesQueueUrl}-dead`])
    await client.send(new PurgeQueueCommand({ QueueUrl }));
  client.destroy();
}

async function emptyTables(stack: Stack): Promise<void> {
  const client = new DynamoDBClient({ ...CLIENT, endpoint: stack.dynamodb });
  await Promise.all((await tablesOf(stack)).map((name) => emptyTable(DynamoDBDocumentClient.from(client), name)));
  client.destroy();
}

async function emptyTable(client: DynamoDBDocumentClient, TableName: string): Promise<void> {
  let ExclusiveStartKey: Record<string, unknown> | undefined;
  do {
    const page = await client.send(new ScanCommand({ TableName, ConsistentRead: true, ExclusiveStartKey }));
    const deletes = (page.Items ?? []).map(({ id, pk, sk }) => ({
      // The table of idempotency records has a key of one part.
      DeleteRequest: { Key: pk === undefined ? { id } : { pk, sk } },
    }));
    while (deletes.length > 0) {
      await client.send(new BatchWriteCommand({ RequestItems: { [TableName]: deletes.splice(0, MOST_DELETES) } }));
    }
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey !== undefined);
}
