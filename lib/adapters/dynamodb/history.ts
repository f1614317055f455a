import { type DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { AuditPage, OperationPage, Position } from '#ports/catalog-store.ts';
import type { AuditRecord } from '#ports/records.ts';
import { dueKey, type ItemKey, itemKey, SHARDS, shardOf } from './keys.ts';

/** The due index also holds customers owed to Stripe, of which there may be many: a page looks through this many keys. */
const KEYS_A_QUERY = 1000;
const QUERIES_A_PAGE = SHARDS + 8;
/** Before every time there is. */
const ALWAYS = '0';

/** A customer's audit entries, newest first. A position is `<time> <rest of the entry's id>`. */
export async function queryAudit(
  client: DynamoDBDocumentClient,
  TableName: string,
  customerId: string,
  limit: number,
  from: Position | undefined,
): Promise<AuditPage> {
  const ofEntry = (entryId: string) => itemKey({ type: 'audit', customerId, entryId });
  const { pk, sk: prefix } = ofEntry('');
  const { Items = [] } = await client.send(
    new QueryCommand({
      TableName,
      ConsistentRead: true,
      ScanIndexForward: false,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
      ExpressionAttributeValues: { ':pk': pk, ':prefix': prefix },
      // One more tells whether there is another page.
      Limit: limit + 1,
      ...(from !== undefined && { ExclusiveStartKey: ofEntry(from.replace(' ', '#')) }),
    }),
  );
  const page = Items.slice(0, limit);
  const lastId = String(page.at(-1)?.['sk']).slice(prefix.length);
  return { entries: page as AuditRecord[], next: Items.length > limit ? lastId.replace('#', ' ') : undefined };
}

/** A customer's operations, newest first. A position is `<created> <operation id>`. */
export async function queryOperationsOf(
  client: DynamoDBDocumentClient,
  TableName: string,
  customerId: string,
  limit: number,
  from: Position | undefined,
): Promise<OperationPage> {
  const [createdAt, operationId = ''] = from?.split(' ') ?? [];
  const { Items = [] } = await client.send(
    new QueryCommand({
      TableName,
      IndexName: 'operations-by-customer',
      ScanIndexForward: false,
      KeyConditionExpression: 'customerId = :customer',
      ExpressionAttributeValues: { ':customer': customerId },
      Limit: limit + 1,
      ...(createdAt !== undefined && {
        ExclusiveStartKey: { customerId, createdAt, ...itemKey({ type: 'operation', operationId }) },
      }),
    }),
  );
  const page = Items.slice(0, limit).map((item) => ({ id: operationIdOf(item), createdAt: item['createdAt'] }));
  const last = page.at(-1);
  return {
    operationIds: page.flatMap(({ id }) => id ?? []),
    next: last !== undefined && Items.length > limit ? `${last.createdAt} ${last.id}` : undefined,
  };
}

/**
 * The operations in the due index, shard after shard, in the order of their due times. A position is
 * `<due> <pk> <sk>` of the last key looked at, which need not be an operation's.
 */
export async function queryUnfinished(
  client: DynamoDBDocumentClient,
  TableName: string,
  limit: number,
  from: Position | undefined,
  dueSince = ALWAYS,
): Promise<OperationPage> {
  const operationIds: string[] = [];
  let start = from === undefined ? undefined : startKey(from);
  // DynamoDB refuses a start that is outside of what is asked for.
  if (start !== undefined && start.dueAt < dueSince) start = undefined;
  let shard = start?.dueShard ?? 0;
  let last: DueItem | undefined;
  for (let query = 0; query < QUERIES_A_PAGE && shard < SHARDS; query += 1) {
    const { Items = [], LastEvaluatedKey } = await client.send(
      new QueryCommand({
        TableName,
        IndexName: 'due',
        KeyConditionExpression: 'dueShard = :shard AND dueAt >= :since',
        ExpressionAttributeValues: { ':shard': shard, ':since': dueSince },
        Limit: KEYS_A_QUERY,
        ...(start !== undefined && { ExclusiveStartKey: start }),
      }),
    );
    for (const item of Items as DueItem[]) {
      last = item;
      const id = operationIdOf(item);
      if (id !== undefined) operationIds.push(id);
      if (operationIds.length === limit) return { operationIds, next: positionOf(item) };
    }
    start = LastEvaluatedKey as DueItem | undefined;
    if (start === undefined) shard += 1;
  }
  return { operationIds, next: shard < SHARDS && last !== undefined ? positionOf(last) : undefined };
}

type DueItem = ItemKey & { readonly dueShard: number; readonly dueAt: string };

function positionOf({ dueAt, pk, sk }: DueItem): Position {
  return `${dueAt} ${pk} ${sk}`;
}

function startKey(position: Position): DueItem {
  const [dueAt = '', pk = '', sk = ''] = position.split(' ');
  return { dueShard: shardOf({ pk, sk }), dueAt, pk, sk };
}

function operationIdOf(item: object): string | undefined {
  const key = dueKey(item as ItemKey);
  return key.type === 'operation' ? key.operationId : undefined;
}
