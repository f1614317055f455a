import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { DynamoActionLog } from '#adapters/dynamodb/dynamo-action-log.ts';
import type { Action } from '#ports/action-log.ts';
import type { LocalDynamodb } from '../../../local/embedded-dynamodb.ts';
import { newId } from '../../contracts/catalog-store.stage.ts';
import { startDynamodb } from './dynamodb-under-test.ts';

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

/** A log in a table of its own, and all that stands there. */
async function makeLog() {
  const TableName = `actions-${newId()}`;
  const [pk, sk] = ['pk', 'sk'];
  await client.send(
    new CreateTableCommand({
      ...{ TableName, BillingMode: 'PAY_PER_REQUEST' },
      KeySchema: [
        { AttributeName: pk, KeyType: 'HASH' },
        { AttributeName: sk, KeyType: 'RANGE' },
      ],
      AttributeDefinitions: [pk, sk].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    }),
  );
  const documents = DynamoDBDocumentClient.from(client);
  const items = async () => (await documents.send(new ScanCommand({ TableName }))).Items ?? [];
  return { log: new DynamoActionLog(documents, TableName), items };
}

const actionOf = (id: string, at: string): Action => ({
  ...{ id, at, caller: { issuer: null, subject: 'ann' }, name: 'POST /operations/{id}/retry', target: 'o1' },
  ...{ asked: { dry_run: true }, requestId: 'r1', outcome: null },
});
const FIRST = actionOf('b', '2026-01-01T00:00:00.000Z');
const SECOND = actionOf('a', '2026-01-01T00:00:01.500Z');

describe('the log of what administrators asked for', () => {
  it('tells what was asked, and how it ended once it has', async () => {
    const { log } = await makeLog();
    await log.begin(FIRST);
    expect(await log.list(10, undefined)).toEqual({ actions: [FIRST], next: undefined });
    await log.end(FIRST, 'not-found');
    expect(await log.list(10, undefined)).toMatchObject({ actions: [{ ...FIRST, outcome: 'not-found' }] });
  });

  it('tells the newest first, page by page, those of one moment each', async () => {
    const { log } = await makeLog();
    const also = actionOf('c', SECOND.at);
    for (const action of [SECOND, FIRST, also]) await log.begin(action);
    const { actions, next } = await log.list(2, undefined);
    expect(actions).toEqual([also, SECOND]);
    expect(await log.list(2, next)).toMatchObject({ actions: [FIRST] });
  });

  it('has one entry of an action, although its begin is sent twice', async () => {
    const { log, items } = await makeLog();
    for (const action of [FIRST, FIRST]) await log.begin(action);
    expect(await items()).toHaveLength(1);
  });

  it('keeps an entry for 400 days', async () => {
    const { log, items } = await makeLog();
    await log.begin(SECOND);
    const [{ expiresAtSeconds } = { expiresAtSeconds: 0 }] = await items();
    expect(expiresAtSeconds).toBe(Math.floor(Date.parse(SECOND.at) / 1000) + 400 * 24 * 3600);
  });

  it('ends nothing that has not begun', async () => {
    const { log, items } = await makeLog();
    await expect(log.end(FIRST, 'done')).rejects.toThrow('conditional');
    expect(await items()).toEqual([]);
  });
});
