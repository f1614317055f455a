import { FIXED, MOVED } from '#use-cases/repair/repairs/repair.ts';
import { HOUR_MS } from '../../repair/repair-world.ts';
import { atRest } from './repairs-world.ts';

type World = Awaited<ReturnType<typeof atRest>>;

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
    await world.remove({ type: 'sync', customerId: world.twins.id, integration: 'stripe' });
    const evidence = await world.customer();
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

  it('does not take an earlier failure for its own, while another run is at work on the customer', async () => {
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
