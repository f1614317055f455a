import { resolveConflict } from '#use-cases/catalog/resolve-conflict.ts';
import { syncCustomer } from '#use-cases/sync/sync-customer.ts';
import { createSyncWorld, rested } from './sync-world.ts';

const email = 'jane@example.com';

describe('a run that begins', () => {
  it('settles the attempt that one whose lease is over records just then', async () => {
    const { run, id, externalId, setSync, write, sync, attempt, twin, meanwhile, at } = await rested();
    await setSync(id, { status: 'pending', runId: 'r', runExpiresAt: at(), dueAt: at() });
    const key = `${id}:9`;
    const late = async () => {
      await write({
        key: { type: 'attempt', customerId: id, key },
        put: {
          ...{ kind: 'update', externalId, fields: { name: 'Janet' }, version: 1 },
          ...{ since: at(), lastSentAt: at(), outcome: 'open' },
        },
        when: { is: 'absent' },
      });
      await setSync(id, { attemptKey: key });
    };
    expect(await run(id, [], { deps: meanwhile(late) })).toBe('owed');
    expect([(await attempt(id, 9))?.outcome, (await twin(externalId))?.name]).toEqual(['accepted', 'Janet']);
    expect(await sync(id)).not.toHaveProperty('attemptKey');
  });

  it('without a cause has nothing to do when all is agreed', async () => {
    const { deps, id, sync, stood } = await rested();
    expect([await syncCustomer(deps, id), await sync(id)]).toEqual(['agreed', stood]);
  });

  it('goes by what a person has decided about its conflict just then', async () => {
    const { run, id, externalId, email: ours, dashboard, twins, twin, sync, deps, meanwhile } = await rested();
    const other = await twins();
    await dashboard('POST', `/${externalId}`, { email: other.email });
    expect([await run(id, ['evt_1']), (await sync(id)).status]).toEqual(['owed', 'conflict']);
    const decide = async () => void (await resolveConflict(deps, id, 'catalog'));
    expect(await run(id, ['evt_2'], { deps: meanwhile(decide) })).toBe('agreed');
    expect([(await twin(externalId))?.email, (await sync(id)).conflict]).toEqual([ours, undefined]);
  });

  it('tells who has begun just then to wait for the email that it gives up', async () => {
    const { run, id, externalId, dashboard, twins, pokes, meanwhile } = await rested();
    const other = await twins();
    await dashboard('POST', `/${externalId}`, { email: other.email });
    await dashboard('POST', `/${other.externalId}`, { email: 'new@example.com' });
    const wait = async () => void (await run(id, ['evt_1']));
    expect(await run(other.id, ['evt_2'], { deps: meanwhile(wait) })).toBe('agreed');
    expect(pokes).toEqual([{ customerId: id }]);
  });

  it('has nothing to do for one of whom only the standing is left', async () => {
    const { run, remove, sync, id, stood } = await rested();
    await remove({ type: 'customer', customerId: id });
    expect([await run(id, ['evt_1']), await sync(id)]).toEqual(['agreed', stood]);
  });

  it('looks at one that is here when Stripe tells of it, also if its twin was taken for gone', async () => {
    const { run, id, setSync, sync } = await rested();
    await setSync(id, { isGone: true });
    expect([await run(id, ['evt_1']), (await sync(id)).events]).toEqual(['agreed', ['evt_1']]);
  });

  it('for a tombstone deletes a twin that Stripe tells of after all', async () => {
    const { run, id, externalId, setCustomer, twin, sync } = await rested();
    await setCustomer(id, { status: 'deleted', name: null, email: null });
    expect(await run(id, ['evt_1'])).toBe('agreed');
    expect([(await twin(externalId))?.isDeleted, (await sync(id)).isGone]).toEqual([true, true]);
  });

  it.each([
    ['Stripe never had', { externalId: undefined, base: undefined }],
    ['is gone in Stripe too', { isGone: true }],
  ])('for a tombstone that %s asks nothing of Stripe', async (_, change) => {
    const { run, id, setCustomer, setSync, sync, requests, at } = await rested();
    await setCustomer(id, { status: 'deleted', name: null, email: null, version: 2 });
    await setSync(id, { status: 'pending', apartSince: at(), isTombstone: true, dueAt: at(), ...change });
    requests.length = 0;
    expect(await run(id)).toBe('agreed');
    const { status, syncedVersion, lastAttemptAt, attemptKey, dueAt } = await sync(id);
    expect([status, syncedVersion, attemptKey, dueAt, requests]).toEqual(['synced', 2, undefined, undefined, []]);
    expect(lastAttemptAt).not.toBe(at());
  });
});

describe('a look at a customer of Stripe that begins', () => {
  async function born() {
    const world = createSyncWorld();
    const { id: externalId } = await world.dashboard('POST', '', { name: 'Jane', email });
    return { ...world, externalId };
  }

  it('leaves it to another that begins at the same time, and asks that one to look again', async () => {
    const { adopt, externalId, setLink, link, meanwhile, at } = await born();
    const other = { revision: 1, runId: 'r', runExpiresAt: at(90_000), dueAt: at(90_000) };
    expect(await adopt(externalId, { deps: meanwhile(() => setLink(externalId, other)) })).toBe('busy');
    expect(await link(externalId)).toEqual({ ...other, lookAgain: true });
  });

  it('looks itself when the one that it would have asked to has just ended', async () => {
    const { adopt, externalId, setLink, link, meanwhile, at } = await born();
    await setLink(externalId, { revision: 1, runId: 'r', runExpiresAt: at(1), dueAt: at(1) });
    const end = () => setLink(externalId, { runId: undefined, runExpiresAt: undefined, dueAt: undefined });
    expect(await adopt(externalId, { deps: meanwhile(end) })).toBe('owed');
    expect(await link(externalId)).toEqual({ revision: 2, customerId: expect.any(String) });
  });

  it('looks at the customer whom it has just been linked to', async () => {
    const { adopt, twins, externalId, setLink, link, sync, setSync, meanwhile } = await born();
    const { id } = await twins();
    await setSync(id, { externalId });
    const linked = () => setLink(externalId, { customerId: id });
    expect(await adopt(externalId, { deps: meanwhile(linked) })).toBe('agreed');
    expect([await link(externalId), (await sync(id)).events]).toEqual([{ customerId: id }, ['evt_1']]);
  });

  it('is begun afresh when the email that it would bring is taken meanwhile', async () => {
    const { adopt, externalId, write, link, pokes, meanwhile, at } = await born();
    const take = () =>
      write({
        key: { type: 'emailClaim', email: email as never },
        ...{ put: { state: 'held', customerId: 'd' }, when: { is: 'absent' } },
      });
    expect(await adopt(externalId, { deps: meanwhile(take, 2) })).toBe('owed');
    expect([await link(externalId), pokes]).toEqual([{ revision: 1, tries: 1, dueAt: at() }, [{ externalId }]]);
  });
});
