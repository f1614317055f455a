import { REFUSED, rested } from './sync-world.ts';

const OTHER = 'other@example.com';

describe('what a push was expected to replace', () => {
  it.each([
    ['a name', { name: 'Janet' }, { name: 'Twin 1' }],
    ['an email', { email: OTHER }, { email: 'twin1@example.com' }],
    ['both', { name: 'Janet', email: OTHER }, { name: 'Twin 1', email: 'twin1@example.com' }],
  ])('is noted of what it sends: %s', async (_, fields, expected) => {
    const { run, id, setCustomer, attempt } = await rested();
    await setCustomer(id, { ...fields, version: 2 });
    expect(await run(id)).toBe('agreed');
    const sent = await attempt(id, 2);
    expect([sent?.fields, sent?.expected]).toEqual([fields, expected]);
  });
});

describe('a value that loses', () => {
  const owned = { deps: { owners: { name: 'stripe', email: 'stripe' } as const } };

  it('is told of once: when it is ours and Stripe’s stands, nothing is left to be remembered', async () => {
    const { run, id, externalId, dashboard, setCustomer, customer, sync, lastAudit } = await rested();
    await setCustomer(id, { name: 'Mine', version: 2 });
    await dashboard('POST', `/${externalId}`, { name: 'Theirs' });
    expect(await run(id, ['evt_1'], owned)).toBe('agreed');
    expect((await customer(id))?.name).toBe('Theirs');
    expect(await lastAudit(id)).toMatchObject({ overruled: { name: 'Mine' }, after: { name: 'Theirs' } });
    expect(await sync(id)).not.toHaveProperty('seen');
  });

  it('has not lost yet while Stripe’s cannot be taken', async () => {
    const { run, id, externalId, dashboard, twins, setCustomer, customer, lastAudit } = await rested();
    const other = await twins();
    await setCustomer(id, { email: OTHER, version: 2 });
    await dashboard('POST', `/${externalId}`, { email: other.email });
    const before = await lastAudit(id);
    expect(await run(id, ['evt_1'], owned)).toBe('owed');
    expect([(await customer(id))?.email, await lastAudit(id)]).toEqual([OTHER, before]);
  });

  it('is told of again when it is another one', async () => {
    const { run, id, externalId, dashboard, setCustomer, lastAudit, pass } = await rested();
    await setCustomer(id, { name: 'Mine', version: 2 });
    for (const name of ['Theirs', 'Others']) {
      pass(1);
      await dashboard('POST', `/${externalId}`, { name });
      await run(id, [`evt_${name}`], { answers: { updateCustomer: async () => REFUSED } });
      expect((await lastAudit(id))?.overruled).toEqual({ name });
    }
  });
});
