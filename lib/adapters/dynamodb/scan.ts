import { type DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import type { Position, Scanned, ScanPage } from '#ports/catalog-store.ts';
import { type ItemKey, scannedKey } from './keys.ts';

/** A position is the last key looked at: `<pk> <sk>`. */
export async function scanPart(
  client: DynamoDBDocumentClient,
  TableName: string,
  { part, of, limit }: { readonly part: number; readonly of: number; readonly limit: number },
  from: Position | undefined,
): Promise<ScanPage> {
  const [pk, sk] = from?.split(' ') ?? [];
  const { Items = [], LastEvaluatedKey } = await client.send(
    new ScanCommand({
      TableName,
      ConsistentRead: true,
      ...{ Segment: part, TotalSegments: of, Limit: limit },
      ...(pk !== undefined && { ExclusiveStartKey: { pk, sk } }),
    }),
  );
  const found = Items.flatMap((item) => {
    const key = scannedKey(item as ItemKey);
    return key === undefined ? [] : [{ key, record: item } as unknown as Scanned];
  });
  const last = LastEvaluatedKey as ItemKey | undefined;
  return { found, next: last && `${last.pk} ${last.sk}` };
}
