import { type DynamoDBDocumentClient, QueryCommand, type QueryCommandOutput } from '@aws-sdk/lib-dynamodb';
import type { Apart, ApartStatus } from '#ports/catalog-store.ts';
import { apartKey, dueKey, type ItemKey, SHARDS } from './keys.ts';

type ApartItem = ItemKey & Pick<Apart, 'retryAt' | 'isTombstone'> & { readonly apartKey: string };

/** Those apart with these statuses, oldest first: a walk of each shard for each status, up to its part of the limit. */
export async function queryApart(
  client: DynamoDBDocumentClient,
  TableName: string,
  statuses: readonly ApartStatus[],
  limit: number,
): Promise<readonly Apart[]> {
  const walks = statuses.flatMap((status) =>
    Array.from({ length: SHARDS }, async (_, shard) => {
      const items = await walkShard(client, TableName, shard, status, Math.ceil(limit / SHARDS));
      return items.map((item) => apartOf(item, status));
    }),
  );
  return (await Promise.all(walks)).flat().sort((a, b) => a.since.localeCompare(b.since));
}

async function walkShard(
  client: DynamoDBDocumentClient,
  TableName: string,
  shard: number,
  status: ApartStatus,
  limit: number,
): Promise<ApartItem[]> {
  const items: ApartItem[] = [];
  let start: Record<string, unknown> | undefined;
  do {
    const page: QueryCommandOutput = await client.send(
      new QueryCommand({
        TableName,
        IndexName: 'apart',
        KeyConditionExpression: 'apartShard = :shard AND begins_with(apartKey, :status)',
        ExpressionAttributeValues: { ':shard': shard, ':status': apartKey(status) },
        Limit: limit - items.length,
        ...(start !== undefined && { ExclusiveStartKey: start }),
      }),
    );
    items.push(...((page.Items ?? []) as ApartItem[]));
    start = page.LastEvaluatedKey;
  } while (start !== undefined && items.length < limit);
  return items;
}

function apartOf(item: ApartItem, status: ApartStatus): Apart {
  const key = dueKey(item);
  if (key.type !== 'sync') throw new Error(`${item.sk} is not how a customer stands with an integration.`);
  const { customerId, integration } = key;
  const { retryAt, isTombstone } = item;
  return {
    ...{ customerId, integration, status, since: item.apartKey.slice(apartKey(status).length) },
    ...(retryAt !== undefined && { retryAt }),
    ...(isTombstone === true && { isTombstone }),
  };
}
