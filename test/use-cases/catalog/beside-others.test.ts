import type { IntegrationName, Integrations } from '#domain/integrations.ts';
import { all, type CatalogStore, check, missing, put } from '#ports/catalog-store.ts';
import type { SyncRecord } from '#ports/records.ts';
import { commitRequest } from '#use-cases/catalog/commit-request.ts';
import { createCustomer } from '#use-cases/catalog/create-customer.ts';
import { deleteCustomer } from '#use-cases/catalog/delete-customer.ts';
import { listCustomers } from '#use-cases/catalog/list-customers.ts';
import {
  isAsRead,
  isSyncing,
  nobodySyncsSince,
  noOperationEndedSince,
  readLive,
} from '#use-cases/catalog/read-live.ts';
import { resolveConflict } from '#use-cases/catalog/resolve-conflict.ts';
import { createRepairWorld, whatever } from '../../repair/repair-world.ts';
import { answering } from '../answering.ts';

const CRM = 'crm' as IntegrationName;
const BOTH: Integrations = ['stripe', CRM];
const problem = (type: string) => ({ problem: { type } });

/** What becomes of a request whose first transaction is always refused for the same reason, and how long it waits. */
async function refusedFor(refused: object, prepared: 'busy' | undefined = undefined, fraction = 1) {
  const { deps } = createRepairWorld();
  const slept: number[] = [];
  let tries = 0;
  const store: CatalogStore = answering(deps.store, {
    commit: async () => {
      tries += 1;
      return { committed: false, refused } as never;
    },
  });
  const clock = { nowMs: deps.clock.nowMs, sleep: async (ms: number) => void slept.push(ms) };
  const random = { id: deps.random.id, fraction: () => fraction };
  const customer = put({ type: 'customer', customerId: 'c' }, {} as never, { is: 'absent' });
  const writes = { work: { operationId: 'o' }, customer };
  const asked = commitRequest({ ...deps, store, clock, random }, undefined, async () => prepared ?? writes);
  const type = await asked.then(
    () => 'none',
    (error: { problem: { type: string } }) => error.problem.type,
  );
  return { type, slept, tries };
}

describe('a request beside others', () => {
  it('follows faster writers at once, with growing pauses, and not for ever', async () => {
    const { type, slept, tries } = await refusedFor({ customer: { existing: {} } });
    expect([type, tries, slept]).toEqual([
      'customer-busy',
      13,
      Array.from({ length: 12 }, (_, race) => 30 * (race + 1)),
    ]);
  });

  it.each([
    ['whoever holds the customer', {}, 'busy', 0],
    ['whoever has reserved the email', { claim: { existing: { state: 'reserved' } } }, undefined, 3],
  ] as const)('waits twice for %s', async (_, refused, prepared, expected) => {
    for (const [fraction, pauses] of [
      [0, [250, 750]],
      [1, [500, 1_500]],
    ] as const) {
      const { type, slept, tries } = await refusedFor(refused, prepared, fraction);
      expect([type, slept, tries]).toEqual(['customer-busy', pauses, expected]);
    }
  });

  it('does not wait for an email that is held', async () => {
    expect(await refusedFor({ claim: { existing: { state: 'held' } } })).toEqual({
      ...{ type: 'email-taken', slept: [], tries: 1 },
    });
  });
});

describe('what was read', () => {
  const sync: SyncRecord = { status: 'synced', externalId: 'cus_1', syncedVersion: 2, revision: 3, tries: 0 };
  const holds = async (sameSync: SyncRecord, change: { [F in keyof SyncRecord]?: SyncRecord[F] | undefined }) => {
    const { store, write } = createRepairWorld();
    const key = { type: 'sync', customerId: 'c', integration: 'stripe' } as const;
    await write({ key, put: sameSync, when: whatever });
    await write({ key, change: { tries: 1, ...change }, when: whatever });
    return (await store.commit({ it: check(key, nobodySyncsSince(sameSync)) })).committed;
  };

  it.each([
    ['nothing that matters', {}, true],
    ['a run', { revision: 4 }, false],
    ['an attempt', { attemptKey: 'c:3' }, false],
    ['an operation that made another twin', { externalId: 'cus_2' }, false],
    ['an operation that brought another version over', { syncedVersion: 3 }, false],
  ] as const)('of how a customer stands holds on while there has been %s', async (_, change, expected) => {
    expect(await holds(sync, change)).toBe(expected);
  });

  it('of one who never was brought over holds on until it is', async () => {
    const { externalId: _, syncedVersion: __, ...never } = sync;
    expect(await holds(never, {})).toBe(true);
    expect(await holds(never, { externalId: 'cus_1' })).toBe(false);
    expect(await holds(never, { syncedVersion: 1 })).toBe(false);
    expect(noOperationEndedSince(never)).toEqual(all(missing('externalId'), missing('syncedVersion')));
  });

  it('of a customer that an operation holds, or has not made yet, is that it is busy', async () => {
    const { deps, twins, setCustomer, remove } = createRepairWorld();
    const [held, unmade] = [await twins(), await twins()];
    expect(await readLive(deps, held.id, undefined)).toMatchObject({ customer: { id: held.id } });
    await setCustomer(held.id, { owner: 'o' });
    await remove({ type: 'sync', customerId: unmade.id, integration: 'stripe' });
    for (const { id } of [held, unmade]) expect(await readLive(deps, id, undefined)).toBe('busy');
  });

  it.each([
    ['is as it was', { name: 'Same' }, true],
    ['has another version', { version: 2 }, false],
    ['is held', { owner: 'o' }, false],
  ] as const)('of a customer holds on while it %s', async (_, change, expected) => {
    const { store, twins, setCustomer } = createRepairWorld();
    const { id: customerId } = await twins();
    const [customer] = await store.read([{ type: 'customer', customerId }]);
    await setCustomer(customerId, change);
    const it = check({ type: 'customer', customerId }, isAsRead(customer as NonNullable<typeof customer>));
    expect((await store.commit({ it })).committed).toBe(expected);
  });

  it.each([
    ['an attempt is open', { attemptKey: 'c:3' }, true],
    ['a run is live', { runExpiresAt: '2026-02' }, true],
    ['a run ends now', { runExpiresAt: '2026-01' }, false],
    ['nothing is', {}, false],
  ] as const)('is being written to Stripe when %s', (_, change, expected) => {
    expect(isSyncing({ ...sync, ...change }, '2026-01')).toBe(expected);
  });
});

/** A customer whom a follower has too; what the follower has is in conflict, or not. */
async function followed(changes: Partial<SyncRecord> = {}) {
  const world = createRepairWorld();
  const twins = await world.twins();
  const key = { type: 'sync', customerId: twins.id, integration: CRM } as const;
  const standing: SyncRecord = {
    ...{ status: 'synced', externalId: 'crm_1', revision: 4, tries: 0, syncedVersion: 1 },
    ...{ base: { name: 'Twin 1', email: twins.email }, ...changes },
  };
  await world.write({ key, put: standing, when: whatever });
  const poked: unknown[] = [];
  const deps = { ...world.deps, integrations: BOTH, pokes: { poke: async (poke: unknown) => void poked.push(poke) } };
  return { ...world, ...twins, deps, poked, standing: async () => (await world.store.read([key]))[0] };
}

describe('customers of several integrations', () => {
  it('are listed by how they stand with any of them; synced is who is so with all', async () => {
    const { deps, id, setSync } = await followed({ status: 'failed' });
    await createCustomer(deps, { name: 'New', email: 'new@example.com' });
    const listed = async (syncStatus: 'synced' | 'failed' | 'pending') =>
      (await listCustomers(deps, { limit: 9, syncStatus })).data.map(({ email }) => email);
    expect([await listed('synced'), await listed('failed'), await listed('pending')]).toEqual([
      ...[[], ['twin1@example.com'], ['new@example.com']],
    ]);
    await setSync(id, { status: 'pending' });
    expect((await listed('pending')).sort()).toEqual(['new@example.com', 'twin1@example.com']);
    const { data } = await listCustomers(deps, { limit: 9, email: 'NEW@example.com' });
    expect(data.map(({ integrations }) => integrations)).toMatchObject([
      { stripe: { syncStatus: 'pending' }, crm: { syncStatus: 'pending' } },
    ]);
  });

  it('that are deleted are deleted with all', async () => {
    const { deps, id, standing, sync, poked, inside } = await followed();
    await inside(() => deleteCustomer(deps, id, { ifMatch: undefined, cancelSubscriptions: true }));
    expect([await sync(id), await standing()]).toMatchObject([{ isTombstone: true }, { isTombstone: true }]);
    expect(poked).toEqual([{ customerId: id }, { customerId: id, integration: CRM }]);
  });

  const conflict = { field: 'email', stripeValue: 'theirs@example.com', since: '2026' } as const;

  it('may be in conflict with a follower: ours is sent to it', async () => {
    const { deps, id, standing, sync, email } = await followed({ status: 'conflict', conflict });
    const before = await sync(id);
    expect(await resolveConflict(deps, id, 'catalog')).toMatchObject({
      integrations: { stripe: { syncStatus: 'synced' }, crm: { syncStatus: 'pending', conflict: null } },
    });
    const { conflict: _, ...after } = (await standing()) as SyncRecord;
    expect(_).toBeUndefined();
    expect(after).toMatchObject({ status: 'pending', base: { name: 'Twin 1', email: conflict.stripeValue } });
    expect([await sync(id), email]).toEqual([before, 'twin1@example.com']);
  });

  it('may be in conflict with a follower: its value is taken, and owed to the gate', async () => {
    const { deps, id, standing, sync } = await followed({ status: 'conflict', conflict });
    expect(await resolveConflict(deps, id, CRM)).toMatchObject({
      email: conflict.stripeValue,
      integrations: { stripe: { syncStatus: 'pending' }, crm: { syncStatus: 'pending', conflict: null } },
    });
    expect(await sync(id)).toMatchObject({ status: 'pending', lookAgain: true });
    expect(await standing()).toMatchObject({ base: { email: conflict.stripeValue } });
  });

  it('may be in conflict with several: the value that is taken is that of the one that is named', async () => {
    const { deps, id, setSync, sync, standing } = await followed({ status: 'conflict', conflict });
    const ofGate = { ...conflict, stripeValue: 'gate@example.com' };
    await setSync(id, { status: 'conflict', conflict: ofGate });
    expect(await resolveConflict(deps, id, CRM)).toMatchObject({ email: conflict.stripeValue });
    expect([await sync(id), await standing()]).toMatchObject([{ conflict: ofGate }, {}]);
    expect(await standing()).not.toHaveProperty('conflict');
  });

  it('have no conflict with one that they do not stand with', async () => {
    const { twins, ...world } = createRepairWorld();
    const { id, email } = await twins();
    const deps = { ...world.deps, integrations: BOTH };
    for (const keep of ['catalog', CRM] as const) {
      expect(await resolveConflict(deps, id, keep)).toMatchObject({ email, version: 1 });
    }
  });

  it('without an email take one that is free', async () => {
    const { deps, id, setCustomer, store } = await followed({ status: 'conflict', conflict });
    await setCustomer(id, { email: null });
    expect(await resolveConflict(deps, id, CRM)).toMatchObject({ email: conflict.stripeValue });
    const [claim] = await store.read([{ type: 'emailClaim', email: conflict.stripeValue as never }]);
    expect(claim).toEqual({ state: 'held', customerId: id });
  });

  it('that an operation holds are busy, whatever is asked', async () => {
    const { deps, id, setCustomer, inside } = await followed({ conflict });
    await setCustomer(id, { owner: 'o' });
    await expect(resolveConflict(deps, id, CRM)).rejects.toMatchObject(problem('customer-busy'));
    const request = { ifMatch: undefined, cancelSubscriptions: true };
    await expect(inside(() => deleteCustomer(deps, id, request))).rejects.toMatchObject(problem('customer-busy'));
  });
});
