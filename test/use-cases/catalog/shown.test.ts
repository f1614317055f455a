import type { SyncStatus } from '#domain/customer.ts';
import type { IntegrationName } from '#domain/integrations.ts';
import { IntegrationUnavailableError } from '#ports/integration.ts';
import { createCustomer } from '#use-cases/catalog/create-customer.ts';
import { deleteCustomer } from '#use-cases/catalog/delete-customer.ts';
import { getCustomer } from '#use-cases/catalog/get-customer.ts';
import { getSides } from '#use-cases/catalog/get-sides.ts';
import { getSyncHealth } from '#use-cases/catalog/get-sync-health.ts';
import { listAudit } from '#use-cases/catalog/list-audit.ts';
import { listCustomers } from '#use-cases/catalog/list-customers.ts';
import { updateCustomer } from '#use-cases/catalog/update-customer.ts';
import { createRepairWorld, whatever } from '../../repair/repair-world.ts';
import { answering } from '../answering.ts';

const NOT_FOUND = { problem: { type: 'not-found', detail: 'There is no such customer.' } };
const AT = '2026-01-01T00:00:00.000Z';

/** A customer on both sides, and one that is deleted on both. */
async function worldOfTwo() {
  const world = createRepairWorld();
  const [twins, gone] = [await world.twins(), await world.twins()];
  await deleteCustomer(world.deps, gone.id, { ifMatch: undefined, cancelSubscriptions: true });
  await world.drain();
  return { ...world, make: world.twins, twins, gone };
}

describe('a customer that is shown', () => {
  it('is there until it is deleted; what was done to it stays', async () => {
    const { deps, twins, gone } = await worldOfTwo();
    expect(await getCustomer(deps, twins.id)).toMatchObject({ id: twins.id, email: twins.email });
    for (const id of [gone.id, 'nobody']) await expect(getCustomer(deps, id)).rejects.toMatchObject(NOT_FOUND);
    expect((await listAudit(deps.store, gone.id, { limit: 9 })).entries).toHaveLength(2);
    await expect(listAudit(deps.store, 'nobody', { limit: 9 })).rejects.toMatchObject(NOT_FOUND);
  });

  it('is pending before anything is known of Stripe', async () => {
    const { deps, twins, remove } = await worldOfTwo();
    await remove({ type: 'sync', customerId: twins.id, integration: 'stripe' });
    expect((await getCustomer(deps, twins.id)).integrations).toEqual({
      stripe: { externalId: null, syncStatus: 'pending', lastSyncedAt: null, conflict: null },
    });
  });
});

describe('how a customer stands', () => {
  it('is well when both sides agree', async () => {
    const { deps, twins } = await worldOfTwo();
    expect(await getSyncHealth(deps, twins.id)).toEqual({
      ...{ customerId: twins.id, isHealthy: true, openOperation: null },
      integrations: {
        stripe: {
          ...{ status: 'synced', externalId: twins.externalId, lastSyncedAt: AT, lastAttemptAt: AT },
          ...{ retryCount: 0, nextRetryAt: null, error: null, conflict: null },
        },
      },
    });
  });

  it('tells why it failed, how often, and when it is tried next', async () => {
    const { deps, twins, setSync } = await worldOfTwo();
    await setSync(twins.id, { status: 'failed', lastError: 'no', tries: 3, retryAt: '2027', dueAt: '2028' });
    expect(await getSyncHealth(deps, twins.id)).toMatchObject({
      isHealthy: false,
      integrations: { stripe: { status: 'failed', retryCount: 3, nextRetryAt: '2027', error: 'no' } },
    });
    await setSync(twins.id, { retryAt: undefined });
    expect((await getSyncHealth(deps, twins.id)).integrations.stripe.nextRetryAt).toBe('2028');
    await setSync(twins.id, { dueAt: undefined });
    expect((await getSyncHealth(deps, twins.id)).integrations.stripe.nextRetryAt).toBeNull();
    // It is no retry when nothing has failed.
    await setSync(twins.id, { status: 'pending', retryAt: '2027' });
    expect((await getSyncHealth(deps, twins.id)).integrations.stripe.nextRetryAt).toBeNull();
  });

  it('tells of the operation that holds it, as long as that is open', async () => {
    const { deps, twins, setCustomer, putOperation } = await worldOfTwo();
    await setCustomer(twins.id, { owner: 'o1' });
    expect((await getSyncHealth(deps, twins.id)).openOperation).toBeNull();
    await putOperation('o1', twins.id, { status: 'needs_attention' });
    expect(await getSyncHealth(deps, twins.id)).toMatchObject({
      ...{ isHealthy: false, openOperation: { id: 'o1', kind: 'update', status: 'needs_attention' } },
    });
    await putOperation('o1', twins.id, { status: 'succeeded' });
    expect((await getSyncHealth(deps, twins.id)).openOperation).toBeNull();
  });

  it('is pending before anything is known of Stripe', async () => {
    const { deps, twins, remove } = await worldOfTwo();
    await remove({ type: 'sync', customerId: twins.id, integration: 'stripe' });
    expect(await getSyncHealth(deps, twins.id)).toMatchObject({
      integrations: {
        stripe: { status: 'pending', externalId: null, lastSyncedAt: null, lastAttemptAt: null, retryCount: 0 },
      },
    });
  });

  it('is not told of one that is deleted, unless Stripe does not follow', async () => {
    const { deps, gone, setSync } = await worldOfTwo();
    for (const id of [gone.id, 'nobody']) await expect(getSyncHealth(deps, id)).rejects.toMatchObject(NOT_FOUND);
    await setSync(gone.id, { status: 'failed' });
    expect((await getSyncHealth(deps, gone.id)).integrations.stripe.status).toBe('failed');
  });

  it('is told of one that is deleted while any integration does not follow', async () => {
    const { deps, gone, write } = await worldOfTwo();
    const crm = 'crm' as IntegrationName;
    const put = { status: 'failed', externalId: 'crm_1', revision: 1, tries: 1, isTombstone: true } as const;
    await write({ key: { type: 'sync', customerId: gone.id, integration: crm }, put, when: whatever });
    expect(await getSyncHealth({ ...deps, integrations: ['stripe', crm] }, gone.id)).toMatchObject({
      ...{ isHealthy: false, integrations: { stripe: { status: 'synced' }, crm: { status: 'failed' } } },
    });
  });

  it('is read at once where no operation holds it', async () => {
    const { deps, twins } = await worldOfTwo();
    let reads = 0;
    const read: typeof deps.store.read = (keys) => {
      reads += 1;
      return deps.store.read(keys);
    };
    await getSyncHealth({ ...deps, store: answering(deps.store, { read }) }, twins.id);
    expect(reads).toBe(1);
  });
});

describe('both sides of a customer', () => {
  it('are told field by field, as they are now', async () => {
    const { deps, twins, inside, dashboard } = await worldOfTwo();
    await dashboard('POST', `/${twins.externalId}`, { name: 'Ann' });
    expect(await inside(() => getSides(deps, twins.id))).toEqual({
      ...{ customerId: twins.id, externalId: twins.externalId, stripe: 'present' },
      fields: {
        name: { catalog: 'Twin 1', stripe: 'Ann', base: 'Twin 1', differs: true },
        email: { catalog: twins.email, stripe: twins.email, base: twins.email, differs: false },
      },
    });
  });

  it('have nothing to compare when Stripe has deleted it, does not know it, or has never had it', async () => {
    const { deps, twins, inside, dashboard, setSync } = await worldOfTwo();
    const told = async () => {
      const { stripe, fields } = await inside(() => getSides(deps, twins.id));
      return [stripe, fields.name.stripe, fields.name.differs];
    };
    await dashboard('DELETE', `/${twins.externalId}`);
    expect(await told()).toEqual(['deleted', null, false]);
    await setSync(twins.id, { externalId: 'cus_unknown' });
    expect(await told()).toEqual(['unknown', null, false]);
    await setSync(twins.id, { externalId: undefined });
    expect(await told()).toEqual(['not-linked', null, false]);
  });

  it('are told without asking Stripe when it has never had it', async () => {
    const { deps, twins, remove } = await worldOfTwo();
    await remove({ type: 'sync', customerId: twins.id, integration: 'stripe' });
    const findCustomer = () => Promise.reject(new Error('It was asked.'));
    const { store, integration } = deps;
    const sides = await getSides({ store, integration: answering(integration, { findCustomer }) }, twins.id);
    expect(sides).toMatchObject({ externalId: null, stripe: 'not-linked', fields: { email: { base: null } } });
  });

  it('are not told while Stripe does not answer, nor of nobody', async () => {
    const { deps, twins } = await worldOfTwo();
    const failing = (error: Error) => ({
      ...{ store: deps.store },
      integration: Object.assign(Object.create(deps.integration), { findCustomer: () => Promise.reject(error) }),
    });
    const error = new IntegrationUnavailableError();
    await expect(getSides(failing(error), twins.id)).rejects.toMatchObject({
      ...{ problem: { type: 'stripe-unavailable' }, cause: error },
    });
    await expect(getSides(failing(new Error('a bug')), twins.id)).rejects.toThrow('a bug');
    await expect(getSides(deps, 'nobody')).rejects.toMatchObject(NOT_FOUND);
  });
});

describe('the list of customers', () => {
  const statusOf = (syncStatus: SyncStatus) => ({ limit: 10, syncStatus });

  it('has each once, page by page, and nobody who is deleted', async () => {
    const { deps, twins, make } = await worldOfTwo();
    const made = [twins, await make(), await make()].map(({ id }) => id);
    const first = await listCustomers(deps, { limit: 2 });
    const rest = await listCustomers(deps, { limit: 2, ...(first.next !== undefined && { from: first.next }) });
    expect([first.data.length, rest.data.length, rest.next]).toEqual([2, 1, undefined]);
    expect([...first.data, ...rest.data].map(({ id }) => id).toSorted()).toEqual(made.toSorted());
  });

  it('is of those with a status, read on until a page is full', async () => {
    const { deps, twins, setSync, make } = await worldOfTwo();
    for (let other = 0; other < 6; other += 1) await make();
    await setSync(twins.id, { status: 'failed' });
    const { data, next } = await listCustomers(deps, { limit: 1, syncStatus: 'failed' });
    expect(data.map(({ id }) => id)).toEqual([twins.id]);
    expect((await listCustomers(deps, { limit: 10, syncStatus: 'failed', ...(next && { from: next }) })).data).toEqual(
      [],
    );
    expect((await listCustomers(deps, statusOf('synced'))).data).toHaveLength(6);
    expect((await listCustomers(deps, statusOf('conflict'))).data).toEqual([]);
  });

  it('looks through ten pages at most, and says where to go on', async () => {
    const { deps, make } = await worldOfTwo();
    for (let other = 0; other < 11; other += 1) await make();
    const { data, next } = await listCustomers(deps, { limit: 1, syncStatus: 'failed' });
    expect([data, typeof next]).toEqual([[], 'string']);
    expect((await listCustomers(deps, { limit: 5, ...(next && { from: next }) })).data).toHaveLength(2);
  });

  it('is of one by its email, however it is spelled, when it has that email now', async () => {
    const { deps, twins, gone } = await worldOfTwo();
    const byEmail = async (email: string, more = {}) =>
      (await listCustomers(deps, { limit: 10, email, ...more })).data.map(({ id }) => id);
    expect(await byEmail(` ${twins.email.toUpperCase()}`)).toEqual([twins.id]);
    expect(await byEmail(twins.email, { syncStatus: 'failed' })).toEqual([]);
    expect(await byEmail(gone.email)).toEqual([]);
    await updateCustomer(deps, twins.id, { email: 'new@example.com' }, undefined);
    expect([await byEmail(twins.email), await byEmail('new@example.com')]).toEqual([[], [twins.id]]);
  });

  it('has nobody whose email is only reserved', async () => {
    const { deps, twins, write } = await worldOfTwo();
    const key = { type: 'emailClaim', emailHash: 'unused' } as const;
    await write({ key, put: { state: 'reserved', customerId: twins.id, operationId: 'o1' }, when: { is: 'absent' } });
    const store = Object.assign(Object.create(deps.store), {
      read: async (keys: readonly { readonly type: string }[]) =>
        deps.store.read(keys.map((each) => (each.type === 'emailClaim' ? key : each)) as never),
    });
    expect((await listCustomers({ ...deps, store }, { limit: 10, email: 'reserved@example.com' })).data).toEqual([]);
    expect((await listCustomers({ ...deps, store }, { limit: 10, email: twins.email })).data).toHaveLength(1);
  });

  it('shows a customer that Stripe does not have yet', async () => {
    const { deps } = createRepairWorld();
    await createCustomer(deps, { name: 'Jane', email: 'jane@example.com' });
    expect((await listCustomers(deps, statusOf('pending'))).data).toMatchObject([{ name: 'Jane' }]);
  });
});
