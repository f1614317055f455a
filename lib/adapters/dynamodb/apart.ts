import { type DynamoDBDocumentClient, QueryCommand, type QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import type { Apart, ApartStatus } from '#ports/catalog-store.ts';
import { apartKey, dueKey, type ItemKey, SHARDS, splitApartKey } from './keys.ts';

type ApartItem = ItemKey & Pick<Apart, 'retryAt' | 'isTombstone'> & { readonly apartKey: string };

/** So few are apart in each shard, mostly, that one query tells of all of them. */
const FEW = 100;

/** Those apart with these statuses, oldest first: of each shard and status, up to the shard's part of the limit. */
export async function queryApart(
  client: DynamoDBDocumentClient,
  TableName: string,
  statuses: readonly ApartStatus[],
  limit: number,
): Promise<readonly Apart[]> {
  const walk = async (shard: number) => {
    const most = Math.ceil(limit / SHARDS);
    const query = (status: ApartStatus | undefined, Limit: number, start?: Start) =>
      queryShard(client, { TableName, Limit, ...(start !== undefined && { ExclusiveStartKey: start }) }, shard, status);
    if (statuses.length > 1) {
      const { items, next } = await query(undefined, Math.min(FEW, most));
      if (next === undefined) return items.filter(({ status }) => statuses.includes(status));
    }
    const walks = statuses.map(async (status) => {
      const found: Apart[] = [];
      let start: Start;
      do {
        const { items, next } = await query(status, most - found.length, start);
        found.push(...items);
        start = next;
      } while (start !== undefined && found.length < most);
      return found;
    });
    return (await Promise.all(walks)).flat();
  };
  const shards = await Promise.all(Array.from({ length: SHARDS }, (_, shard) => walk(shard)));
  return shards.flat().sort((a, b) => a.since.localeCompare(b.since));
}

type Start = Record<string, unknown> | undefined;

/** A page of one shard: of one status, or of all of them. */
async function queryShard(
  client: DynamoDBDocumentClient,
  page: Pick<QueryCommandInput, 'TableName' | 'Limit' | 'ExclusiveStartKey'>,
  shard: number,
  status: ApartStatus | undefined,
): Promise<{ readonly items: readonly Apart[]; readonly next: Start }> {
  const ofStatus = status === undefined ? '' : ' AND begins_with(apartKey, :status)';
  const { Items = [], LastEvaluatedKey } = await client.send(
    new QueryCommand({
      ...page,
      IndexName: 'apart',
      KeyConditionExpression: `apartShard = :shard${ofStatus}`,
      ExpressionAttributeValues: { ':shard': shard, ...(status !== undefined && { ':status': apartKey(status) }) },
    }),
  );
  return { items: Items.map((item) => apartOf(item as ApartItem)), next: LastEvaluatedKey };
}

function apartOf(item: ApartItem): Apart {
  const key = dueKey(item);
  if (key.type !== 'sync') throw new Error(`${item.sk} is not how a customer stands with an integration.`);
  const { customerId, integration } = key;
  const [status, since] = splitApartKey(item.apartKey);
  const { retryAt, isTombstone } = item;
  return {
    ...{ customerId, integration, status: status as ApartStatus, since },
    ...(retryAt !== undefined && { retryAt }),
    ...(isTombstone === true && { isTombstone }),
  };
}
