import { normalizeEmail } from '#domain/email.ts';
import type { Poke } from '#ports/pokes.ts';
import type { CustomerEvidence, Evidence, Subject } from '#use-cases/repair/evidence.ts';
import { gather } from '#use-cases/repair/gather.ts';
import type { Action } from '#use-cases/repair/kinds/kind.ts';
import { applyRepair } from '#use-cases/repair/repairs/apply.ts';
import { FIXED, MOVED, NEEDS_A_PERSON, type RepairDeps } from '#use-cases/repair/repairs/repair.ts';
import { createRepairWorld, HOUR_MS, whatever } from '../../repair/repair-world.ts';
import { answering } from '../answering.ts';

const skipped = (reason: string) => ({ is: 'skipped', reason });

/** Two customers on both sides, an hour ago. Runs that follow a repair do nothing, unless it is said: they are others' work. */
async function atRest() {
  const world = createRepairWorld();
  const [twins, other] = [await world.twins(), await world.twins()];
  world.pass(HOUR_MS);
  const { deps } = world;
  const poked: Poke[] = [];
  const read = async <E extends Evidence>(subject: Subject) => (await world.inside(() => gather(deps, subject))) as E;
  const customer = (customerId = twins.id, hint?: string) =>
    read<CustomerEvidence>({ of: 'customer', customerId, ...(hint !== undefined && { hint }) });
  const apply = (action: Action, evidence: Evidence, others: Partial<RepairDeps> = {}) =>
    world.inside(() =>
      applyRepair({ ...deps, pokes: { poke: async (poke) => void poked.push(poke) }, ...others }, action, evidence),
    );
  const at = (ms = 0) => new Date(deps.clock.nowMs() + ms).toISOString();
  const claimOf = async (email: string) =>
    (await world.store.read([{ type: 'emailClaim', email: normalizeEmail(email) }]))[0];
  const linkOf = async (externalId: string) =>
    (await world.store.read([{ type: 'link', integration: 'stripe', externalId }]))[0];
  const customerOf = async (customerId: string) => (await world.store.read([{ type: 'customer', customerId }]))[0];
  const lastAudit = async () => (await world.store.listAudit(twins.id, 1, undefined)).entries[0];
  const setClaim = (email: string, change: object) =>
    world.write({ key: { type: 'emailClaim', email: normalizeEmail(email) }, change, when: whatever });
  return { ...world, twins, other, poked, read, customer, apply, at, claimOf, linkOf, customerOf, lastAudit, setClaim };
}

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

describe('a claim', () => {
  it('that is missing is made', async () => {
    const { customer, apply, remove, claimOf, twins } = await atRest();
    await remove({ type: 'emailClaim', email: normalizeEmail(twins.email) });
    const evidence = await customer();
    expect(await apply('claim-email', evidence)).toEqual(FIXED);
    expect(await claimOf(twins.email)).toEqual({ state: 'held', customerId: twins.id });
    expect(await apply('claim-email', evidence)).toEqual(MOVED);
    expect(await apply('claim-email', { ...evidence, customer: undefined })).toEqual(MOVED);
  });

  it('that names another is taken over, while that one is as it was', async () => {
    const { customer, apply, setClaim, setCustomer, claimOf, twins, other } = await atRest();
    await setClaim(twins.email, { customerId: other.id, state: 'reserved', operationId: 'o' });
    const evidence = await customer();
    await setCustomer(other.id, { version: 9 });
    expect(await apply('claim-email', evidence)).toEqual(MOVED);
    await setCustomer(other.id, { version: 1 });
    expect(await apply('claim-email', evidence)).toEqual(FIXED);
    expect(await claimOf(twins.email)).toEqual({ state: 'held', customerId: twins.id });
  });

  const claimed = (world: Awaited<ReturnType<typeof atRest>>, email = world.twins.email) =>
    world.read({ of: 'claim', emailHash: world.deps.digest(normalizeEmail(email)) });

  it('that an operation has left becomes the customer’s own', async () => {
    const world = await atRest();
    await world.setClaim(world.twins.email, { state: 'reserved', operationId: 'o' });
    const evidence = await claimed(world);
    await world.setClaim(world.twins.email, { operationId: 'p' });
    expect(await world.apply('claim-email', evidence)).toEqual(MOVED);
    expect(await world.apply('claim-email', await claimed(world))).toEqual(FIXED);
    expect(await world.claimOf(world.twins.email)).toEqual({ state: 'held', customerId: world.twins.id });
  });

  it('of an email that its customer has not is freed, and whoever waits for it is poked', async () => {
    const world = await atRest();
    const { apply, twins, other, setCustomer, setSync, claimOf, poked, at, deps } = world;
    await setCustomer(twins.id, { email: 'new@example.com' });
    const waiting = { status: 'conflict', apartSince: at(), retryAt: '2027' } as const;
    await setSync(other.id, {
      ...waiting,
      conflict: { field: 'email', stripeValue: twins.email.toUpperCase(), since: at() },
    });
    await setSync(twins.id, { ...waiting, conflict: { field: 'email', stripeValue: null, since: at() } });
    const evidence = await claimed(world);
    const failing = answering(deps.store, { listApart: () => Promise.reject(new TypeError('no')) });
    const warned: unknown[] = [];
    const log = { warn: (_: string, details: unknown) => void warned.push(details) };
    expect(await apply('release-claim', evidence)).toEqual(FIXED);
    expect([await claimOf(twins.email), poked]).toEqual([undefined, [{ customerId: other.id }]]);
    expect(await apply('release-claim', evidence)).toEqual(MOVED);
    await world.write({
      key: { type: 'emailClaim', email: normalizeEmail(twins.email) },
      put: { state: 'held', customerId: twins.id },
      when: whatever,
    });
    expect(await apply('release-claim', await claimed(world), { store: failing, log })).toEqual(FIXED);
    expect([poked.length, warned]).toEqual([1, [{ error: 'TypeError' }]]);
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
