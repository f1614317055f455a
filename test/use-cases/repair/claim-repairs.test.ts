import { normalizeEmail } from '#domain/email.ts';
import { FIXED, MOVED } from '#use-cases/repair/repairs/repair.ts';
import { whatever } from '../../repair/repair-world.ts';
import { answering } from '../answering.ts';
import { atRest } from './repairs-world.ts';

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

  it('that names nobody’s operation is left once one has reserved it anew', async () => {
    const { customer, apply, setClaim, twins, other, claimOf } = await atRest();
    await setClaim(twins.email, { customerId: other.id, state: 'reserved' });
    const evidence = await customer();
    await setClaim(twins.email, { operationId: 'o' });
    expect(await apply('claim-email', evidence)).toEqual(MOVED);
    await setClaim(twins.email, { operationId: undefined });
    expect(await apply('claim-email', evidence)).toEqual(FIXED);
    expect(await claimOf(twins.email)).toEqual({ state: 'held', customerId: twins.id });
  });

  it('that is the customer’s own is held, whatever it was', async () => {
    const { customer, apply, setClaim, twins, claimOf } = await atRest();
    await setClaim(twins.email, { state: 'reserved', operationId: 'o' });
    expect(await apply('claim-email', await customer())).toEqual(FIXED);
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

  it('that is freed is told of to whoever still waits for that email, and to nobody else', async () => {
    const world = await atRest();
    const { apply, twins, other, setCustomer, setSync, at, deps, poked } = world;
    await setCustomer(twins.id, { email: 'new@example.com' });
    const conflict = (stripeValue: string) => ({ field: 'email', stripeValue, since: at() }) as const;
    await setSync(other.id, { conflict: conflict('another@example.com') });
    await setSync('third', { conflict: conflict(twins.email) });
    // The list may lag behind: some are gone by now, or wait for nothing.
    const listed = ['nobody', twins.id, other.id, 'third'].map((customerId) => ({
      ...{ customerId, integration: 'stripe', status: 'conflict', since: at() },
    }));
    const store = answering(deps.store, { listApart: async () => listed as never });
    expect(await apply('release-claim', await claimed(world), { store })).toEqual(FIXED);
    expect(poked).toEqual([{ customerId: 'third' }]);
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
