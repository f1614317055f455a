import { TransactionCanceledException, TransactionInProgressException } from '@aws-sdk/client-dynamodb';
import type { TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { Write } from '#ports/catalog-store.ts';
import { additionExpression, conditionExpression, Placeholders, updateExpression } from './expressions.ts';
import { apartKey, itemKey, shardOf } from './keys.ts';

type TransactItem = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

/** One write as DynamoDB takes it. A condition that fails answers the item that stood there. */
export function transactItem(table: string, write: Write): TransactItem {
  const placeholders = new Placeholders();
  if ('add' in write) {
    const { add, expiresAtSeconds } = write;
    const expiry = expiresAtSeconds === undefined ? '' : updateExpression({ expiresAtSeconds }, placeholders);
    const UpdateExpression = `${additionExpression(add, placeholders)} ${expiry}`.trim();
    return { Update: { TableName: table, Key: itemKey(write.key), UpdateExpression, ...placeholders.attributes() } };
  }
  const condition = conditionExpression(write.when, placeholders);
  const key = itemKey(write.key);
  const common = {
    TableName: table,
    ConditionExpression: condition,
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
  };
  if ('put' in write) {
    const item = { ...key, ...indexShards(write, write.put), ...write.put };
    return { Put: { ...common, Item: item, ...placeholders.attributes() } };
  }
  if ('change' in write) {
    const update = updateExpression({ ...write.change, ...indexShards(write, write.change) }, placeholders);
    return { Update: { ...common, Key: key, UpdateExpression: update, ...placeholders.attributes() } };
  }
  if ('remove' in write) return { Delete: { ...common, Key: key, ...placeholders.attributes() } };
  return { ConditionCheck: { ...common, Key: key, ...placeholders.attributes() } };
}

/** The entry in the index of those apart, which is sorted by status, then by time. A change of either writes both. */
function apartEntry({ key }: Write, fields: { apartSince?: string; status?: string }): Record<string, unknown> {
  if (key.type !== 'sync' || !('apartSince' in fields)) return {};
  const { apartSince, status } = fields;
  if (apartSince === undefined) return { apartKey: undefined };
  return { apartShard: shardOf(itemKey(key)), apartKey: apartKey(status, apartSince) };
}

/** The partitions of the sparse indexes. An item is in one only while it also has `dueAt` or `listKey`. */
function indexShards(write: Write, fields: object): Record<string, unknown> {
  return {
    ...apartEntry(write, fields),
    ...('dueAt' in fields && fields.dueAt !== undefined && { dueShard: shardOf(itemKey(write.key)) }),
    ...('listKey' in fields && fields.listKey !== undefined && { listShard: shardOf(itemKey(write.key)) }),
  };
}

/** Why a transaction was not committed: which conditions failed (by position), and whether it met others on the way. */
export type Cancellation = {
  readonly existing: ReadonlyMap<number, Record<string, unknown> | undefined>;
  readonly isContended: boolean;
};

const CONTENTION = new Set([
  'TransactionConflict',
  'ThrottlingError',
  'ProvisionedThroughputExceeded',
  'RequestLimitExceeded',
]);

/**
 * Reads a failed transaction's reasons; `undefined` for errors that are neither. What met a conflict was not looked at:
 * a condition that failed beside it is only half the answer.
 */
export function cancellationOf(error: unknown): Cancellation | undefined {
  if (error instanceof TransactionInProgressException) return { existing: new Map(), isContended: true };
  if (!(error instanceof TransactionCanceledException)) return undefined;
  const existing = new Map<number, Record<string, unknown> | undefined>();
  const reasons = error.CancellationReasons ?? [];
  for (const [index, reason] of reasons.entries()) {
    if (reason.Code === 'ConditionalCheckFailed') {
      existing.set(index, reason.Item === undefined ? undefined : unmarshall(reason.Item));
    }
  }
  const isContended = reasons.some(({ Code }) => Code !== undefined && CONTENTION.has(Code));
  return existing.size > 0 || isContended ? { existing, isContended } : undefined;
}
