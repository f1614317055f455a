import { randomUUID } from 'node:crypto';
import { CreateTableCommand, DynamoDBClient, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import { DynamoCatalogStore } from '#adapters/dynamodb/dynamo-catalog-store.ts';
import { DynamoLeaseStore } from '#adapters/dynamodb/dynamo-lease-store.ts';
import { systemRandom } from '#adapters/system/system.ts';
import { absent, type CatalogStore, check, equal, put, StoreContendedError } from '#ports/catalog-store.ts';
import { getFence, type Lease } from '#ports/lease-store.ts';
import type { Clock } from '#ports/system.ts';
import type { LocalDynamodb } from '../../../local/embedded-dynamodb.ts';
import { leaseStoreContract } from '../../contracts/lease-store.contract.ts';
import { manualClock } from '../../contracts/manual-clock.ts';
import { startDynamodb } from './dynamodb-under-test.ts';

const TableName = `catalog-${randomUUID()}`;
const noWait = { ...systemRandom, fraction: () => 0 };
const hurried = (clock: Clock): Clock => ({ ...clock, sleep: async () => {} });

let dynamodb: LocalDynamodb;
const clients: DynamoDBClient[] = [];

beforeAll(async () => {
  dynamodb = await startDynamodb();
  await makeClient().send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'S' },
      ],
    }),
  );
});

afterAll(async () => {
  for (const client of clients) client.destroy();
  await dynamodb?.close();
});

function makeClient(maxAttempts = 3): DynamoDBClient {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new DynamoDBClient({ endpoint: dynamodb.url, region: 'us-east-1', credentials, maxAttempts });
  clients.push(client);
  return client;
}

function catalogOver(client: DynamoDBClient, clock: Clock): DynamoCatalogStore {
  return new DynamoCatalogStore(DynamoDBDocumentClient.from(client), TableName, { clock, random: noWait });
}

let defaultClient: DynamoDBClient | undefined;
function makeStore(clock: Clock, client?: DynamoDBClient): DynamoLeaseStore {
  defaultClient ??= makeClient();
  return new DynamoLeaseStore(catalogOver(client ?? defaultClient, clock), clock);
}

leaseStoreContract('DynamoDB', (clock) => makeStore(clock));

/** A catalog that lets something happen after each read, before the reader can write what it decides. */
function interrupted(catalog: CatalogStore, interlude: () => Promise<unknown>): CatalogStore {
  return {
    async read(keys) {
      const records = await catalog.read(keys);
      await interlude();
      return records;
    },
    commit: (writes) => catalog.commit(writes),
    listDue: (now, limit) => catalog.listDue(now, limit),
    listApart: (...asked) => catalog.listApart(...asked),
    listCustomers: (limit, from) => catalog.listCustomers(limit, from),
    listAudit: (...asked) => catalog.listAudit(...asked),
    listUnfinished: (...asked) => catalog.listUnfinished(...asked),
    listOperationsOf: (...asked) => catalog.listOperationsOf(...asked),
    scan: (...asked) => catalog.scan(...asked),
  };
}

type Fault = 'lost reply' | 'conflict';

/** Lets faults happen to the next transactions, one each. Answers the commands that were sent. */
function injectFaults(client: DynamoDBClient, faults: Fault[]): string[] {
  const sent: string[] = [];
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (request) => {
        sent.push(String(commandName));
        const fault = String(commandName).startsWith('TransactWrite') ? faults.shift() : undefined;
        if (fault === 'conflict') {
          const CancellationReasons = [{ Code: 'TransactionConflict' }];
          throw new TransactionCanceledException({ message: 'injected', CancellationReasons, $metadata: {} });
        }
        const reply = await next(request);
        if (fault === 'lost reply') throw Object.assign(new Error('injected'), { name: 'TimeoutError' });
        return reply;
      },
    { step: 'finalizeRequest', priority: 'low', name: 'injectFaults' },
  );
  return sent;
}

async function mustAcquire(store: DynamoLeaseStore, name: string, owner: string): Promise<Lease> {
  const lease = await store.tryAcquire([name], owner, 10_000);
  if (lease === undefined) throw new Error(`${owner} does not get ${name}.`);
  return lease;
}

async function readItem(name: string): Promise<Record<string, unknown> | undefined> {
  const Key = { pk: `LEASE#${name}`, sk: 'LEASE' };
  const documents = DynamoDBDocumentClient.from(makeClient());
  return (await documents.send(new GetCommand({ TableName, Key, ConsistentRead: true }))).Item;
}

describe('an owner that is overtaken between its look and its write', () => {
  /** What `look` sees has changed by the time it writes: `meanwhile` happens once, in between. */
  async function overtaken<Result>(
    look: (store: DynamoLeaseStore) => Promise<Result>,
    meanwhile: (store: DynamoLeaseStore) => Promise<unknown>,
  ): Promise<Result> {
    const clock = manualClock();
    const catalog = catalogOver(makeClient(), clock);
    const happenings = [() => meanwhile(new DynamoLeaseStore(catalog, clock))];
    return look(
      new DynamoLeaseStore(
        interrupted(catalog, async () => happenings.shift()?.()),
        clock,
      ),
    );
  }

  it('does not get a new name that another one took', async () => {
    const lease = await overtaken(
      (store) => store.tryAcquire(['taken'], 'ann', 10_000),
      (store) => mustAcquire(store, 'taken', 'ben'),
    );
    expect(lease).toBeUndefined();
  });

  it('gets a higher fence than one that took the name and gave it back', async () => {
    const takeAndRelease = async (store: DynamoLeaseStore) => store.release(await mustAcquire(store, 'briefly', 'ben'));
    await takeAndRelease(makeStore(manualClock()));
    const lease = await overtaken((store) => mustAcquire(store, 'briefly', 'ann'), takeAndRelease);
    expect(lease.fences).toEqual({ briefly: 3 });
  });

  it('does not shorten what another process of the same owner has extended', async () => {
    await mustAcquire(makeStore(manualClock()), 'extended', 'ann');
    await overtaken(
      (store) => store.tryAcquire(['extended'], 'ann', 20_000),
      (store) => store.tryAcquire(['extended'], 'ann', 60_000),
    );
    expect(await readItem('extended')).toMatchObject({ fence: 1, expiresAtMs: manualClock().nowMs() + 60_000 });
  });

  it('does not renew what was given back', async () => {
    const lease = await mustAcquire(makeStore(manualClock()), 'given back', 'ann');
    const renewed = await overtaken(
      (store) => store.renew(lease, 10_000),
      (store) => store.release(lease),
    );
    expect(renewed).toBeUndefined();
  });

  it('gives up when others get on before it time and again', async () => {
    const clock = manualClock();
    const catalog = catalogOver(makeClient(), clock);
    const other = new DynamoLeaseStore(catalog, clock);
    let passers = 0;
    const passBy = async () => {
      passers += 1;
      await other.release(await mustAcquire(other, 'popular', 'passer-by'));
    };
    const store = new DynamoLeaseStore(interrupted(catalog, passBy), clock);
    expect(await store.tryAcquire(['popular'], 'ann', 10_000)).toBeUndefined();
    expect(passers).toBeLessThanOrEqual(10);
  });

  it('does not take for lost a lease that others of its owner keep on renewing', async () => {
    const clock = manualClock();
    const catalog = catalogOver(makeClient(), clock);
    const other = new DynamoLeaseStore(catalog, clock);
    let lease = await mustAcquire(other, 'renewed', 'ann');
    const renewAnew = async () => {
      lease = (await other.renew(lease, lease.expiresAtMs - clock.nowMs() + 1_000)) ?? lease;
    };
    const store = new DynamoLeaseStore(interrupted(catalog, renewAnew), clock);
    await expect(store.renew(lease, 600_000)).rejects.toThrow(StoreContendedError);
  });

  it('is one of 50 who all saw the same, and of whom one wins', async () => {
    const clock = manualClock();
    const catalog = catalogOver(makeClient(), clock);
    let waiting = 50;
    let start = () => {};
    const allHaveLooked = new Promise<void>((resolve) => {
      start = resolve;
    });
    const look = () => {
      waiting -= 1;
      if (waiting === 0) start();
      return allHaveLooked;
    };
    const store = new DynamoLeaseStore(interrupted(catalog, look), clock);
    const racers = Array.from({ length: 50 }, (_, index) => store.tryAcquire(['x', 'y'], `racer ${index}`, 10_000));
    expect((await Promise.all(racers)).filter((lease) => lease !== undefined)).toHaveLength(1);
  });
});

describe('leases in DynamoDB', () => {
  it('are taken by one read and one transaction, however many names there are', async () => {
    const client = makeClient();
    const sent = injectFaults(client, []);
    const names = Array.from({ length: 100 }, (_, index) => `cost ${index}`);
    expect(await makeStore(manualClock(), client).tryAcquire(names, 'ann', 10_000)).toBeDefined();
    expect(sent).toHaveLength(2);
  });

  it('recognise their own write when the reply was lost and the request is repeated', async () => {
    const client = makeClient();
    const sent = injectFaults(client, ['lost reply']);
    const store = makeStore(hurried(manualClock()), client);
    expect((await mustAcquire(store, 'lost once', 'ann')).fences).toEqual({ 'lost once': 1 });
    expect(sent.filter((command) => command.startsWith('TransactWrite'))).toHaveLength(2);
  });

  it('are entered by the owner whose reply was lost for good, and kept from others', async () => {
    const client = makeClient(1);
    injectFaults(client, ['lost reply']);
    const store = makeStore(manualClock(), client);
    await expect(store.tryAcquire(['lost for good'], 'ann', 10_000)).rejects.toThrow('injected');
    expect(await store.tryAcquire(['lost for good'], 'ben', 10_000)).toBeUndefined();
    expect((await mustAcquire(store, 'lost for good', 'ann')).fences).toEqual({ 'lost for good': 1 });
  });

  it('are released for certain when the reply of the release was lost for good', async () => {
    const client = makeClient(1);
    const store = makeStore(manualClock(), client);
    const lease = await mustAcquire(store, 'release lost', 'ann');
    injectFaults(client, ['lost reply']);
    await expect(store.release(lease)).rejects.toThrow('injected');
    expect(await store.release(lease)).toBe(true);
  });

  it('wait out other transactions on the same records, for a while', async () => {
    const client = makeClient();
    const faults: Fault[] = ['conflict', 'conflict'];
    injectFaults(client, faults);
    const store = makeStore(hurried(manualClock()), client);
    const lease = await mustAcquire(store, 'contended', 'ann');
    faults.push(...Array.from({ length: 6 }, () => 'conflict' as const));
    expect(await store.tryAcquire(['contended too'], 'ann', 10_000)).toBeUndefined();
    faults.push(...Array.from({ length: 6 }, () => 'conflict' as const));
    await expect(store.renew(lease, 10_000)).rejects.toThrow('Other transactions');
    expect(await store.renew(lease, 10_000)).toBeDefined();
  });

  it('keep their record, with its fence, when they are given back or expire', async () => {
    const clock = manualClock();
    const store = makeStore(clock);
    await store.release(await mustAcquire(store, 'kept', 'ann'));
    expect(await readItem('kept')).toEqual({ pk: 'LEASE#kept', sk: 'LEASE', fence: 1 });
    await mustAcquire(store, 'kept', 'ben');
    await clock.pass(10_000);
    expect(await readItem('kept')).toMatchObject({ fence: 2, owner: 'ben', expiresAtMs: clock.nowMs() });
    expect((await mustAcquire(store, 'kept', 'cid')).fences).toEqual({ kept: 3 });
  });

  it('never carry the attribute by which the table expires items: it would forget the fence', async () => {
    await mustAcquire(makeStore(manualClock()), 'not expiring', 'ann');
    expect(await readItem('not expiring')).not.toHaveProperty('expiresAtSeconds');
  });

  it('fence any transaction on the catalog: an old owner that wakes late commits nothing', async () => {
    const clock = manualClock();
    const store = makeStore(clock);
    const catalog = catalogOver(makeClient(), clock);
    const writeUnder = (lease: Lease, entryId: string) =>
      catalog.commit({
        lease: check({ type: 'lease', name: 'fencing' }, equal('fence', getFence(lease, 'fencing'))),
        audit: put(
          { type: 'audit', customerId: 'fenced', entryId },
          { at: '', cause: 'maintenance', before: null, after: null },
          absent,
        ),
      });
    const old = await mustAcquire(store, 'fencing', 'ann');
    expect((await writeUnder(old, 'while held')).committed).toBe(true);
    await clock.pass(10_000);
    const next = await mustAcquire(store, 'fencing', 'ben');
    expect(await writeUnder(old, 'late')).toMatchObject({ refused: { lease: { existing: { owner: 'ben' } } } });
    expect((await writeUnder(next, 'next')).committed).toBe(true);
  });
});
