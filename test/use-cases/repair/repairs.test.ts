import type { Evidence } from '#use-cases/repair/evidence.ts';
import { FIXED, MOVED, NEEDS_A_PERSON } from '#use-cases/repair/repairs/repair.ts';
import { HOUR_MS, whatever } from '../../repair/repair-world.ts';
import { answering } from '../answering.ts';
import { atRest, skipped } from './repairs-world.ts';

describe('a link', () => {
  it('that is missing is made, and no other is told of it', async () => {
    const { customer, apply, setLink, linkOf, twins, sync, lastAudit } = await atRest();
    await setLink(twins.externalId, { customerId: undefined, revision: 4 });
    const before = await lastAudit();
    expect(await apply('link', await customer())).toEqual(FIXED);
    expect(await linkOf(twins.externalId)).toEqual({ customerId: twins.id, revision: 4 });
    expect([(await sync(twins.id)).status, await lastAudit()]).toEqual(['synced', before]);
  });

  it('that names another is re-pointed, which the audit tells', async () => {
    const { customer, apply, setLink, linkOf, twins, other, lastAudit, at } = await atRest();
    await setLink(twins.externalId, { customerId: other.id });
    expect(await apply('relink', await customer())).toEqual(FIXED);
    expect(await linkOf(twins.externalId)).toMatchObject({ customerId: twins.id });
    const same = { name: 'Twin 1', email: twins.email };
    const { externalId: linkedTo } = twins;
    expect(await lastAudit()).toEqual({ at: at(), cause: 'maintenance', before: same, after: same, linkedTo });
  });

  it.each([
    [
      'names another by now',
      (w: Awaited<ReturnType<typeof atRest>>) => w.setLink(w.twins.externalId, { customerId: 'z' }),
    ],
    [
      'is of a customer that has changed',
      (w: Awaited<ReturnType<typeof atRest>>) => w.setCustomer(w.twins.id, { version: 9 }),
    ],
    [
      'is of a customer whose run has begun',
      (w: Awaited<ReturnType<typeof atRest>>) => w.setSync(w.twins.id, { revision: 9 }),
    ],
  ])('that %s is left', async (_, change) => {
    const world = await atRest();
    await world.setLink(world.twins.externalId, { customerId: undefined, revision: 1 });
    const evidence = await world.customer();
    await change(world);
    const before = world.store.dump();
    expect(await world.apply('link', evidence)).toEqual(MOVED);
    expect(world.store.dump()).toEqual(before);
    expect(await world.apply('link', { ...evidence, customer: undefined })).toEqual(MOVED);
    expect(await world.apply('link', { ...evidence, sync: undefined })).toEqual(MOVED);
  });

  it('whose customer names none is told to it', async () => {
    const { read, apply, setSync, twins, sync } = await atRest();
    await setSync(twins.id, { externalId: undefined, isGone: true });
    const evidence = await read({ of: 'external', externalId: twins.externalId });
    expect(await apply('join', evidence)).toEqual(FIXED);
    expect(await sync(twins.id)).toMatchObject({ externalId: twins.externalId, status: 'synced' });
    expect(await sync(twins.id)).not.toHaveProperty('isGone');
    // By now it names one.
    expect(await apply('join', await read({ of: 'external', externalId: twins.externalId }))).toEqual(NEEDS_A_PERSON);
    for (const less of [{ link: undefined }, { linked: undefined }, { external: undefined }]) {
      expect(await apply('join', { ...evidence, ...less } as Evidence)).toEqual(NEEDS_A_PERSON);
    }
    expect(await apply('join', evidence)).toEqual(MOVED);
  });

  it('that names nobody is cleared, unless there is somebody by now', async () => {
    const { read, apply, setLink, linkOf, write, twins, customerOf } = await atRest();
    await setLink('cus_gone', { customerId: 'nobody', revision: 2 });
    const evidence = await read({ of: 'external', externalId: 'cus_gone' });
    const somebody = (await customerOf(twins.id)) as object;
    await write({
      key: { type: 'customer', customerId: 'nobody' },
      put: { ...somebody, id: 'nobody' },
      when: whatever,
    } as never);
    expect(await apply('clear-link', evidence)).toEqual(MOVED);
    const other = await read({ of: 'external', externalId: 'cus_gone_too' });
    expect(await apply('clear-link', other)).toEqual(MOVED);
    await setLink('cus_gone_too', { customerId: 'nobody else', revision: 2 });
    expect(await apply('clear-link', await read({ of: 'external', externalId: 'cus_gone_too' }))).toEqual(FIXED);
    expect(await linkOf('cus_gone_too')).toEqual({ revision: 2 });
  });
});

describe('a customer whom Stripe does not know', () => {
  it('gets a new twin, and lets the old link go', async () => {
    const { customer, apply, setSync, setLink, linkOf, twins, sync, inside, deps } = await atRest();
    await setSync(twins.id, { externalId: 'cus_old', status: 'orphaned', seen: { name: 'x' }, lastError: 'unknown' });
    await setLink('cus_old', { customerId: twins.id });
    const evidence = await customer();
    expect(await apply('create-anew', { ...evidence, hint: 'cus_mine' })).toEqual(
      skipped('Another Stripe customer is marked as its own: link that one.'),
    );
    expect(await apply('create-anew', { ...evidence, customer: undefined })).toEqual(MOVED);
    expect(await apply('create-anew', { ...evidence, sync: undefined })).toEqual(MOVED);
    expect(await apply('create-anew', evidence)).toEqual(FIXED);
    const { externalId = '', ...after } = await sync(twins.id);
    expect(after).toMatchObject({ status: 'synced', base: { name: 'Twin 1', email: twins.email } });
    expect([after.seen, after.lastError, await linkOf('cus_old')]).toEqual([undefined, undefined, {}]);
    expect(await inside(() => deps.integration.findCustomer(externalId))).toMatchObject({
      owner: { customerId: twins.id },
    });
  });

  it('leaves a link alone that is another’s', async () => {
    const { customer, apply, setSync, setLink, linkOf, twins, other } = await atRest();
    await setSync(twins.id, { externalId: 'cus_old', status: 'orphaned' });
    await setLink('cus_old', { customerId: other.id });
    expect(await apply('create-anew', await customer())).toEqual(FIXED);
    expect(await linkOf('cus_old')).toEqual({ customerId: other.id });
  });
});

describe('a customer that stands nowhere', () => {
  async function nowhere(hint = true) {
    const world = await atRest();
    await world.remove({ type: 'sync', customerId: world.twins.id, integration: 'stripe' });
    const evidence = await world.customer(world.twins.id, hint ? world.twins.externalId : undefined);
    return { ...world, evidence };
  }

  it('stands with the one of Stripe that is marked as its own', async () => {
    const { evidence, apply, sync, twins, at, deps, linkOf, setLink } = await nowhere();
    await setLink(twins.externalId, { customerId: undefined, revision: 1 });
    expect(await apply('add-sync', evidence)).toEqual(FIXED);
    expect(await sync(twins.id)).toMatchObject({
      ...{ status: 'synced', externalId: twins.externalId, lastSyncedAt: at() },
      revision: Math.floor(deps.clock.nowMs() / 1000) + 1,
    });
    expect(await linkOf(twins.externalId)).toMatchObject({ customerId: twins.id });
  });

  it('gets one when none is', async () => {
    const { evidence, apply, sync, twins } = await nowhere(false);
    expect(await apply('add-sync', evidence)).toEqual(FIXED);
    expect((await sync(twins.id)).externalId).not.toBe(twins.externalId);
  });

  it('owes its delete when it is a tombstone', async () => {
    const { evidence, apply, sync, twins, setCustomer, sandbox, customer } = await nowhere();
    await setCustomer(twins.id, { status: 'deleted' });
    expect(evidence.customer?.status).toBe('active');
    expect(await apply('add-sync', await customer(twins.id, twins.externalId))).toEqual(FIXED);
    expect([(await sync(twins.id)).isTombstone, sandbox.state.customers.get(twins.externalId)?.deleted]).toEqual([
      true,
      true,
    ]);
  });

  it.each([
    ['is not marked', { metadata: '' }],
    ['is another’s', { 'metadata[concord_customer_id]': 'another' }],
  ] as const)('does not stand with one that %s', async (_, fields) => {
    const { evidence, apply, dashboard, twins } = await nowhere();
    await dashboard('POST', `/${twins.externalId}`, fields);
    expect(await apply('add-sync', evidence)).toEqual(skipped('Its Stripe customer is not marked as its own.'));
    expect(await apply('add-sync', { ...evidence, hint: 'cus_unknown' })).toEqual(
      skipped('Its Stripe customer is not marked as its own.'),
    );
  });

  it('is left when it has changed, or its twin is linked to another', async () => {
    const { evidence, apply, setLink, setCustomer, twins } = await nowhere();
    await setLink(twins.externalId, { customerId: 'another' });
    expect(await apply('add-sync', evidence)).toEqual(MOVED);
    await setLink(twins.externalId, { customerId: twins.id });
    await setCustomer(twins.id, { version: 9 });
    expect(await apply('add-sync', evidence)).toEqual(MOVED);
  });
});

describe('other repairs', () => {
  it('do nothing that nobody knows how to do', async () => {
    const { customer, read, apply, twins, putOperation, at } = await atRest();
    await putOperation('o', twins.id, { createdAt: at(-HOUR_MS) });
    const [operation, external] = [
      await read({ of: 'operation', operationId: 'o' }),
      await read({ of: 'external', externalId: twins.externalId }),
    ];
    expect(await apply('none', await customer())).toEqual(NEEDS_A_PERSON);
    expect(await apply('sync', operation)).toEqual(NEEDS_A_PERSON);
    expect(await apply('sync', external)).toEqual(NEEDS_A_PERSON);
    const nowhere = { ...(await customer()), sync: undefined };
    for (const action of ['sync', 'mark', 'remove-sync', 'forget-attempt', 'free-owner'] as const) {
      expect(await apply(action, nowhere)).toEqual(MOVED);
    }
  });

  it('bring the customer over at once; what Stripe refuses has failed', async () => {
    const { customer, apply, setCustomer, setSync, twins, sync, at, deps } = await atRest();
    await setCustomer(twins.id, { name: 'Janet', version: 2 });
    await setSync(twins.id, { tries: 4, retryAt: '2025', apartSince: '2025', status: 'failed' });
    const refusing = answering(deps.integration, { updateCustomer: async () => ({ is: 'rejected', reason: 'no' }) });
    expect(await apply('sync', await customer(), { integration: refusing })).toEqual({ is: 'failed', reason: 'no' });
    expect(await sync(twins.id)).toMatchObject({ status: 'failed', tries: 1, apartSince: '2025' });
    await setSync(twins.id, { retryAt: undefined, dueAt: undefined });
    expect(await apply('sync', await customer())).toEqual(FIXED);
    expect(await sync(twins.id)).toMatchObject({ status: 'synced', lastSyncedAt: at() });
  });

  it('settle an attempt that is open, and forget one of which nothing is recorded', async () => {
    const { customer, apply, setSync, twins, sync } = await atRest();
    await setSync(twins.id, { attemptKey: `${twins.id}:99` });
    const evidence = await customer();
    await setSync(twins.id, { revision: 5 });
    expect(await apply('forget-attempt', evidence)).toEqual(MOVED);
    expect(await apply('forget-attempt', await customer())).toEqual(FIXED);
    const { attemptKey, status } = await sync(twins.id);
    expect([attemptKey, status]).toEqual([undefined, 'synced']);
  });

  it('free a customer that nobody holds; what was being made is a person’s', async () => {
    const { customer, apply, setCustomer, twins, customerOf, putOperation } = await atRest();
    await setCustomer(twins.id, { owner: 'o', status: 'pending' });
    expect(await apply('free-owner', await customer())).toEqual(NEEDS_A_PERSON);
    await setCustomer(twins.id, { status: 'deleting' });
    const evidence = await customer();
    await putOperation('o', twins.id);
    expect(await apply('free-owner', evidence)).toEqual(MOVED);
    await putOperation('o', twins.id, { status: 'compensated' });
    expect(await apply('free-owner', await customer())).toEqual(FIXED);
    const { owner, status } = (await customerOf(twins.id)) ?? {};
    expect([owner, status]).toEqual([undefined, 'active']);
  });

  it('resume an operation that is overdue', async () => {
    const { read, apply, twins, putOperation, at, started, store } = await atRest();
    await putOperation('o', twins.id, { createdAt: at(-HOUR_MS), dueAt: at(HOUR_MS) });
    const evidence = await read({ of: 'operation', operationId: 'o' });
    expect([await apply('resume', evidence), started]).toEqual([FIXED, ['o']]);
    expect(await apply('resume', evidence)).toEqual(MOVED);
    expect((await store.read([{ type: 'operation', operationId: 'o' }]))[0]).toMatchObject({ fence: 2 });
  });

  it('remove how nobody stands, while there is nobody', async () => {
    const { customer, apply, remove, twins, sync, write, customerOf } = await atRest();
    const somebody = (await customerOf(twins.id)) as object;
    await remove({ type: 'customer', customerId: twins.id });
    const evidence = await customer();
    await write({ key: { type: 'customer', customerId: twins.id }, put: somebody, when: whatever } as never);
    expect(await apply('remove-sync', evidence)).toEqual(MOVED);
    await remove({ type: 'customer', customerId: twins.id });
    expect([await apply('remove-sync', evidence), await sync(twins.id)]).toEqual([FIXED, undefined]);
  });
});
