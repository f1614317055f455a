import type { CatalogStore } from '#ports/catalog-store.ts';
import type { SyncRecord } from '#ports/records.ts';
import type { Evidence } from '#use-cases/repair/evidence.ts';
import type { Action } from '#use-cases/repair/kinds/kind.ts';
import { FIXED, MOVED } from '#use-cases/repair/repairs/repair.ts';
import { HOUR_MS } from '../../repair/repair-world.ts';
import { answering } from '../answering.ts';
import { atRest } from './repairs-world.ts';

type World = Awaited<ReturnType<typeof atRest>>;
type Standing = { readonly [Field in keyof SyncRecord]?: unknown };

/** Whoever has made so many commits dies. */
function dyingAfter(most: number, store: CatalogStore): CatalogStore {
  let commits = 0;
  const commit: CatalogStore['commit'] = (writes) => {
    commits += 1;
    return commits > most ? Promise.reject(new Error('It dies.')) : store.commit(writes);
  };
  return answering(store, { commit });
}

const without = async ({ remove, twins, customer }: World, hint?: string) => {
  await remove({ type: 'sync', customerId: twins.id, integration: 'stripe' });
  return customer(twins.id, hint);
};

describe('a customer whose repair is cut off after its transaction', () => {
  const ROWS: readonly (readonly [Action, string, (world: World) => Promise<Evidence>, (world: World) => Standing])[] =
    [
      [
        'forget-attempt',
        'since now',
        async ({ setSync, customer, twins, at }) => {
          await setSync(twins.id, { attemptKey: `${twins.id}:99`, retryAt: at(-HOUR_MS) });
          return customer();
        },
        ({ at, twins: { externalId } }) => ({ status: 'pending', externalId, apartSince: at(), dueAt: at() }),
      ],
      [
        'forget-attempt',
        'since before',
        async ({ setSync, customer, twins }) => {
          await setSync(twins.id, { attemptKey: `${twins.id}:99`, status: 'failed', apartSince: '2025' });
          return customer();
        },
        ({ at, twins: { externalId } }) => ({ status: 'pending', externalId, apartSince: '2025', dueAt: at() }),
      ],
      [
        'join',
        'with whom Stripe has',
        async ({ setSync, read, twins }) => {
          await setSync(twins.id, { externalId: undefined, isGone: true });
          return read({ of: 'external', externalId: twins.externalId });
        },
        ({ at, twins: { externalId } }) => ({ status: 'pending', externalId, apartSince: at(), dueAt: at() }),
      ],
      [
        'create-anew',
        'with nobody in Stripe',
        async ({ setSync, customer, twins }) => {
          await setSync(twins.id, { externalId: 'cus_old', status: 'orphaned', apartSince: '2025' });
          return customer();
        },
        ({ at }) => ({ status: 'pending', apartSince: '2025', dueAt: at() }),
      ],
      [
        'add-sync',
        'with nobody in Stripe, and as one that is live',
        (world) => without(world),
        ({ at }) => ({ status: 'pending', apartSince: at(), dueAt: at() }),
      ],
    ];

  it.each(ROWS)('(%s) is due, %s', async (action, _, make, expected) => {
    const world = await atRest();
    const evidence = await make(world);
    const store = dyingAfter(1, world.store);
    await expect(world.apply(action, evidence, { store })).rejects.toThrow('It dies.');
    const { status, externalId, apartSince, dueAt, retryAt, tries, isTombstone, ...rest } = await world.sync(
      world.twins.id,
    );
    const left = { status, externalId, apartSince, dueAt, retryAt, tries, isTombstone };
    expect(left).toEqual({ ...expected(world), tries: 0 });
    expect([rest.attemptKey, rest.isGone]).toEqual([undefined, undefined]);
  });
});

describe('a repair', () => {
  it.each<readonly [string, (world: World) => unknown]>([
    ['a customer that has changed', ({ setCustomer, twins }) => setCustomer(twins.id, { version: 9 })],
    ['one whose link is another’s', ({ setLink, twins }) => setLink(twins.externalId, { customerId: 'another' })],
  ])('does not join %s meanwhile', async (_, change) => {
    const world = await atRest();
    await world.setSync(world.twins.id, { externalId: undefined });
    const evidence = await world.read({ of: 'external', externalId: world.twins.externalId });
    await change(world);
    expect(await world.apply('join', evidence)).toEqual(MOVED);
    expect((await world.sync(world.twins.id)).externalId).toBeUndefined();
  });

  it('makes a link where there is none, and lets none go where there is none', async () => {
    const { customer, apply, remove, setSync, linkOf, twins } = await atRest();
    await remove({ type: 'link', integration: 'stripe', externalId: twins.externalId });
    expect(await apply('link', await customer())).toEqual(FIXED);
    expect(await linkOf(twins.externalId)).toEqual({ customerId: twins.id });
    await setSync(twins.id, { externalId: 'cus_old', status: 'orphaned' });
    expect(await apply('create-anew', await customer())).toEqual(FIXED);
    expect(await linkOf('cus_old')).toBeUndefined();
  });

  it('asks Stripe for nobody when nobody is known there', async () => {
    const world = await atRest();
    const evidence = await without(world);
    world.requests.length = 0;
    expect(await world.apply('add-sync', evidence)).toEqual(FIXED);
    expect(world.requests).toEqual(['POST /v1/customers']);
  });

  it('is not made once an operation on the customer has ended, which begins no run', async () => {
    const { customer, apply, setSync, twins, store } = await atRest();
    const evidence = await customer();
    await setSync(twins.id, { externalId: 'cus_other', syncedVersion: 7 });
    const before = store.dump();
    expect(await apply('sync', evidence)).toEqual(MOVED);
    expect(store.dump()).toEqual(before);
  });

  it('does not forget an attempt that has been recorded by now', async () => {
    const { customer, apply, setSync, twins, write, at, sync } = await atRest();
    const key = `${twins.id}:99`;
    await setSync(twins.id, { attemptKey: key });
    const evidence = await customer();
    await write({
      key: { type: 'attempt', customerId: twins.id, key },
      put: { kind: 'update', fields: {}, version: 1, since: at(), lastSentAt: at(), outcome: 'open' },
      when: { is: 'absent' },
    });
    expect(await apply('forget-attempt', evidence)).toEqual(MOVED);
    expect((await sync(twins.id)).attemptKey).toBe(key);
  });

  it('does not free whom an operation holds that is at work, nor one who is gone', async () => {
    const { customer, apply, setCustomer, twins, putOperation, store } = await atRest();
    await setCustomer(twins.id, { owner: 'o' });
    const evidence = await customer();
    await putOperation('o', twins.id);
    const [operation] = await store.read([{ type: 'operation', operationId: 'o' }]);
    const before = store.dump();
    expect(await apply('free-owner', { ...evidence, operation })).toEqual(MOVED);
    expect(await apply('free-owner', { ...evidence, customer: undefined })).toEqual(MOVED);
    expect(store.dump()).toEqual(before);
  });

  it('leaves deleted whom an operation held that deleted it', async () => {
    const { customer, apply, setCustomer, twins, customerOf } = await atRest();
    await setCustomer(twins.id, { owner: 'o', status: 'deleted' });
    expect(await apply('free-owner', await customer())).toEqual(FIXED);
    const { owner, status } = (await customerOf(twins.id)) ?? {};
    expect([owner, status]).toEqual([undefined, 'deleted']);
  });

  it('makes nobody anew who is gone', async () => {
    const { customer, apply, remove, twins, store } = await atRest();
    const evidence = await customer();
    await remove({ type: 'customer', customerId: twins.id });
    const before = store.dump();
    expect(await apply('create-anew', { ...evidence, customer: undefined })).toEqual(MOVED);
    expect(store.dump()).toEqual(before);
  });

  it('does not resume an operation that somebody else has driven on meanwhile', async () => {
    const { read, apply, twins, putOperation, at, started } = await atRest();
    const overdue = { createdAt: at(-HOUR_MS), dueAt: at(-HOUR_MS) };
    await putOperation('o', twins.id, overdue);
    const evidence = await read({ of: 'operation', operationId: 'o' });
    await putOperation('o', twins.id, { ...overdue, fence: 5 });
    expect([await apply('resume', evidence), started]).toEqual([MOVED, []]);
  });

  it('has not failed where a customer of Stripe is taken, and another run is at work on whose it is', async () => {
    const { read, apply, dashboard, pass, setLink, setSync, twins, at } = await atRest();
    const { id: born } = await dashboard('POST', '', { name: 'Born there' });
    pass(HOUR_MS);
    const evidence = await read({ of: 'external', externalId: born });
    await setLink(born, { customerId: twins.id });
    await setSync(twins.id, { status: 'failed', lastError: 'before', runId: 'another', runExpiresAt: at(1) });
    expect(await apply('adopt', evidence)).toEqual(FIXED);
  });

  it('brings a customer of Stripe over at once, unless it is not ours to take', async () => {
    const { read, apply, marked, dashboard, pass, linkOf, sync } = await atRest();
    const { id: born } = await dashboard('POST', '', { name: 'Born there', email: 'born@example.com' });
    const theirs = await marked('theirs', 'o', 'elsewhere');
    pass(HOUR_MS);
    expect(await apply('adopt', await read({ of: 'external', externalId: born }))).toEqual(FIXED);
    const link = await linkOf(born);
    expect(await sync(String(link?.customerId))).toMatchObject({ status: 'synced', externalId: born });
    expect(await apply('adopt', await read({ of: 'external', externalId: theirs }))).toEqual(FIXED);
    expect((await linkOf(theirs))?.customerId).toBeUndefined();
  });
});
