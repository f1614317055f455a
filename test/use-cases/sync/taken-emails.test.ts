import { rested } from './sync-world.ts';

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
    expect(await customer(id)).toMatchObject({ name: 'Janet', email: 'twin1@example.com', version: 2 });
    expect(await sync(other.id)).toMatchObject({ awaited: { customerId: id, email: other.email }, lookAgain: true });
    // Since then still.
    it.pass(1_000);
    await run(id, ['evt_2']);
    expect((await sync(id)).conflict).toEqual(conflict);

    await setCustomer(other.id, { email: 'new@example.com', version: 2 });
    await remove({ type: 'emailClaim', emailHash: it.deps.digest(other.email) });
    pokes.length = 0;
    await run(other.id);
    expect(pokes).toContainEqual({ customerId: id });
    expect(await sync(other.id)).not.toHaveProperty('awaited');
    expect(await run(id, ['evt_3'])).toBe('agreed');
    expect(await customer(id)).toMatchObject({ email: other.email });
    expect(await sync(id)).not.toHaveProperty('conflict');
  });

  it('is waited for while an operation has reserved it', async () => {
    const { run, id, externalId, dashboard, sync, write, customer, at } = await rested();
    await dashboard('POST', `/${externalId}`, { email: OTHER });
    await write({
      key: { type: 'emailClaim', email: OTHER as never },
      ...{ put: { state: 'reserved', customerId: 'd', operationId: 'o' }, when: { is: 'absent' } },
    });
    expect(await run(id, ['evt_1'])).toBe('owed');
    expect(await sync(id)).toMatchObject({ status: 'pending', dueAt: at(5_000), tries: 1 });
    expect([(await sync(id)).conflict, (await customer(id))?.email]).toEqual([undefined, 'twin1@example.com']);
  });

  it('is let go by customers who wait for one another’s', async () => {
    const { run, id, externalId, dashboard, twins, customer, email: held, sync } = await rested();
    const other = await twins();
    await dashboard('POST', `/${externalId}`, { email: other.email });
    await dashboard('POST', `/${other.externalId}`, { email: held });
    await run(id, ['evt_1']);
    await run(other.id, ['evt_2']);
    expect((await customer(other.id))?.email).toBeNull();
    for (let round = 0; round < 3; round += 1)
      for (const each of [id, other.id]) await run(each, [`evt_${each}${round}`]);
    expect([(await customer(id))?.email, (await customer(other.id))?.email]).toEqual([other.email, held]);
    expect([(await sync(id)).status, (await sync(other.id)).status]).toEqual(['synced', 'synced']);
  });
});
