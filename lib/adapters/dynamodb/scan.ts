import { type DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import type { Position, Scanned } from '#ports/catalog-store.ts';
import { type ItemKey, scannedKey } from './keys.ts';

/** A position is the last key looked at: `<pk> <sk>`. Only a partition key, that of a lease, may have spaces in it. */
export async function scanPart(
  client: DynamoDBDocumentClient,
  TableName: string,
  { part, of, limit }: { readonly part: number; readonly of: number; readonly limit: number },
  from: Position | undefined,
): Promise<{ readonly all: readonly Scanned[]; readonly next: Position | undefined }> {
  const [pk, sk] = from === undefined ? [] : splitLast(from);
  const { Items = [], LastEvaluatedKey } = await client.send(
    new ScanCommand({
      TableName,
      ConsistentRead: true,
      ...{ Segment: part, TotalSegments: of, Limit: limit },
      ...(pk !== undefined && { ExclusiveStartKey: { pk, sk } }),
    }),
  );
  const all = Items.flatMap((item) => {
    const key = scannedKey(item as ItemKey);
    return key === undefined ? [] : [{ key, record: item } as unknown as Scanned];
  });
  const last = LastEvaluatedKey as ItemKey | undefined;
  return { all, next: last && `${last.pk} ${last.sk}` };
}

function splitLast(position: Position): [string, string] {
  const at = position.lastIndexOf(' ');
  return [position.slice(0, at), position.slice(at + 1)];
}
