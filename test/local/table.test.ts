import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  ListTablesCommand,
  PutItemCommand,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';
import { type LocalDynamodb, startEmbeddedDynamodb } from '../../local/embedded-dynamodb.ts';
import { createTables, deleteTables } from '../../local/table.ts';
import { resolveTemplate } from '../../local/template.ts';
import { resourcesOf, until } from './aws-fixture.ts';
import { findFreePorts, isListening } from './runner-process.ts';

const tables = resourcesOf({
  Catalog: {
    Type: 'AWS::DynamoDB::GlobalTable',
    Properties: {
      TableName: 'catalog',
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'S' },
        { AttributeName: 'shard', AttributeType: 'N' },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'due',
          KeySchema: [{ AttributeName: 'shard', KeyType: 'HASH' }],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
      ],
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
      Replicas: [{ Region: 'us-east-1' }],
    },
  },
});

const directory = mkdtempSync(join(tmpdir(), 'concord-tables-'));
const root = process.cwd();
let port: number;
let dynamodb: LocalDynamodb;
let client: DynamoDBClient;

async function start(file?: string): Promise<void> {
  dynamodb = await startEmbeddedDynamodb({ root, port, ...(file !== undefined && { file }), onExit: () => {} });
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  client = new DynamoDBClient({ endpoint: dynamodb.url, region: 'us-east-1', credentials });
}

beforeEach(async () => {
  port = await findFreePorts(1);
});

afterEach(async () => {
  client?.destroy();
  await dynamodb?.close();
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe('the tables of the template', () => {
  it('have the keys, the indexes and the expiry that it says', async () => {
    await start();
    await createTables(tables, dynamodb.url);
    const { Table } = await client.send(new DescribeTableCommand({ TableName: 'catalog' }));
    expect(Table?.KeySchema?.map(({ AttributeName }) => AttributeName)).toEqual(['pk', 'sk']);
    expect(Table?.GlobalSecondaryIndexes).toMatchObject([
      { IndexName: 'due', Projection: { ProjectionType: 'KEYS_ONLY' } },
    ]);
    const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName: 'catalog' }));
    expect(TimeToLiveDescription).toMatchObject({ AttributeName: 'expiresAt', TimeToLiveStatus: 'ENABLED' });
  });

  it('are left as they are when they exist, with what they held before a restart', async () => {
    const file = join(directory, 'tables.sqlite');
    await start(file);
    await createTables(tables, dynamodb.url);
    await client.send(new PutItemCommand({ TableName: 'catalog', Item: { pk: { S: 'a' }, sk: { S: 'b' } } }));
    client.destroy();
    await dynamodb.close();
    await start(file);
    await createTables(tables, dynamodb.url);
    expect((await client.send(new ScanCommand({ TableName: 'catalog' }))).Count).toBe(1);
  });
});

describe('of two runners that share a DynamoDB', () => {
  it('each has tables of its own, and takes only those away', async () => {
    await start();
    const { TableName: _, ...Properties } = tables[0]?.properties ?? {};
    const Resources = { Catalog: { Type: 'AWS::DynamoDB::GlobalTable', Properties } };
    const endpoints = { api: 'http://api', webhook: 'http://webhook' };
    const [one = [], other = []] = ['one', 'other'].map(
      (mark) => resolveTemplate({ Resources }, 'stack', endpoints, mark).resources,
    );
    for (const own of [one, other]) await createTables(own, dynamodb.url);
    const names = async () => (await client.send(new ListTablesCommand({}))).TableNames;
    expect(await names()).toEqual(['stack-Catalog-one', 'stack-Catalog-other']);
    await deleteTables(one, dynamodb.url);
    expect(await names()).toEqual(['stack-Catalog-other']);
  });
});

describe('the embedded DynamoDB', () => {
  it('ends with the runner, even when that is killed', async () => {
    const source = `
      import { startEmbeddedDynamodb } from ${JSON.stringify(join(root, 'local', 'embedded-dynamodb.ts'))};
      await startEmbeddedDynamodb({ root: ${JSON.stringify(root)}, port: ${port}, onExit: () => {} });
      console.log('ready');`;
    const owner = spawn(process.execPath, ['--input-type=module', '-e', source], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(owner.stdout, 'data');
    expect(await isListening(port)).toBe(true);
    owner.kill('SIGKILL');
    await until(async () => !(await isListening(port)));
  });

  it('says what else to do where there is none for the platform', async () => {
    await expect(startEmbeddedDynamodb({ root: directory, port, onExit: () => {} })).rejects.toThrow(
      'DYNAMODB_ENDPOINT',
    );
  });

  it('says so when a DynamoDB that was named does not answer', async () => {
    await expect(createTables(tables, `http://127.0.0.1:${port}`)).rejects.toThrow('does not answer');
  });
});
