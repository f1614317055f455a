import { IntegrationUnavailableError } from '#ports/integration.ts';
import { answering } from '../answering.ts';
import { REFUSED, rested, UNANSWERED } from './sync-world.ts';

const OTHER = 'other@example.com';

describe('a run for customers on both sides', () => {
  it('sends what was changed here, and only that', async () => {
    const { run, id, externalId, setCustomer, sync, attempt, at, stood, requests, email: held } = await rested();
    await setCustomer(id, { name: 'Janet', version: 2 });
    requests.length = 0;
    expect(await run(id)).toBe('agreed');
    expect(await sync(id)).toEqual({
      ...{ ...stood, base: { name: 'Janet', email: held }, revision: 2, syncedVersion: 2 },
      ...{ lastSyncedAt: at(), lastAttemptAt: at() },
    });
    expect(await attempt(id, 2)).toMatchObject({
      ...{ kind: 'update', externalId, fields: { name: 'Janet' }, expected: { name: 'Twin 1' }, version: 2 },
    });
    expect(requests).toEqual([`GET /v1/customers/${externalId}`, `POST /v1/customers/${externalId}`]);
  });

  it('takes what was changed there, and tells by which event', async () => {
    const { run, id, externalId, dashboard, sync, customer, claim, at, stood, lastAudit, email: held } = await rested();
    const before = await customer(id);
    await dashboard('POST', `/${externalId}`, { name: 'Janet', email: OTHER });
    expect(await run(id, ['evt_1'])).toBe('agreed');
    const after = { name: 'Janet', email: OTHER };
    expect(await customer(id)).toEqual({ ...before, ...after, version: 2, updatedAt: at() });
    expect([await claim(held), await claim(OTHER)]).toEqual([undefined, { state: 'held', customerId: id }]);
    expect(await sync(id)).toEqual({
      ...{ ...stood, base: after, revision: 2, syncedVersion: 2, lastSyncedAt: at(), events: ['evt_1'] },
    });
    expect(await lastAudit(id)).toEqual({
      ...{ at: at(), cause: 'webhook', before: { name: 'Twin 1', email: held }, after, stripeEventId: 'evt_1' },
    });
  });

  it('that nothing told of is maintenance', async () => {
    const { run, id, externalId, dashboard, setSync, lastAudit, at } = await rested();
    await dashboard('POST', `/${externalId}`, { name: 'Janet' });
    await setSync(id, { status: 'pending', dueAt: at() });
    await run(id);
    expect(await lastAudit(id)).toMatchObject({ cause: 'maintenance' });
    expect(await lastAudit(id)).not.toHaveProperty('stripeEventId');
  });

  it('lets ours stand where both have changed the same, and tells once what lost', async () => {
    const {
      run,
      id,
      externalId,
      dashboard,
      setCustomer,
      customer,
      sync,
      lastAudit,
      twin,
      email: held,
      pass,
    } = await rested();
    await dashboard('POST', `/${externalId}`, { name: 'Theirs', email: OTHER });
    await setCustomer(id, { name: 'Mine', version: 2 });
    const refusing = { answers: { updateCustomer: async () => REFUSED } };
    expect(await run(id, ['evt_1'], refusing)).toBe('owed');
    expect(await customer(id)).toMatchObject({ name: 'Mine', email: OTHER, version: 3 });
    const told = await lastAudit(id);
    expect(told).toMatchObject({
      ...{
        before: { name: 'Mine', email: held },
        after: { name: 'Mine', email: OTHER },
        overruled: { name: 'Theirs' },
      },
    });
    expect(await sync(id)).toMatchObject({ seen: { name: 'Theirs' }, base: { name: 'Twin 1', email: OTHER } });
    pass(1);
    expect(await run(id)).toBe('agreed');
    expect([await lastAudit(id), (await twin(externalId))?.name]).toEqual([told, 'Mine']);
    expect(await sync(id)).not.toHaveProperty('seen');
  });

  it('records what it has sent, whomever the link names', async () => {
    const { run, id, externalId, setCustomer, setLink, link } = await rested();
    await setLink(externalId, { customerId: 'd' });
    await setCustomer(id, { name: 'Janet', version: 2 });
    expect(await run(id)).toBe('agreed');
    expect(await link(externalId)).toMatchObject({ customerId: 'd' });
  });

  it('marks the twin that does not carry our mark', async () => {
    const { run, id, externalId, dashboard, setSync, sync, attempt, twin } = await rested();
    await dashboard('POST', `/${externalId}`, { metadata: '' });
    await setSync(id, { isUnmarked: true });
    expect(await run(id)).toBe('agreed');
    expect(await twin(externalId)).toMatchObject({ owner: { customerId: id, operationId: `${id}:2` } });
    expect(await attempt(id, 2)).toMatchObject({ isMarking: true, fields: {}, expected: {}, outcome: 'accepted' });
    expect(await sync(id)).not.toHaveProperty('isUnmarked');
  });

  it('has not marked the twin by an attempt from before it was known to be unmarked', async () => {
    const { run, id, setCustomer, setSync, sync, attempt } = await rested();
    await setCustomer(id, { name: 'Janet', version: 2 });
    await run(id, [], { answers: { updateCustomer: async () => UNANSWERED } });
    await setSync(id, { isUnmarked: true });
    expect(await run(id)).toBe('owed');
    expect([(await attempt(id, 2))?.outcome, (await sync(id)).isUnmarked]).toEqual(['accepted', true]);
  });

  it('ends the customer when it was deleted there', async () => {
    const { run, id, externalId, dashboard, customer, claim, sync, at, stood, lastAudit, email: held } = await rested();
    const { listKey: _, ...before } = (await customer(id)) ?? {};
    const { base: __, ...rest } = stood;
    await dashboard('DELETE', `/${externalId}`);
    expect(await run(id, ['evt_9'])).toBe('agreed');
    expect(await customer(id)).toEqual({
      ...{ ...before, name: null, email: null, status: 'deleted', version: 2, updatedAt: at() },
    });
    expect(await claim(held)).toBeUndefined();
    expect(await sync(id)).toEqual({
      ...{ ...rest, isGone: true, isTombstone: true, revision: 2, syncedVersion: 2 },
      ...{ lastSyncedAt: at(), events: ['evt_9'] },
    });
    expect(await lastAudit(id)).toMatchObject({ before: { name: 'Twin 1', email: held }, after: null });
    // It is over: whatever comes is no news.
    expect(await run(id, ['evt_10'])).toBe('agreed');
    expect((await sync(id)).revision).toBe(2);
  });

  it('deletes there what was deleted here', async () => {
    const { run, id, externalId, setCustomer, setSync, sync, twin, attempt, at } = await rested();
    await setCustomer(id, { status: 'deleted', name: null, email: null, version: 2 });
    const conflict = { field: 'email', stripeValue: OTHER, since: at() } as const;
    await setSync(id, { status: 'pending', isTombstone: true, dueAt: at(), conflict });
    expect(await run(id, [], { answers: { deleteCustomer: async () => UNANSWERED } })).toBe('owed');
    expect(await run(id)).toBe('agreed');
    expect([(await twin(externalId))?.isDeleted, (await attempt(id, 2))?.outcome]).toEqual([true, 'accepted']);
    const after = await sync(id);
    expect(after).toMatchObject({ status: 'synced', isGone: true, externalId, syncedVersion: 2 });
    expect([after.base, after.dueAt, after.attemptKey, after.conflict]).toEqual(Array(4).fill(undefined));
  });

  it('cannot decide about one whom Stripe does not know', async () => {
    const { run, id, externalId, setSync, sync, at } = await rested();
    await setSync(id, { externalId: 'cus_unknown' });
    expect(await run(id, ['evt_1'])).toBe('owed');
    expect(await sync(id)).toMatchObject({
      ...{ status: 'orphaned', lastError: 'Stripe does not know this customer', tries: 1, retryAt: at(5_000) },
      apartSince: at(),
    });
    // By itself not for ever.
    await setSync(id, { tries: 14 });
    await run(id);
    expect(await sync(id)).toMatchObject({ status: 'orphaned', externalId: 'cus_unknown', tries: 15 });
    expect(await sync(id)).not.toHaveProperty('retryAt');
    // Nor is it let go of.
    await setSync(id, { externalId });
    expect([await run(id), (await sync(id)).status]).toEqual(['agreed', 'synced']);
  });

  it('is tried again when Stripe does not answer; a bug is nobody’s silence', async () => {
    const { run, id, sync, at } = await rested();
    const failing = (error: Error) => ({ answers: { findCustomer: () => Promise.reject(error) } });
    expect(await run(id, ['evt_1'], failing(new IntegrationUnavailableError()))).toBe('owed');
    expect(await sync(id)).toMatchObject({
      ...{ status: 'failed', lastError: 'Stripe does not answer', tries: 1, retryAt: at(5_000), apartSince: at() },
    });
    expect((await sync(id)).runId).toBeUndefined();
    await expect(run(id, ['evt_1'], failing(new TypeError('a bug')))).rejects.toThrow('a bug');
    // Its lease is what is left of it.
    expect(await sync(id)).toMatchObject({ runId: expect.any(String), runExpiresAt: at(90_000), dueAt: at(90_000) });
  });

  it('has nothing to do when all is agreed and nothing is news', async () => {
    const { run, id, sync, requests, setSync } = await rested();
    expect(await run(id, ['evt_1'])).toBe('agreed');
    const before = await sync(id);
    requests.length = 0;
    expect([await run(id), await run(id, ['evt_1']), await run('nobody')]).toEqual(['agreed', 'agreed', 'agreed']);
    expect([await sync(id), requests]).toEqual([before, []]);
    await run(id, ['evt_2', 'evt_1']);
    expect((await sync(id)).events).toEqual(['evt_2', 'evt_1']);
    await setSync(id, { events: Array.from({ length: 20 }, (_, index) => `evt_${index}`) });
    await run(id, ['evt_new']);
    const { events = [] } = await sync(id);
    expect([events.length, events[0], events.includes('evt_19')]).toEqual([20, 'evt_new', false]);
  });

  it.each([
    ['is not agreed', { status: 'pending' }],
    ['is due', { dueAt: '2026' }],
    ['was brought over in another version', { syncedVersion: 0 }],
    ['is not marked', { isUnmarked: true }],
  ] as const)('has something to do when it %s', async (_, change) => {
    const { run, id, sync, setSync } = await rested();
    await setSync(id, change);
    expect(await run(id)).toBe('agreed');
    expect(await sync(id)).toMatchObject({ status: 'synced', revision: 2, syncedVersion: 1 });
  });
});

describe('a run beside others', () => {
  it.each([
    ['held by an operation', { owner: 'o' }, {}, 90_000],
    ['held by an operation, after a run that died', { owner: 'o' }, { runId: 'r', runExpiresAt: -1 }, 90_000],
    ['in a live run', undefined, { runId: 'r', runExpiresAt: 30_000 }, 30_000],
  ] as const)('asks to look again at a customer that is %s', async (_, owner, live, dueInMs) => {
    const { run, id, setCustomer, setSync, sync, at, stood } = await rested();
    if (owner !== undefined) await setCustomer(id, owner);
    if ('runId' in live) await setSync(id, { runId: live.runId, runExpiresAt: at(live.runExpiresAt) });
    expect(await run(id, ['evt_1'])).toBe('busy');
    expect(await sync(id)).toMatchObject({ lookAgain: true, dueAt: at(dueInMs), revision: stood.revision });
  });

  it('takes over from one whose lease has ended', async () => {
    const { run, id, setSync, sync, at } = await rested();
    await setSync(id, { runId: 'r', runExpiresAt: at(), dueAt: at(), lookAgain: true });
    expect(await run(id)).toBe('agreed');
    const { runId, runExpiresAt, lookAgain, dueAt } = await sync(id);
    expect([runId, runExpiresAt, lookAgain, dueAt]).toEqual([undefined, undefined, undefined, undefined]);
  });

  it('that somebody asks to look again while it is at it is poked, and due at once', async () => {
    const { run, id, sync, setSync, deps, at, pokes } = await rested();
    const findCustomer: typeof deps.integration.findCustomer = async (externalId) => {
      await setSync(id, { lookAgain: true, dueAt: at(90_000) });
      return deps.integration.findCustomer(externalId);
    };
    expect(await run(id, ['evt_1'], { answers: { findCustomer } })).toBe('owed');
    expect(await sync(id)).toMatchObject({ status: 'pending', dueAt: at(), apartSince: at(), events: ['evt_1'] });
    expect([(await sync(id)).lookAgain, pokes]).toEqual([undefined, [{ customerId: id }]]);
  });

  it('that was taken over leaves what the later one did', async () => {
    const { run, id, sync, setSync, deps, pokes } = await rested();
    const findCustomer: typeof deps.integration.findCustomer = async (externalId) => {
      await setSync(id, { revision: 9, runId: 'later' });
      return deps.integration.findCustomer(externalId);
    };
    expect(await run(id, ['evt_1'], { answers: { findCustomer } })).toBe('owed');
    expect([await sync(id), pokes]).toMatchObject([{ revision: 9, runId: 'later' }, []]);
  });

  it('sends nothing for a customer that has changed since it began, and decides afresh', async () => {
    const { run, id, sync, setCustomer, deps, pokes, at, requests } = await rested();
    await setCustomer(id, { name: 'Janet', version: 2 });
    let version = 2;
    const findCustomer: typeof deps.integration.findCustomer = async (externalId) => {
      version += 1;
      await setCustomer(id, { version });
      return deps.integration.findCustomer(externalId);
    };
    requests.length = 0;
    for (const tries of [1, 2, 3]) {
      expect(await run(id, [], { answers: { findCustomer } })).toBe('owed');
      expect(await sync(id)).toMatchObject({ tries, dueAt: at(), status: 'synced' });
    }
    expect(pokes).toEqual(Array(3).fill({ customerId: id }));
    // No race any more: it is tried again later.
    expect(await run(id, [], { answers: { findCustomer } })).toBe('owed');
    expect(await sync(id)).toMatchObject({ tries: 4, dueAt: at(40_000) });
    expect([pokes.length, requests.filter((each) => each.startsWith('POST'))]).toEqual([3, []]);
  });

  it('waits for no backoff once somebody has asked to look again', async () => {
    const { run, id, sync, setSync, setCustomer, deps, pokes, at } = await rested();
    await setCustomer(id, { name: 'Janet', version: 2 });
    await setSync(id, { status: 'failed', tries: 9 });
    const findCustomer: typeof deps.integration.findCustomer = async (externalId) => {
      await setCustomer(id, { name: 'Ann', version: 3 });
      await setSync(id, { lookAgain: true });
      return deps.integration.findCustomer(externalId);
    };
    expect(await run(id, [], { answers: { findCustomer } })).toBe('owed');
    expect([await sync(id), pokes]).toMatchObject([{ lookAgain: true, dueAt: at(), tries: 0 }, [{ customerId: id }]]);
  });

  it('that never gets to begin says so', async () => {
    const { run, id, deps } = await rested();
    let commits = 0;
    const commit = async () => {
      commits += 1;
      return { committed: false, refused: {} } as never;
    };
    const store = answering(deps.store, { commit });
    await expect(run(id, ['evt_1'], { deps: { store } })).rejects.toThrow('kept this run from beginning');
    expect(commits).toBe(5);
  });

  it('whose attempt has no record stops there', async () => {
    const { run, id, setSync } = await rested();
    await setSync(id, { attemptKey: `${id}:7` });
    await expect(run(id)).rejects.toThrow('has no record');
  });
});
