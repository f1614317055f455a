import { IntegrationUnavailableError } from '#ports/integration.ts';
import { answering } from '../answering.ts';
import { createSyncWorld, type SyncWorld } from './sync-world.ts';

const email = 'jane@example.com';

/** A customer of Stripe's that nobody is linked to: born there, or marked as ours. */
async function born(fields: Record<string, string> = { name: 'Jane', email }) {
  const world = createSyncWorld();
  const { id: externalId } = await world.dashboard('POST', '', fields);
  return { ...world, externalId };
}
async function marked() {
  const world = createSyncWorld();
  const id = await world.untwinned(email);
  const externalId = await world.marked(id, 'o');
  return { ...world, id, externalId, stood: await world.sync(id) };
}

describe('a customer that was born in Stripe', () => {
  it('is imported, all at once, and owed our mark there', async () => {
    const { adopt, externalId, link, customer, claim, sync, lastAudit, at, pokes } = await born();
    expect(await adopt(externalId)).toBe('owed');
    const { customerId = '', ...linked } = (await link(externalId)) ?? {};
    expect(linked).toEqual({ revision: 1 });
    expect(await customer(customerId)).toEqual({
      ...{ id: customerId, name: 'Jane', email, status: 'active', version: 1, listKey: customerId },
      ...{ createdAt: at(), updatedAt: at() },
    });
    expect(await claim(email)).toEqual({ state: 'held', customerId });
    expect(await sync(customerId)).toEqual({
      ...{ status: 'pending', apartSince: at(), externalId, base: { name: 'Jane', email }, isUnmarked: true },
      ...{ revision: 0, tries: 0, dueAt: at() },
    });
    const after = { name: 'Jane', email };
    expect(await lastAudit(customerId)).toEqual({
      ...{ at: at(), cause: 'webhook', before: null, after, stripeEventId: 'evt_1' },
    });
    expect(pokes).toEqual([{ customerId }]);
  });

  it('is imported without what it has not', async () => {
    const { adopt, externalId, link, customer } = await born({ description: 'nameless' });
    await adopt(externalId);
    const { customerId = '' } = (await link(externalId)) ?? {};
    expect(await customer(customerId)).toMatchObject({ name: null, email: null });
  });

  it('is imported without an email that another one holds, who is told', async () => {
    const { adopt, twins, dashboard, link, customer, sync, at } = createSyncWorld();
    const other = await twins();
    const { id: externalId } = await dashboard('POST', '', { email: other.email });
    await adopt(externalId);
    const { customerId = '' } = (await link(externalId)) ?? {};
    expect(await customer(customerId)).toMatchObject({ email: null });
    expect(await sync(customerId)).toMatchObject({
      ...{ base: { name: null, email: null }, isUnmarked: true },
      conflict: { field: 'email', stripeValue: other.email, otherCustomerId: other.id, since: at() },
    });
    expect(await sync(other.id)).toMatchObject({ awaited: { customerId, email: other.email } });
  });

  it('waits while an operation has reserved its email', async () => {
    const { adopt, externalId, write, link, at } = await born();
    await write({
      key: { type: 'emailClaim', email: email as never },
      ...{ put: { state: 'reserved', customerId: 'd', operationId: 'o' }, when: { is: 'absent' } },
    });
    expect(await adopt(externalId)).toBe('owed');
    expect(await link(externalId)).toEqual({ revision: 1, tries: 1, dueAt: at(5_000) });
  });

  it('that is imported already is looked at', async () => {
    const { adopt, externalId, link, sync, run } = await born();
    await adopt(externalId);
    const { customerId = '' } = (await link(externalId)) ?? {};
    await run(customerId);
    expect(await adopt(externalId)).toBe('agreed');
    expect(await sync(customerId)).toMatchObject({ status: 'synced', events: ['evt_1'], revision: 2 });
  });
});

describe('a customer of Stripe that nobody can take', () => {
  it.each([
    ['is another deployment’s', (w: SyncWorld) => w.marked('theirs', 'o', 'elsewhere')],
    ['names nobody whom there is', (w: SyncWorld) => w.marked('nobody')],
    ['names one who has another', async (w: SyncWorld) => w.marked((await w.twins()).id)],
    ['was never there', async () => 'cus_unknown'],
    [
      'was deleted',
      async (w: SyncWorld) => {
        const { id } = await w.dashboard('POST', '', { name: 'Gone' });
        await w.dashboard('DELETE', `/${id}`);
        return id;
      },
    ],
  ])('is left alone, and nothing is due: it %s', async (_, make) => {
    const world = createSyncWorld();
    const externalId = await make(world);
    world.pokes.length = 0;
    expect(await world.adopt(externalId)).toBe('agreed');
    expect([await world.link(externalId), world.pokes]).toEqual([{ revision: 1 }, []]);
  });

  it('is nothing to ask the catalog about when it is another deployment’s', async () => {
    const { adopt, marked, deps } = createSyncWorld();
    const externalId = await marked('theirs', 'o', 'elsewhere');
    const asked = new Set<string>();
    const read: typeof deps.store.read = (keys) => {
      for (const { type } of keys) asked.add(type);
      return deps.store.read(keys);
    };
    expect(await adopt(externalId, { deps: { store: answering(deps.store, { read }) } })).toBe('agreed');
    expect([...asked]).toEqual(['link']);
  });

  it('is looked at again when somebody has asked to meanwhile, at once at first', async () => {
    const { adopt, marked, setLink, link, at, pokes, deps } = createSyncWorld();
    const externalId = await marked('nobody');
    const findCustomer: typeof deps.integration.findCustomer = async (asked) => {
      await setLink(externalId, { lookAgain: true });
      return deps.integration.findCustomer(asked);
    };
    for (const tries of [1, 2, 3]) {
      expect(await adopt(externalId, { answers: { findCustomer } })).toBe('owed');
      expect(await link(externalId)).toEqual({ revision: tries, tries, dueAt: at() });
    }
    expect(pokes).toEqual(Array(3).fill({ externalId }));
    expect(await adopt(externalId, { answers: { findCustomer } })).toBe('owed');
    expect([await link(externalId), pokes.length]).toEqual([{ revision: 4, tries: 4, dueAt: at(40_000) }, 3]);
  });
});

describe('a customer of Stripe that we made', () => {
  it('is linked to the one that it was made for', async () => {
    const { adopt, externalId, id, link, sync, at, stood, pokes } = await marked();
    expect(await adopt(externalId)).toBe('owed');
    expect(await link(externalId)).toEqual({ customerId: id, revision: 1 });
    expect(await sync(id)).toEqual({ ...stood, externalId, dueAt: at() });
    expect(pokes).toEqual([{ customerId: id }]);
  });

  it('is linked to the one that knows of it already', async () => {
    const { adopt, externalId, id, setSync, link } = await marked();
    await setSync(id, { externalId });
    expect(await adopt(externalId)).toBe('owed');
    expect(await link(externalId)).toEqual({ customerId: id, revision: 1 });
  });

  it('is linked to a tombstone, which owes its delete', async () => {
    const { adopt, externalId, id, setCustomer, setSync, sync, run, twin, at } = await marked();
    await setCustomer(id, { status: 'deleted', name: null, email: null });
    await setSync(id, { status: 'synced', apartSince: undefined, dueAt: undefined, isGone: true, retryAt: '2027' });
    expect(await adopt(externalId)).toBe('owed');
    expect(await sync(id)).toEqual({
      ...{ status: 'pending', apartSince: at(), externalId, dueAt: at(), isTombstone: true, revision: 0, tries: 0 },
    });
    expect(await run(id)).toBe('agreed');
    expect(await twin(externalId)).toMatchObject({ isDeleted: true });
  });

  it('is linked to one that stands nowhere', async () => {
    const { adopt, externalId, id, remove, sync, at } = await marked();
    await remove({ type: 'sync', customerId: id, integration: 'stripe' });
    expect(await adopt(externalId)).toBe('owed');
    expect(await sync(id)).toEqual({
      ...{ status: 'pending', apartSince: at(), externalId, dueAt: at(), revision: 0, tries: 0 },
    });
  });

  it.each([
    ['an operation has not ended', (w: SyncWorld, id: string) => w.putOperation('o', id), []],
    [
      'an attempt is open, which is poked',
      (w: SyncWorld, customerId: string) =>
        w.write({
          key: { type: 'attempt', customerId, key: 'o' },
          put: { kind: 'create', fields: {}, version: 1, since: '2026', lastSentAt: '2026', outcome: 'open' },
          when: { is: 'absent' },
        }),
      ['poked'],
    ],
    ['its customer is held', (w: SyncWorld, id: string) => w.setCustomer(id, { owner: 'p' }), []],
    ['its customer waits for an attempt', (w: SyncWorld, id: string) => w.setSync(id, { attemptKey: 'k' }), []],
    ['its customer’s run is live', (w: SyncWorld, id: string) => w.setSync(id, { runExpiresAt: '2027' }), []],
  ] as const)('waits for whoever may link it by itself: %s', async (_, make, poked) => {
    const world = await marked();
    const { adopt, externalId, id, link, at, pokes } = world;
    await make(world, id);
    expect(await adopt(externalId)).toBe('owed');
    expect(await link(externalId)).toEqual({ revision: 1, tries: 1, dueAt: at(5_000) });
    expect(pokes).toEqual(poked.map(() => ({ customerId: id })));
  });

  it('waits for nobody who has ended', async () => {
    const { adopt, externalId, id, link, putOperation, setSync, at } = await marked();
    await putOperation('o', id, { status: 'compensated' });
    await setSync(id, { runExpiresAt: at() });
    expect(await adopt(externalId)).toBe('owed');
    expect(await link(externalId)).toMatchObject({ customerId: id });
  });

  it('is decided about afresh when its customer has changed meanwhile', async () => {
    const { adopt, externalId, id, link, deps, setCustomer, at, pokes } = await marked();
    const read: typeof deps.store.read = async (keys) => {
      const records = await deps.store.read(keys);
      if (keys.some(({ type }) => type === 'operation')) await setCustomer(id, { version: 9 });
      return records;
    };
    expect(await adopt(externalId, { deps: { store: answering(deps.store, { read }) } })).toBe('owed');
    expect([await link(externalId), pokes]).toEqual([{ revision: 1, tries: 1, dueAt: at() }, [{ externalId }]]);
  });
});

describe('a look at a customer of Stripe', () => {
  it('beside another asks that one to look again', async () => {
    const { adopt, externalId, setLink, link, at } = await born();
    await setLink(externalId, { revision: 3, runId: 'r', runExpiresAt: at(1) });
    expect(await adopt(externalId)).toBe('busy');
    expect(await link(externalId)).toMatchObject({ revision: 3, lookAgain: true, dueAt: at(1) });
  });

  it('takes over from one whose lease has ended', async () => {
    const { adopt, externalId, setLink, link, at } = await born();
    await setLink(externalId, { revision: 3, runId: 'r', runExpiresAt: at(), lookAgain: true });
    expect(await adopt(externalId)).toBe('owed');
    expect(await link(externalId)).toEqual({ revision: 4, customerId: expect.any(String) });
  });

  it('is taken again later when Stripe does not answer; a bug leaves its lease', async () => {
    const { adopt, externalId, link, at } = await born();
    const failing = (error: Error) => ({ answers: { findCustomer: () => Promise.reject(error) } });
    expect(await adopt(externalId, failing(new IntegrationUnavailableError()))).toBe('owed');
    expect(await link(externalId)).toEqual({ revision: 1, tries: 1, dueAt: at(5_000) });
    await expect(adopt(externalId, failing(new TypeError('a bug')))).rejects.toThrow('a bug');
    expect(await link(externalId)).toMatchObject({
      runId: expect.any(String),
      runExpiresAt: at(90_000),
      dueAt: at(90_000),
    });
  });

  it('that never gets to begin says so', async () => {
    const { adopt, externalId, deps } = await born();
    let commits = 0;
    const commit = async () => {
      commits += 1;
      return { committed: false, refused: {} } as never;
    };
    const deaf = { deps: { store: answering(deps.store, { commit }) } };
    await expect(adopt(externalId, deaf)).rejects.toThrow('kept this run from beginning');
    expect(commits).toBe(5);
  });
});
