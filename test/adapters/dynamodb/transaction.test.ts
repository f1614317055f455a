import { TransactionCanceledException, TransactionInProgressException } from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { DynamoCatalogStore } from '#adapters/dynamodb/dynamo-catalog-store.ts';
import { cancellationOf, transactItem } from '#adapters/dynamodb/transaction.ts';
import { absent, add, all, change, check, put, StoreContendedError } from '#ports/catalog-store.ts';
import { counterKey, customerKey, syncKey, syncOf } from '../../contracts/catalog-store.stage.ts';

type Reason = NonNullable<TransactionCanceledException['CancellationReasons']>[number];

const NONE: Reason = { Code: 'None' };
const FAILED: Reason = { Code: 'ConditionalCheckFailed' };
const CONTENDED = ['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded', 'RequestLimitExceeded'];
const cancelled = (...CancellationReasons: Reason[]) =>
  new TransactionCanceledException({ message: 'cancelled', $metadata: {}, CancellationReasons });
const inProgress = new TransactionInProgressException({ message: 'in progress', $metadata: {} });

/** A store whose transactions end so, one after the other, and then well; and how it waited between them. */
function storeOf(...ends: Error[]) {
  const tokens: unknown[] = [];
  const waits: number[] = [];
  const send = async (command: { readonly input: { readonly ClientRequestToken: string } }) => {
    tokens.push(command.input.ClientRequestToken);
    const error = ends.shift();
    if (error !== undefined) throw error;
  };
  let ids = 0;
  const store = new DynamoCatalogStore({ send } as unknown as DynamoDBDocumentClient, 'table', {
    clock: { nowMs: () => 0, sleep: async (ms) => void waits.push(ms) },
    random: { fraction: () => 0.5, id: () => `token ${ids++}` },
  });
  const commit = () => store.commit({ one: check(customerKey('c1'), absent), other: check(customerKey('c2'), absent) });
  return { commit, tokens, waits };
}

describe('a transaction that met others', () => {
  it.each([...CONTENDED.map((Code) => cancelled(NONE, { Code })), inProgress])('is sent again: %p', async (error) => {
    const { commit, tokens } = storeOf(error, error);
    expect(await commit()).toEqual({ committed: true });
    // The same one each time, for whoever has done it already.
    expect(tokens).toEqual(['token 0', 'token 0', 'token 0']);
  });

  it('waits longer each time, and for about a second in all', async () => {
    const { commit, waits } = storeOf(...Array.from({ length: 6 }, () => cancelled({ Code: 'TransactionConflict' })));
    const given = await commit().catch((error: unknown) => error);
    expect(given).toBeInstanceOf(StoreContendedError);
    expect(given).toMatchObject({ cause: expect.any(TransactionCanceledException) });
    expect(waits).toEqual([20, 40, 80, 160, 320]);
  });

  it('is not refused by half an answer, but by the last one', async () => {
    const both = cancelled(FAILED, { Code: 'TransactionConflict' });
    const once = storeOf(both);
    expect(await once.commit()).toEqual({ committed: true });
    const always = storeOf(both, both, both, both, both, both);
    expect(await always.commit()).toEqual({ committed: false, refused: { one: { existing: undefined } } });
  });
});

describe('a transaction that was refused', () => {
  it('is told by the names of its conditions, with what stands there, and not sent again', async () => {
    const { commit, tokens } = storeOf(cancelled(NONE, { ...FAILED, Item: { name: { S: 'Jane' } } }));
    expect(await commit()).toEqual({ committed: false, refused: { other: { existing: { name: 'Jane' } } } });
    expect(tokens).toHaveLength(1);
  });

  it.each([cancelled(NONE, { Code: 'ValidationError' }), cancelled(NONE, {}), new Error('no answer')])(
    'for another reason is an error: %p',
    async (error) => {
      expect(cancellationOf(error)).toBeUndefined();
      await expect(storeOf(error).commit()).rejects.toBe(error);
    },
  );

  it('without reasons is an error', () => {
    expect(cancellationOf(new TransactionCanceledException({ message: '', $metadata: {} }))).toBeUndefined();
  });
});

describe('what a write says to DynamoDB', () => {
  it('puts into the sparse indexes only what has their time or their name', () => {
    const item = (record: object) => transactItem('table', put(syncKey('c1'), syncOf(record), absent)).Put?.Item ?? {};
    expect(Object.keys(item({ dueAt: '2026' }))).toContain('dueShard');
    expect(Object.keys(item({ dueAt: undefined }))).not.toContain('dueShard');
    expect(item({ apartSince: '2026', status: 'failed' })).toMatchObject({ apartKey: 'failed 2026' });
    expect(Object.keys(item({}))).not.toContain('apartKey');
    const { UpdateExpression, ExpressionAttributeNames } =
      transactItem('table', change(syncKey('c1'), { status: 'synced', apartSince: undefined }, absent)).Update ?? {};
    expect(UpdateExpression).toMatch(/ REMOVE #apartSince, #apartKey$/);
    expect(Object.values(ExpressionAttributeNames ?? {})).not.toContain('apartShard');
    const customer = (changes: object) => transactItem('table', change(customerKey('c1'), changes, absent)).Update;
    expect(Object.values(customer({ listKey: 'c1' })?.ExpressionAttributeNames ?? {})).toContain('listShard');
    expect(Object.values(customer({ listKey: undefined })?.ExpressionAttributeNames ?? {})).not.toContain('listShard');
    expect(Object.values(customer({ apartSince: '2026' })?.ExpressionAttributeNames ?? {})).not.toContain('apartKey');
  });

  it('adds, with or without a time to expire', () => {
    const said = (expiresAtSeconds?: number) =>
      transactItem('table', add(counterKey('customers'), { live: 1 }, expiresAtSeconds)).Update;
    expect(said()?.UpdateExpression).toMatch(/^ADD \S+ \S+$/);
    expect(Object.values(said()?.ExpressionAttributeNames ?? {})).toEqual(['live']);
    expect(Object.values(said(60)?.ExpressionAttributeValues ?? {})).toEqual([60, 1]);
  });

  it('says nothing of names and values when there are none', () => {
    const of = (write: Parameters<typeof transactItem>[1]) => Object.values(transactItem('table', write))[0] ?? {};
    expect(Object.keys(of(check(customerKey('c1'), absent)))).not.toContain('ExpressionAttributeValues');
    expect(Object.keys(of(check(customerKey('c1'), all())))).not.toContain('ExpressionAttributeNames');
  });
});
