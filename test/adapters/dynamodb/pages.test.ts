import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { DynamoActionLog } from '#adapters/dynamodb/dynamo-action-log.ts';
import { DynamoCatalogStore } from '#adapters/dynamodb/dynamo-catalog-store.ts';
import { DynamoScratchStore } from '#adapters/dynamodb/dynamo-scratch-store.ts';
import { itemKey, SHARDS } from '#adapters/dynamodb/keys.ts';
import { customerKey, operationKey, syncKey } from '../../contracts/catalog-store.stage.ts';

type Input = Readonly<Record<string, unknown>>;
type Answer = { readonly Items?: readonly object[]; readonly LastEvaluatedKey?: object };

/** Whatever a table may answer, page by page, and what it was asked. After these there is nothing in it. */
function tableOf(answers: Iterator<Answer>) {
  const asked: { readonly command: string; readonly input: Input }[] = [];
  const send = async (command: { readonly input: Input }) => {
    asked.push({ command: command.constructor.name, input: command.input });
    return answers.next().value ?? {};
  };
  const client = { send } as unknown as DynamoDBDocumentClient;
  const waits: number[] = [];
  const clock = { nowMs: () => 0, sleep: async (ms: number) => void waits.push(ms) };
  const system = { clock, random: { fraction: () => 0.5, id: () => 'id' } };
  const store = new DynamoCatalogStore(client, 'table', system);
  const starts = () => asked.map(({ input }) => input['ExclusiveStartKey']);
  return {
    store,
    log: new DynamoActionLog(client, 'table'),
    scratch: new DynamoScratchStore(client, 'table', system),
    asked,
    starts,
    waits,
  };
}

const pages = (...answers: Answer[]) => tableOf(answers.values());
const dueItem = (key: Parameters<typeof itemKey>[0], dueAt: string) => ({ ...itemKey(key), dueAt });
const operation = (id: string, dueAt = '2026') => dueItem(operationKey(id), dueAt);
const NEXT = { pk: 'p', sk: 's' };

describe('an empty table', () => {
  it('lists nothing, and says that there is no more', async () => {
    const { store, log } = pages();
    expect(await store.listDue('2026', 10)).toEqual([]);
    expect(await store.listApart(['failed'], 10)).toEqual([]);
    expect(await store.listCustomers(10, undefined)).toEqual({ customerIds: [], next: undefined });
    expect(await store.listAudit('c1', 10, undefined)).toEqual({ entries: [], next: undefined });
    expect(await store.listUnfinished(10, undefined)).toEqual({ operationIds: [], next: undefined });
    expect(await store.listOperationsOf('c1', 10, undefined)).toEqual({ operationIds: [], next: undefined });
    expect(await store.scan(0, 1, 10, undefined)).toEqual({ found: [], expired: [], next: undefined });
    expect(await log.list(10, undefined)).toEqual({ actions: [], next: undefined });
  });

  it('is asked from its beginning, each shard once', async () => {
    const { store, asked, starts } = pages();
    await store.listCustomers(10, undefined);
    await store.listUnfinished(10, undefined);
    expect(asked).toHaveLength(2 * SHARDS);
    await store.listOperationsOf('c1', 10, undefined);
    expect(starts().every((start) => start === undefined)).toBe(true);
  });

  it('has no records', async () => {
    const { store, scratch, asked } = pages();
    expect(await store.read([customerKey('c1')])).toEqual([undefined]);
    expect(await store.read([customerKey('c1'), customerKey('c2')])).toEqual([undefined, undefined]);
    expect(await scratch.get(['a'])).toEqual([undefined]);
    expect(asked.map(({ command }) => command)).toEqual(['GetCommand', 'BatchGetCommand', 'BatchGetCommand']);
  });
});

describe('what is read for a decision', () => {
  it('is read consistently', async () => {
    const { store, log, scratch, asked } = pages();
    await store.read([customerKey('c1')]);
    await store.listAudit('c1', 10, undefined);
    await store.scan(0, 1, 10, undefined);
    await log.list(10, undefined);
    expect(asked.map(({ input }) => input['ConsistentRead'])).toEqual([true, true, true, true]);
    await store.read([customerKey('c1'), customerKey('c2')]);
    await scratch.get(['a']);
    const batches = asked.slice(4).map(({ input }) => input['RequestItems']);
    expect(batches).toEqual([0, 1].map(() => ({ table: expect.objectContaining({ ConsistentRead: true }) })));
  });
});

describe('those apart with several statuses', () => {
  const apart = (id: string, key: string) => ({ ...itemKey(syncKey(id)), apartKey: key });
  const items = [apart('c1', 'conflict 1'), apart('c2', 'failed 2'), apart('c3', 'pending 3')];
  const found = [{ customerId: 'c1' }, { customerId: 'c2' }];

  it('are asked for at once, each shard one time, as long as they are few', async () => {
    const { store, asked } = pages({ Items: items });
    expect(await store.listApart(['failed', 'conflict'], 8 * SHARDS)).toMatchObject(found);
    expect(asked.map(({ input }) => input['Limit'])).toEqual(Array(SHARDS).fill(8));
    const many = pages({ Items: items });
    await many.store.listApart(['failed', 'conflict'], 1_000 * SHARDS);
    expect(many.asked.map(({ input }) => input['Limit'])).toEqual(Array(SHARDS).fill(100));
  });

  it('are asked for by their statuses, in a shard where they are many', async () => {
    const others: Answer[] = Array.from({ length: SHARDS - 1 }, () => ({}));
    const [conflict, failed] = [{ Items: [items[0] ?? {}] }, { Items: [items[1] ?? {}] }];
    const { store, asked } = pages({ Items: items, LastEvaluatedKey: NEXT }, ...others, failed, conflict);
    expect(await store.listApart(['failed', 'conflict'], 8 * SHARDS)).toMatchObject(found);
    expect(asked).toHaveLength(SHARDS + 2);
  });
});

describe('a page that DynamoDB ends early', () => {
  it('is gone on with, for as many of those apart as are missing', async () => {
    const apart = (id: string, since: string) => ({ ...itemKey(syncKey(id)), apartKey: `failed ${since}` });
    // The shards are asked at once: the first answer is the first shard's, and the rest of it comes after the others'.
    const others: Answer[] = Array.from({ length: SHARDS - 1 }, () => ({}));
    const { store, asked } = pages({ Items: [apart('c2', '2')], LastEvaluatedKey: NEXT }, ...others, {
      Items: [apart('c1', '1'), apart('c3', '3')],
      LastEvaluatedKey: NEXT,
    });
    const found = await store.listApart(['failed'], 3 * SHARDS);
    expect(found.map(({ customerId }) => customerId)).toEqual(['c1', 'c2', 'c3']);
    expect(asked.at(-1)?.input).toMatchObject({ Limit: 2, ExclusiveStartKey: NEXT });
    expect(asked).toHaveLength(SHARDS + 1);
  });

  it('is gone on with for unfinished operations, up to a limit: then the rest is another page', async () => {
    const owed = dueItem(syncKey('c1'), '2026');
    const forever = tableOf(
      (function* () {
        for (;;) yield { Items: [owed], LastEvaluatedKey: NEXT };
      })(),
    );
    const { operationIds, next } = await forever.store.listUnfinished(10, undefined);
    expect([operationIds, next]).toEqual([[], `${owed.dueAt} ${owed.pk} ${owed.sk}`]);
    expect(forever.asked).toHaveLength(SHARDS + 8);
    expect(forever.starts().slice(0, 2)).toEqual([undefined, NEXT]);
  });
});

describe('a full page', () => {
  it('says that there is more of customers exactly when there may be', async () => {
    const customers = { Items: [{ listKey: 'c1' }, { listKey: 'c2' }] };
    const empty = (count: number): Answer[] => Array.from({ length: count }, () => ({}));
    const next = async (...answers: Answer[]) => (await pages(...answers).store.listCustomers(2, undefined)).next;
    expect(await next(customers)).toBe('c2');
    expect(await next(...empty(SHARDS - 1), customers)).toBeUndefined();
    expect(await next(...empty(SHARDS - 1), { ...customers, LastEvaluatedKey: NEXT })).toBe('c2');
  });

  it('says that there is more of operations exactly when there is', async () => {
    const of = (...ids: string[]) => ({ Items: ids.map((id) => ({ ...operation(id), createdAt: '2026' })) });
    const { store } = pages(of('o1', 'o2'), of('o1', 'o2', 'o3'));
    expect((await store.listOperationsOf('c1', 2, undefined)).next).toBeUndefined();
    expect(await store.listOperationsOf('c1', 2, undefined)).toEqual({ operationIds: ['o1', 'o2'], next: '2026 o2' });
  });

  it('of unfinished operations ends at the last of them', async () => {
    const { store } = pages({
      Items: [operation('o1'), dueItem(syncKey('c1'), '2026'), operation('o2'), operation('o3')],
    });
    expect(await store.listUnfinished(2, undefined)).toEqual({
      ...{ operationIds: ['o1', 'o2'], next: '2026 OPERATION#o2 OPERATION' },
    });
  });

  it('is gone on with from its end, unless that is before what is asked for', async () => {
    const from = '2026 OPERATION#o2 OPERATION';
    const startOf = async (dueSince: string) => {
      const { store, starts } = pages();
      await store.listUnfinished(2, from, dueSince);
      return starts()[0];
    };
    const start = { dueShard: expect.any(Number), dueAt: '2026', pk: 'OPERATION#o2', sk: 'OPERATION' };
    expect([await startOf('2025'), await startOf('2026'), await startOf('2027')]).toEqual([start, start, undefined]);
  });
});

describe('what is due', () => {
  it('is told in the order of its times, whichever shard has it, and no more than asked for', async () => {
    const { store, asked } = pages(
      { Items: [operation('o2', '2')] },
      { Items: [operation('o1', '1'), operation('o3', '3')] },
    );
    expect((await store.listDue('9', 2)).map(({ dueAt }) => dueAt)).toEqual(['1', '2']);
    expect(asked.map(({ input }) => input['Limit'])).toEqual(Array(SHARDS).fill(1));
  });
});

describe('what DynamoDB leaves undone', () => {
  it('is sent again after a while that doubles, for about ten seconds', async () => {
    const forever = tableOf(
      (function* () {
        for (;;) yield { UnprocessedItems: { table: [{}] } } as Answer;
      })(),
    );
    await expect(forever.scratch.put([{ name: 'a', text: '' }], 60)).rejects.toThrow('undone');
    expect(forever.waits).toEqual([40, 80, 160, 320, 640, 1280, 2560]);
  });
});
