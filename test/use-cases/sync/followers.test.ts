import type { AttemptRecord } from '#ports/records.ts';
import { resolveConflict } from '#use-cases/catalog/resolve-conflict.ts';
import { lookForAttempt, sendAttempt } from '#use-cases/sync/attempts.ts';
import { BOTH, CRM } from '../../simulation/integrations.ts';
import { answering } from '../answering.ts';
import { EMAIL, followed } from './followed.ts';
import { createSyncWorld, REFUSED } from './sync-world.ts';

describe('a run of the gate that changes a customer', () => {
  it('owes it to the follower in the same transaction, and pokes it', async () => {
    const { runAs, dashboard, externalId, standing, at, pokes, id } = await followed();
    await dashboard('POST', `/${externalId}`, { name: 'Janet' });
    expect(await runAs('gate')).toBe('agreed');
    expect(await standing()).toMatchObject({ status: 'pending', apartSince: at(), lookAgain: true, revision: 5 });
    expect(await standing()).not.toHaveProperty('emptied');
    expect(pokes).toEqual([{ customerId: id, integration: CRM }]);
  });

  it('owes what it has emptied as emptied', async () => {
    const { runAs, dashboard, externalId, standing } = await followed();
    await dashboard('POST', `/${externalId}`, { name: '', email: 'new@example.com' });
    await runAs('gate');
    expect(await standing()).toMatchObject({ emptied: ['name'] });
  });

  it('has not emptied what was missing already', async () => {
    const { runAs, dashboard, externalId, setCustomer, id, standing } = await followed();
    await setCustomer(id, { name: null });
    await dashboard('POST', `/${externalId}`, { email: 'new@example.com' });
    await runAs('gate');
    expect(await standing()).toMatchObject({ status: 'pending' });
    expect(await standing()).not.toHaveProperty('emptied');
  });

  it('owes nothing when it only sends, or only agrees', async () => {
    const { runAs, setCustomer, id, standing, pokes } = await followed();
    const before = await standing();
    await runAs('gate');
    await setCustomer(id, { name: 'Janet', version: 2 });
    await runAs('gate');
    expect([await standing(), pokes]).toEqual([before, []]);
  });

  it('that ends it owes its delete', async () => {
    const { runAs, dashboard, externalId, standing, pokes, id } = await followed();
    await dashboard('DELETE', `/${externalId}`);
    expect(await runAs('gate')).toBe('agreed');
    expect(await standing()).toMatchObject({ status: 'pending', isTombstone: true });
    expect(pokes).toEqual([{ customerId: id, integration: CRM }]);
  });

  it('is done also when nobody can be poked: the debt is recorded', async () => {
    const { runAs, dashboard, externalId, standing, id } = await followed();
    await dashboard('POST', `/${externalId}`, { name: 'Janet' });
    const warned: unknown[] = [];
    const log = { warn: (_: string, details: unknown) => void warned.push(details) };
    expect(await runAs('gate', { log, pokes: { poke: () => Promise.reject(new TypeError('no')) } })).toBe('agreed');
    expect([warned, (await standing())?.status]).toEqual([[{ customerId: id, error: 'TypeError' }], 'pending']);
  });
});

describe('a run of a follower', () => {
  it('has keys of its own, and empties there what was emptied here', async () => {
    const { runAs, setCustomer, id, setStanding, standing, read, twin, crmId } = await followed();
    await setCustomer(id, { name: null, version: 2 });
    await setStanding({ status: 'pending', emptied: ['name'] });
    expect(await runAs('crm')).toBe('agreed');
    expect(await read({ type: 'attempt', customerId: id, key: `${id}:crm:5` })).toMatchObject({ outcome: 'accepted' });
    expect([(await twin(crmId))?.name, (await standing())?.emptied]).toEqual([null, undefined]);
  });

  it('leaves to the next one what is emptied while it is at work', async () => {
    const { runAs, setCustomer, id, setStanding, standing, meanwhile, twin, crmId } = await followed();
    const emptied = meanwhile(async () => {
      await setCustomer(id, { name: null, version: 2 });
      await setStanding({ status: 'pending', lookAgain: true, emptied: ['name'] });
    }, 2);
    // It only agrees on what it has read, which is no reason to refuse its end.
    expect(await runAs('crm', emptied)).toBe('owed');
    expect(await standing()).toMatchObject({ status: 'pending', syncedVersion: 1, emptied: ['name'] });
    expect(await runAs('crm')).toBe('agreed');
    expect([(await twin(crmId))?.name, (await standing())?.emptied]).toEqual([null, undefined]);
  });

  it('empties what was emptied between its looks at how it stands and at the customer', async () => {
    const { runAs, dashboard, externalId, torn, standing, twin, crmId } = await followed();
    await dashboard('POST', `/${externalId}`, { name: '' });
    expect(
      await runAs(
        'crm',
        torn(() => runAs('gate')),
      ),
    ).toBe('agreed');
    expect([(await twin(crmId))?.name, (await standing())?.status]).toEqual([null, 'synced']);
  });

  it('empties what it was to empty also when a person ends its conflict over another field', async () => {
    const { runAs, dashboard, id, crmId, externalId, twins, setStanding, standing, twin, deps, at } = await followed();
    await dashboard('POST', `/${externalId}`, { name: '', email: 'new@example.com' });
    await runAs('gate');
    const other = await twins();
    await dashboard('POST', `/${crmId}`, { email: other.email });
    const conflict = { field: 'email', stripeValue: other.email, otherCustomerId: other.id, since: at() };
    await setStanding({ status: 'conflict', conflict, emptied: ['name', 'email'] });
    await resolveConflict({ ...deps, integrations: BOTH }, id, 'catalog');
    expect((await standing())?.emptied).toEqual(['name']);
    expect(await runAs('crm')).toBe('agreed');
    expect([await twin(crmId), (await standing())?.status]).toMatchObject([
      { name: null, email: 'new@example.com' },
      'synced',
    ]);
  });

  it('is tried again for itself only', async () => {
    const { retry, setSync, id, at, sync } = await followed();
    await setSync(id, { status: 'failed', apartSince: at(), retryAt: at() });
    expect(await retry(true)).toMatchObject({ retried: 0, remaining: 0 });
    expect((await sync(id)).status).toBe('failed');
  });
});

describe('an attempt', () => {
  const SENT = { sinceMs: Date.UTC(2026, 0, 1), untilMs: Date.UTC(2026, 0, 1, 3) };
  const record: AttemptRecord = {
    ...{ kind: 'update', externalId: 'cus_1', fields: { name: 'Jane' }, version: 1, outcome: 'open' },
    ...{ since: '2026-01-01T00:00:00.000Z', lastSentAt: '2026-01-01T02:00:00.000Z' },
  };
  const there = { externalId: 'cus_1', name: 'Jane', email: EMAIL, isDeleted: false } as const;
  const mine = { customerId: 'c', operationId: 'c:1' };

  it.each([
    ['of an update that shows', {}, { ...there, owner: 'nobody' }, false, 'cus_1'],
    ['of an update that does not show', {}, { ...there, name: 'Janet', owner: mine }, false, undefined],
    ['of an update that its event tells of', {}, { ...there, name: 'Janet', owner: mine }, true, 'cus_1'],
    ['of an update of one that is deleted', {}, { ...there, isDeleted: true, owner: mine }, true, undefined],
    ['of an update of one that never was', {}, undefined, true, undefined],
    ['of a mark that shows', { isMarking: true }, { ...there, name: 'Janet', owner: mine }, false, 'cus_1'],
    ['of a mark that does not', { isMarking: true }, { ...there, owner: 'nobody' }, false, undefined],
    [
      'of a mark of another attempt',
      { isMarking: true },
      { ...there, owner: { ...mine, operationId: 'c:0' } },
      false,
      undefined,
    ],
    ['of a delete that shows', { kind: 'delete' }, { ...there, isDeleted: true, owner: mine }, false, 'cus_1'],
    ['of a delete of one that never was', { kind: 'delete' }, undefined, false, 'cus_1'],
    ['of a delete that does not show', { kind: 'delete' }, { ...there, owner: mine }, true, undefined],
  ] as const)('%s is looked for in Stripe', async (_, more, found, isTold, expected) => {
    const { deps } = createSyncWorld();
    const asked: unknown[] = [];
    const integration = answering(deps.integration, {
      findCustomer: async () => found,
      hasUpdated: async (...those) => {
        asked.push(those);
        return isTold;
      },
    });
    const attempt = { key: 'c:1', record: { ...record, ...more } };
    expect(await lookForAttempt({ ...deps, integration }, 'c', attempt)).toBe(expected);
    expect(asked).toEqual(asked.map(() => ['cus_1', 'c:1', SENT]));
  });

  it('of a create is looked for by its own mark', async () => {
    const { deps } = createSyncWorld();
    const asked: unknown[] = [];
    const findOwned: typeof deps.integration.findOwned = async (...those) => {
      asked.push(those);
      return undefined;
    };
    const attempt = { key: 'c:1', record: { ...record, kind: 'create' } } as const;
    expect(
      await lookForAttempt({ ...deps, integration: answering(deps.integration, { findOwned }) }, 'c', attempt),
    ).toBeUndefined();
    expect(asked).toEqual([[mine, SENT]]);
  });

  it('is sent as it was recorded, with our mark only where it is to set it', async () => {
    const { deps } = createSyncWorld();
    const sent: unknown[] = [];
    const note = async (...those: unknown[]) => {
      sent.push(those);
      return REFUSED;
    };
    const integration = answering(deps.integration, {
      createCustomer: note,
      updateCustomer: note,
      deleteCustomer: note,
    });
    for (const more of [
      {},
      { isMarking: true },
      { kind: 'create' },
      { kind: 'create', fields: {} },
      { kind: 'delete' },
    ] as const) {
      await sendAttempt({ ...deps, integration }, 'c', { key: 'c:1', record: { ...record, ...more } });
    }
    expect(sent).toEqual([
      ['cus_1', { name: 'Jane' }, 'c:1', undefined],
      ['cus_1', { name: 'Jane' }, 'c:1', mine],
      [{ name: 'Jane', email: null, ownership: mine }, 'c:1'],
      [{ name: null, email: null, ownership: mine }, 'c:1'],
      ['cus_1'],
    ]);
  });

  it('of a delete is sent again however old its key is', async () => {
    const { run, id, setCustomer, setSync, at, pass, twin, externalId } = await followed();
    await setCustomer(id, { status: 'deleted', name: null, email: null, version: 2 });
    await setSync(id, { status: 'pending', isTombstone: true, dueAt: at() });
    const unanswered = { deleteCustomer: async () => ({ is: 'unknown', error: 'no answer' }) as const };
    await run(id, [], { answers: unanswered });
    pass(48 * 3600_000);
    expect([await run(id), (await twin(externalId))?.isDeleted]).toEqual(['agreed', true]);
  });
});

describe('who waits for an email', () => {
  it('stays in line: a second one comes back by its backoff, and longer circles end too', async () => {
    const { run, twins, dashboard, sync, customer } = createSyncWorld();
    const [one, two, three] = [await twins(), await twins(), await twins()];
    await dashboard('POST', `/${two.externalId}`, { email: one.email });
    await run(two.id, ['evt_a']);
    await dashboard('POST', `/${three.externalId}`, { email: one.email });
    await run(three.id, ['evt_b']);
    expect((await sync(one.id)).awaited).toMatchObject({ customerId: two.id });
    expect(await sync(three.id)).toMatchObject({ conflict: { otherCustomerId: one.id } });
    // One waits for three, who waits for two, who waits for one.
    await dashboard('POST', `/${three.externalId}`, { email: two.email });
    await run(three.id, ['evt_c']);
    await dashboard('POST', `/${one.externalId}`, { email: three.email });
    await run(one.id, ['evt_d']);
    expect((await customer(one.id))?.email).toBeNull();
    for (let round = 0; round < 4; round += 1)
      for (const { id } of [one, two, three]) await run(id, [`evt_${round}_${id}`]);
    const emails = await Promise.all([one, two, three].map(async ({ id }) => (await customer(id))?.email));
    expect(emails).toEqual([three.email, one.email, two.email]);
  });

  it('is poked only when the email is free', async () => {
    const { run, twins, setSync, setCustomer, sync, pokes } = createSyncWorld();
    const { id, email } = await twins();
    const awaited = { customerId: 'd', email: email as never };
    await setSync(id, { awaited });
    expect([await run(id), (await sync(id)).revision]).toEqual(['agreed', 1]);
    await run(id, ['evt_1']);
    expect([(await sync(id)).awaited, pokes]).toEqual([awaited, []]);
    await setCustomer(id, { email: null });
    await run(id);
    expect([(await sync(id)).awaited, pokes]).toEqual([undefined, [{ customerId: 'd' }]]);
  });
});
