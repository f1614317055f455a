import {
  BatchGetCommand,
  type BatchGetCommandOutput,
  type DynamoDBDocumentClient,
  GetCommand,
  QueryCommand,
  TransactWriteCommand,
} from '@aws-sdk/lib-dynamodb';
import {
  type Apart,
  type ApartStatus,
  type AuditPage,
  type CatalogStore,
  type Commit,
  type CustomerPage,
  type Due,
  type NamedWrites,
  type OperationPage,
  type Position,
  type Refused,
  type Scanned,
  type ScanPage,
  StoreContendedError,
  type Write,
} from '#ports/catalog-store.ts';
import type { RecordKey, RecordOf } from '#ports/records.ts';
import type { Clock, Random } from '#ports/system.ts';
import { queryApart } from './apart.ts';
import { queryAudit, queryOperationsOf, queryUnfinished } from './history.ts';
import { dueKey, type ItemKey, itemKey, SHARDS, shardOf } from './keys.ts';
import { scanPart } from './scan.ts';
import { cancellationOf, transactItem } from './transaction.ts';

/** Contention is waited out for about a second: after that, the caller is better told. */
const COMMIT_TRIES = 6;
const BACKOFF_MS = 40;

/** The catalog in one DynamoDB table. */
export class DynamoCatalogStore implements CatalogStore {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;
  readonly #system: { readonly clock: Clock; readonly random: Random };

  constructor(client: DynamoDBDocumentClient, table: string, system: { clock: Clock; random: Random }) {
    this.#client = client;
    this.#table = table;
    this.#system = system;
  }

  async read<const Keys extends readonly RecordKey[]>(
    keys: Keys,
  ): Promise<{ -readonly [Index in keyof Keys]: RecordOf<Keys[Index]> | undefined }> {
    const items = keys.length === 1 ? await this.#getOne(keys) : await this.#getBatch(keys);
    const nowSeconds = this.#system.clock.nowMs() / 1000;
    // Expiry is decided on read: an expired item may stand there for days.
    return items.map((item) => (isExpired(item, nowSeconds) ? undefined : item)) as {
      -readonly [Index in keyof Keys]: RecordOf<Keys[Index]> | undefined;
    };
  }

  async #getOne(keys: readonly RecordKey[]): Promise<unknown[]> {
    const Key = itemKey(keys[0] as RecordKey);
    const { Item } = await this.#client.send(new GetCommand({ TableName: this.#table, Key, ConsistentRead: true }));
    return [Item];
  }

  async #getBatch(keys: readonly RecordKey[]): Promise<unknown[]> {
    const wanted = keys.map(itemKey);
    // DynamoDB refuses a batch that names a key twice.
    const distinct = [...new Map(wanted.map((key) => [nameOf(key), key])).values()];
    const found = new Map<string, unknown>();
    for (let at = 0; at < distinct.length; at += 100) {
      let Keys: Record<string, unknown>[] | undefined = distinct.slice(at, at + 100);
      while (Keys !== undefined && Keys.length > 0) {
        const reply: BatchGetCommandOutput = await this.#client.send(
          new BatchGetCommand({ RequestItems: { [this.#table]: { Keys, ConsistentRead: true } } }),
        );
        for (const item of reply.Responses?.[this.#table] ?? []) found.set(nameOf(item as ItemKey), item);
        Keys = reply.UnprocessedKeys?.[this.#table]?.Keys;
      }
    }
    return wanted.map((key) => found.get(nameOf(key)));
  }

  async commit<const W extends NamedWrites>(writes: W): Promise<Commit<W>> {
    const named = Object.entries(writes).filter((entry): entry is [string, Write] => entry[1] !== undefined);
    const command = new TransactWriteCommand({
      TransactItems: named.map(([, write]) => transactItem(this.#table, write)),
      // The token makes a repeat after a lost reply the same transaction, not one that refuses itself.
      ClientRequestToken: this.#system.random.id(),
    });
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.#client.send(command);
        return { committed: true };
      } catch (error) {
        const cancellation = cancellationOf(error);
        if (cancellation === undefined) throw error;
        const { existing, isContended } = cancellation;
        if (existing.size > 0 && (!isContended || attempt === COMMIT_TRIES)) {
          const refused = [...existing].map(([index, item]) => [named[index]?.[0], { existing: item }]);
          return { committed: false, refused: Object.fromEntries(refused) as Refused<W> };
        }
        if (attempt === COMMIT_TRIES) {
          throw new StoreContendedError('Other transactions kept this one from being decided.', { cause: error });
        }
        await this.#system.clock.sleep(this.#system.random.fraction() * BACKOFF_MS * 2 ** (attempt - 1));
      }
    }
  }

  async listDue(now: string, limit: number): Promise<readonly Due[]> {
    const shards = Array.from({ length: SHARDS }, async (_, shard) => {
      const { Items = [] } = await this.#client.send(
        new QueryCommand({
          TableName: this.#table,
          IndexName: 'due',
          KeyConditionExpression: 'dueShard = :shard AND dueAt <= :now',
          ExpressionAttributeValues: { ':shard': shard, ':now': now },
          Limit: Math.ceil(limit / SHARDS),
        }),
      );
      return Items as (ItemKey & { dueAt: string })[];
    });
    const due = (await Promise.all(shards)).flat().map((item) => ({ key: dueKey(item), dueAt: item.dueAt }));
    // The shards together may have answered more.
    return due.sort((a, b) => a.dueAt.localeCompare(b.dueAt)).slice(0, limit);
  }

  listApart(statuses: readonly ApartStatus[], limit: number): Promise<readonly Apart[]> {
    return queryApart(this.#client, this.#table, statuses, limit);
  }

  async listCustomers(limit: number, from: string | undefined): Promise<CustomerPage> {
    const customerIds: string[] = [];
    // The shards are walked one after the other, each in the order of its list keys.
    for (let shard = from === undefined ? 0 : this.#shardOfCustomer(from); shard < SHARDS; shard += 1) {
      const start = from !== undefined && this.#shardOfCustomer(from) === shard ? from : undefined;
      const { Items = [], LastEvaluatedKey } = await this.#client.send(
        new QueryCommand({
          TableName: this.#table,
          IndexName: 'list',
          KeyConditionExpression: 'listShard = :shard',
          ExpressionAttributeValues: { ':shard': shard },
          Limit: limit - customerIds.length,
          ...(start !== undefined && {
            ExclusiveStartKey: {
              listShard: shard,
              listKey: start,
              ...itemKey({ type: 'customer', customerId: start }),
            },
          }),
        }),
      );
      customerIds.push(...Items.map((item) => item['listKey'] as string));
      const more = LastEvaluatedKey !== undefined || shard < SHARDS - 1;
      if (customerIds.length === limit) return { customerIds, next: more ? customerIds.at(-1) : undefined };
    }
    return { customerIds, next: undefined };
  }

  listAudit(customerId: string, limit: number, from: Position | undefined): Promise<AuditPage> {
    return queryAudit(this.#client, this.#table, customerId, limit, from);
  }

  listUnfinished(limit: number, from: Position | undefined, dueSince?: string): Promise<OperationPage> {
    return queryUnfinished(this.#client, this.#table, limit, from, dueSince);
  }

  listOperationsOf(customerId: string, limit: number, from: Position | undefined): Promise<OperationPage> {
    return queryOperationsOf(this.#client, this.#table, customerId, limit, from);
  }

  async scan(part: number, of: number, limit: number, from: Position | undefined): Promise<ScanPage> {
    const { all, next } = await scanPart(this.#client, this.#table, { part, of, limit }, from);
    const nowSeconds = this.#system.clock.nowMs() / 1000;
    const hasExpired = ({ record }: Scanned) => isExpired(record, nowSeconds);
    return { found: all.filter((each) => !hasExpired(each)), expired: all.filter(hasExpired), next };
  }

  #shardOfCustomer(customerId: string): number {
    return shardOf(itemKey({ type: 'customer', customerId }));
  }
}

function isExpired(item: unknown, nowSeconds: number): boolean {
  const { expiresAtSeconds } = (item ?? {}) as { expiresAtSeconds?: number };
  return expiresAtSeconds !== undefined && expiresAtSeconds <= nowSeconds;
}

function nameOf({ pk, sk }: ItemKey): string {
  return `${pk}\n${sk}`;
}
