import { updateCustomer } from '#use-cases/catalog/update-customer.ts';
import { BOTH, CRM } from '../../simulation/integrations.ts';
import { answering } from '../answering.ts';
import { followed } from './followed.ts';

describe('a run of a follower', () => {
  it('that finds the customer deleted there lets go of it, here and in the gate it stays', async () => {
    const { runAs, dashboard, crmId, standing, customer, sync, id, at } = await followed();
    const before = [await customer(id), await sync(id)];
    await dashboard('DELETE', `/${crmId}`);
    expect(await runAs('crm')).toBe('owed');
    expect(await standing()).toEqual({
      ...{ status: 'orphaned', lastError: 'It was deleted there', apartSince: at(), syncedVersion: 1, revision: 5 },
      ...{ tries: 0, events: ['evt_1'] },
    });
    expect([await customer(id), await sync(id)]).toEqual(before);
    // Made again at once, it would come back for ever.
    expect(await runAs('crm')).toBe('owed');
    expect(await standing()).toMatchObject({ status: 'orphaned', revision: 6 });
  });

  it('lets go of it only once nobody asks to look again: that may be the same news', async () => {
    const { runAs, dashboard, crmId, id, setStanding, standing, meanwhile, pokes, at } = await followed();
    await dashboard('DELETE', `/${crmId}`);
    // The first commit takes the run; the second is to end it.
    const asked = meanwhile(async () => void (await setStanding({ lookAgain: true })), 2);
    expect(await runAs('crm', asked)).toBe('owed');
    expect(await standing()).toMatchObject({ status: 'synced', externalId: crmId, lookAgain: true, dueAt: at() });
    expect(pokes).toEqual([{ customerId: id, integration: CRM }]);
    expect(await runAs('crm')).toBe('owed');
    expect(await standing()).toMatchObject({ status: 'orphaned', revision: 6 });
  });

  it('that has let go of it and is asked to make it anew meanwhile does so next', async () => {
    const { runAs, setStanding, standing, meanwhile, at, crmId } = await followed();
    await setStanding({ status: 'orphaned', externalId: undefined, apartSince: at(), base: undefined });
    const changed = meanwhile(async () => void (await setStanding({ status: 'pending', lookAgain: true })), 2);
    expect(await runAs('crm', changed)).toBe('owed');
    await runAs('crm');
    expect((await standing())?.externalId).not.toBe(crmId);
    expect(await standing()).toMatchObject({ status: 'synced', externalId: expect.stringMatching(/^cus_/) });
  });

  it('lets go of nothing once a later run has taken over, and pokes nobody', async () => {
    const { runAs, dashboard, crmId, setStanding, standing, meanwhile, pokes } = await followed();
    await dashboard('DELETE', `/${crmId}`);
    const overtaken = meanwhile(async () => void (await setStanding({ revision: 9, runId: 'later' })), 2);
    expect(await runAs('crm', overtaken)).toBe('owed');
    expect([await standing(), pokes]).toMatchObject([{ externalId: crmId, revision: 9, runId: 'later' }, []]);
  });

  it('is asked for nothing more when it has forgotten the customer meanwhile', async () => {
    const { retry, setStanding, deps, at } = await followed();
    await setStanding({ status: 'orphaned', externalId: undefined, apartSince: at(), base: undefined });
    const store = answering(deps.store, {
      read: (async (keys: readonly unknown[]) => keys.map(() => undefined)) as never,
    });
    expect(await retry(true, { store })).toMatchObject({ retried: 1, stillFailing: 0 });
  });

  it('makes it there anew when that is asked for, and not by itself', async () => {
    const { retry, setStanding, standing, crmId, at } = await followed();
    await setStanding({ status: 'orphaned', externalId: undefined, apartSince: at(), base: undefined });
    expect(await retry(false)).toMatchObject({ retried: 0 });
    expect(await retry(true)).toMatchObject({ retried: 1, succeeded: 1 });
    const { status, externalId } = (await standing()) ?? {};
    expect([status, externalId === crmId, externalId?.slice(0, 4)]).toEqual(['synced', false, 'cus_']);
  });

  it.each([
    ['is asked for once more when a run has just begun and ended', 1, 'synced'],
    ['is asked for so often, and no oftener', 5, 'orphaned'],
  ])('%s', async (_, runs, status) => {
    const { retry, setStanding, standing, deps, at } = await followed();
    await setStanding({ status: 'orphaned', externalId: undefined, apartSince: at(), base: undefined });
    let left = runs;
    const commit: typeof deps.store.commit = async (writes) => {
      left -= 1;
      if (left >= 0) await setStanding({ revision: 10 - left });
      return deps.store.commit(writes);
    };
    await retry(true, { store: answering(deps.store, { commit }) });
    expect((await standing())?.status).toBe(status);
  });

  it('makes it there anew when it changed between its looks at how it stands and at the customer', async () => {
    const { runAs, id, setStanding, standing, torn, deps, at } = await followed();
    await setStanding({ status: 'orphaned', externalId: undefined, apartSince: at(), base: undefined });
    const change = () => updateCustomer({ ...deps, integrations: BOTH }, id, { name: 'Janet' }, undefined);
    expect(await runAs('crm', torn(change))).toBe('agreed');
    expect(await standing()).toMatchObject({ status: 'synced', syncedVersion: 2, base: { name: 'Janet' } });
  });

  it.each([
    ['before it takes its run', 1],
    ['while it is at work', 2],
  ])('makes it there anew when that is asked for %s', async (_, before) => {
    const { runAs, retry, setStanding, standing, meanwhile, at } = await followed();
    await setStanding({ status: 'orphaned', externalId: undefined, apartSince: at(), base: undefined });
    // The call is cut off before it comes to a run of its own.
    const cutOff = meanwhile(() => Promise.reject(new Error('cut off')), 2);
    const ask = () => expect(retry(true, cutOff)).rejects.toThrow('None of those due could be tried');
    if ((await runAs('crm', meanwhile(ask, before))) === 'owed') await runAs('crm');
    expect((await standing())?.status).toBe('synced');
  });
});
