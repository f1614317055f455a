import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import type { Stack } from './stack.ts';

type Item = Record<string, unknown> & { readonly pk: string; readonly sk: string };
type StripeCustomer = {
  readonly id: string;
  readonly deleted?: boolean;
  readonly name: string | null;
  readonly email: string | null;
  readonly metadata: Record<string, string>;
};

/** Everything there is on both sides, read behind Concord's back. */
export type World = {
  readonly items: readonly Item[];
  readonly customers: readonly Item[];
  readonly claims: readonly Item[];
  readonly operations: readonly Item[];
  readonly syncs: readonly Item[];
  readonly audits: readonly Item[];
  /** Stripe's customers that are not deleted. */
  readonly stripe: readonly StripeCustomer[];
};

export async function readWorld(stack: Stack): Promise<World> {
  const client = clientOf(stack);
  const TableName = await catalogTable(stack);
  const items: Item[] = [];
  let ExclusiveStartKey: Record<string, unknown> | undefined;
  do {
    const page = await DynamoDBDocumentClient.from(client).send(
      new ScanCommand({ TableName, ConsistentRead: true, ExclusiveStartKey }),
    );
    items.push(...((page.Items ?? []) as Item[]));
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey !== undefined);
  client.destroy();
  const state = await stack.sandbox('GET', '/state');
  const stripe = (state['customers'] as unknown as StripeCustomer[]).filter(({ deleted }) => deleted !== true);
  const ofKind = (sk: string) => items.filter((item) => item.sk.startsWith(sk));
  return {
    items,
    stripe,
    customers: ofKind('CUSTOMER'),
    claims: ofKind('CLAIM'),
    operations: ofKind('OPERATION'),
    syncs: ofKind('SYNC#'),
    audits: ofKind('AUDIT#'),
  };
}

/** Puts an item into the catalog behind Concord's back. */
export async function putItem(stack: Stack, item: Item): Promise<void> {
  const client = clientOf(stack);
  const command = new PutCommand({ TableName: await catalogTable(stack), Item: item });
  await DynamoDBDocumentClient.from(client).send(command);
  client.destroy();
}

function clientOf(stack: Stack): DynamoDBClient {
  return new DynamoDBClient({
    endpoint: stack.dynamodb,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
}

export async function catalogTable(stack: Stack): Promise<string> {
  const { CatalogTable } = (await stack.control$('GET', '/outputs')) as { CatalogTable: string };
  return CatalogTable;
}

/** A shared DynamoDB has tables of others: those of this stack end as its catalog does. */
export async function tablesOf(stack: Stack): Promise<readonly string[]> {
  const client = clientOf(stack);
  const [{ TableNames = [] }, catalog] = await Promise.all([
    client.send(new ListTablesCommand({})),
    catalogTable(stack),
  ]);
  client.destroy();
  const mark = catalog.split('-').at(-1) ?? '';
  return process.env['DYNAMODB_ENDPOINT'] ? TableNames.filter((name) => name.endsWith(mark)) : TableNames;
}
