import { updateCustomer } from '#use-cases/catalog/update-customer.ts';
import { findBlocker } from '#use-cases/sync/blocked-email.ts';
import { answering } from '../answering.ts';
import { createSyncWorld, rested } from './sync-world.ts';

const OTHER = 'other@example.com';

describe('an email in Stripe that another customer has', () => {
  it('is a conflict: its holder is told who waits for it, and pokes that one when it is free', async () => {
    const { run, id, externalId, dashboard, sync, twins, setCustomer, customer, at, pokes, remove, ...it } =
      await rested();
    const other = await twins();
    await dashboard('POST', `/${externalId}`, { email: other.email, name: 'Janet' });
    expect(await run(id, ['evt_1'])).toBe('owed');
    const conflict = { field: 'email', stripeValue: other.email, otherCustomerId: other.id, since: at() };
    expect(await sync(id)).toMatchObject({
      status: 'conflict',
      conflict,
      tries: 1,
      retryAt: at(5_000),
      apartSince: at(),
    });
    // It is due again by its own backoff, and only by that.
    expect(await sync(id)).not.toHaveProperty('dueAt');
    expect(await customer(id)).toMatchObject({ name: 'Janet', email: 'twin1@example.com', version: 2 });
    expect(await sync(other.id)).toMatchObject({ awaited: { customerId: id, email: other.email }, lookAgain: true });
    // Since then still.
    it.pass(1_000);
    await run(id, ['evt_2']);
    expect((await sync(id)).conflict).toEqual(conflict);
    // But since now with another one.
    const third = await twins();
    await dashboard('POST', `/${externalId}`, { email: third.email });
    await run(id, ['evt_3']);
    expect((await sync(id)).conflict).toEqual({
      ...conflict,
      stripeValue: third.email,
      otherCustomerId: third.id,
      since: at(),
    });
    await dashboard('POST', `/${externalId}`, { email: other.email });
    await run(id, ['evt_4']);

    await setCustomer(other.id, { email: 'new@example.com', version: 2 });
    await remove({ type: 'emailClaim', emailHash: it.deps.digest(other.email) });
    pokes.length = 0;
    await run(other.id);
    expect(pokes).toContainEqual({ customerId: id });
    expect(await sync(other.id)).not.toHaveProperty('awaited');
    expect(await run(id, ['evt_5'])).toBe('agreed');
    expect(await customer(id)).toMatchObject({ email: other.email });
    expect(await sync(id)).not.toHaveProperty('conflict');
  });

  it('is no other’s when it has just been given to the same customer here', async () => {
    const { run, id, externalId, dashboard, sync, customer, deps, pokes } = await rested();
    await dashboard('POST', `/${externalId}`, { email: OTHER });
    const findCustomer: typeof deps.integration.findCustomer = async (wanted) => {
      await updateCustomer(deps, id, { email: OTHER }, undefined);
      return deps.integration.findCustomer(wanted);
    };
    expect(await run(id, ['evt_1'], { answers: { findCustomer } })).toBe('owed');
    expect(pokes).toContainEqual({ customerId: id });
    expect(await run(id, ['evt_1'])).toBe('agreed');
    expect([(await customer(id))?.email, (await sync(id)).status]).toEqual([OTHER, 'synced']);
  });

  it('is waited for while an operation has reserved it', async () => {
    const { run, id, externalId, dashboard, sync, write, customer, at, pokes } = await rested();
    await dashboard('POST', `/${externalId}`, { email: OTHER });
    await write({
      key: { type: 'emailClaim', email: OTHER as never },
      ...{ put: { state: 'reserved', customerId: 'd', operationId: 'o' }, when: { is: 'absent' } },
    });
    expect(await run(id, ['evt_1'])).toBe('owed');
    expect(await sync(id)).toMatchObject({ status: 'pending', dueAt: at(5_000), tries: 1 });
    expect([(await sync(id)).conflict, (await customer(id))?.email]).toEqual([undefined, 'twin1@example.com']);
    expect(pokes).toEqual([]);
  });

  it('is let go by customers who wait for one another’s', async () => {
    const { run, id, externalId, dashboard, twins, customer, email: held, sync } = await rested();
    const other = await twins();
    await dashboard('POST', `/${externalId}`, { email: other.email });
    await dashboard('POST', `/${other.externalId}`, { email: held });
    await run(id, ['evt_1']);
    await run(other.id, ['evt_2']);
    const letGo = await customer(other.id);
    expect(letGo?.email).toBeNull();
    // Once: there is no more to let go of.
    await run(other.id, ['evt_3']);
    expect(await customer(other.id)).toEqual(letGo);
    for (let round = 0; round < 3; round += 1)
      for (const each of [id, other.id]) await run(each, [`evt_${each}${round}`]);
    expect([(await customer(id))?.email, (await customer(other.id))?.email]).toEqual([other.email, held]);
    expect([(await sync(id)).status, (await sync(other.id)).status]).toEqual(['synced', 'synced']);
  });
});

describe('an email that was let go', () => {
  it('is taken again when Stripe goes back to it', async () => {
    const { run, id, externalId, dashboard, twins, customer, email: held } = await rested();
    const other = await twins();
    await dashboard('POST', `/${externalId}`, { email: other.email });
    await dashboard('POST', `/${other.externalId}`, { email: held });
    await run(id, ['evt_1']);
    await run(other.id, ['evt_2']);
    await dashboard('POST', `/${other.externalId}`, { email: other.email });
    expect(await run(other.id, ['evt_3'])).toBe('agreed');
    expect((await customer(other.id))?.email).toBe(other.email);
  });
});

describe('customers who wait for one another', () => {
  /** `c1` holds the email and waits for `c2`, who waits for `c3`, and so on up to this one. */
  const blockedBy = (customerId: string, last: number) => {
    const { deps } = createSyncWorld();
    const read = async ([key]: readonly { readonly type: string; readonly customerId?: string }[]) => {
      if (key?.type === 'emailClaim') return [{ state: 'held', customerId: 'c1' }];
      if (key?.customerId === undefined) throw new Error('Nobody is asked for.');
      const number = Number(key.customerId.slice(1));
      return [number > last ? undefined : { conflict: { otherCustomerId: `c${number + 1}` } }];
    };
    const store = answering(deps.store, { read: read as never });
    return findBlocker({ ...deps, store }, { id: customerId, email: null }, OTHER);
  };

  it.each([
    ['c2', 9, true],
    ['c102', 999, true],
    // Longer ones are left to their backoffs.
    ['c103', 999, false],
    ['elsewhere', 9, false],
  ])('are a circle that %s is in, over at most a hundred others', async (customerId, last, isCircular) => {
    expect(await blockedBy(customerId, last)).toMatchObject({ is: 'held', holderId: 'c1', isCircular });
  });
});
