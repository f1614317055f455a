import { randomUUID } from 'node:crypto';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { DynamoScratchStore } from '#adapters/dynamodb/dynamo-scratch-store.ts';
import { systemRandom } from '#adapters/system/system.ts';
import type { Clock } from '#ports/system.ts';
import type { LocalDynamodb } from '../../../local/embedded-dynamodb.ts';
import { manualClock } from '../../contracts/manual-clock.ts';
import { scratchStoreContract } from '../../contracts/scratch-store.contract.ts';
import { startDynamodb } from './dynamodb-under-test.ts';

const TableName = `ephemeral-${randomUUID()}`;

let dynamodb: LocalDynamodb;
const clients: DynamoDBClient[] = [];

beforeAll(async () => {
  dynamodb = await startDynamodb();
  await makeClient().send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    }),
  );
});

afterAll(async () => {
  for (const client of clients) client.destroy();
  await dynamodb?.close();
});

function makeClient(): DynamoDBClient {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new DynamoDBClient({ endpoint: dynamodb.url, region: 'us-east-1', credentials });
  clients.push(client);
  return client;
}

function makeStore(clock: Clock, client = makeClient()): DynamoScratchStore {
  const system = { clock: { ...clock, sleep: async () => {} }, random: systemRandom };
  return new DynamoScratchStore(DynamoDBDocumentClient.from(client), TableName, system);
}

scratchStoreContract('DynamoDB', makeStore);

describe('what DynamoDB leaves undone', () => {
  /** A client of which the first `times` requests leave everything undone. */
  function throttled(times: number): { readonly client: DynamoDBClient; readonly sent: () => number } {
    const client = makeClient();
    let sent = 0;
    client.middlewareStack.add(
      (next, { commandName }) =>
        async (request) => {
          sent += 1;
          if (sent > times) return next(request);
          const { RequestItems } = request.input as { RequestItems: Record<string, never> };
          const undone = commandName === 'BatchWriteItemCommand' ? 'UnprocessedItems' : 'UnprocessedKeys';
          return { output: { [undone]: RequestItems, $metadata: {} }, response: {} };
        },
      { step: 'initialize', priority: 'low', name: 'leaveUndone' },
    );
    return { client, sent: () => sent };
  }

  it('is sent again, until it is done', async () => {
    const clock = manualClock();
    const expiry = clock.nowMs() / 1000 + 60;
    const { client, sent } = throttled(3);
    const store = makeStore(clock, client);
    await store.put([{ name: 'late', text: 'but kept' }], expiry);
    expect(sent()).toBe(4);
    expect(await makeStore(clock, throttled(2).client).get(['late'])).toEqual(['but kept']);
  });

  it('is given up in the end', async () => {
    const store = makeStore(manualClock(), throttled(100).client);
    await expect(store.put([{ name: 'never', text: 'kept' }], 9e9)).rejects.toThrow('undone');
  });
});
