import { countAttempt } from '#use-cases/health/counters.ts';
import { getIntegrationHealth } from '#use-cases/health/get-integration-health.ts';
import { isNoted, webhookNoter } from '#use-cases/health/note-webhook.ts';
import { createRepairWorld } from '../../repair/repair-world.ts';
import { answering } from '../answering.ts';

const AT = '2026-01-01T00:00:00.000Z';
const later = (seconds: number) => new Date(Date.parse(AT) + seconds * 1_000).toISOString();

async function worldOf(customers: number) {
  const world = createRepairWorld();
  const all = [];
  for (let made = 0; made < customers; made += 1) all.push(await world.twins());
  const health = (deadLetters = 0) =>
    getIntegrationHealth({ ...world.deps, deadLetters: { count: async () => deadLetters } }, 'stripe');
  return { ...world, ids: all.map(({ id }) => id) as [string, string, string, string, ...string[]], health };
}

describe('how an integration stands', () => {
  it('is well when everybody agrees, and is told from counters', async () => {
    const { health } = await worldOf(4);
    expect(await health()).toMatchObject({
      ...{ isHealthy: true, asOf: AT, recentAttempts: 4, recentFailures: 0, oldestPendingSeconds: 0 },
      counts: { pending: 0, synced: 4, failed: 0, orphaned: 0, conflict: 0 },
      operations: { running: 0, compensating: 0, needs_attention: 0 },
      webhooks: { lastReceivedAt: null, deadLetterCount: 0 },
    });
  });

  it('counts those apart by what they are, and tombstones too, which are not listed', async () => {
    const { ids, health, setSync, pass } = await worldOf(5);
    const [pending, failed, orphaned, conflict] = ids;
    await setSync(pending, { status: 'pending', apartSince: later(-30) });
    await setSync(failed, { status: 'failed', apartSince: later(-60) });
    await setSync(orphaned, { status: 'orphaned', apartSince: AT });
    await setSync(conflict, { status: 'conflict', apartSince: AT });
    pass(1_500);
    expect(await health(3)).toMatchObject({
      ...{ isHealthy: false, oldestPendingSeconds: 31, webhooks: { deadLetterCount: 3 } },
      counts: { pending: 1, synced: 1, failed: 1, orphaned: 1, conflict: 1 },
    });
    await setSync(failed, { isTombstone: true });
    expect((await health()).counts).toMatchObject({ failed: 1, synced: 2 });
  });

  it('tells of the tries of the last hour, five minutes at a time', async () => {
    const { health, pass, twins, ids, setSync, inside, dashboard, deps, ...world } = await worldOf(1);
    pass(10 * 60_000);
    await twins();
    const { history, recentAttempts } = await health();
    expect([history.length, recentAttempts]).toEqual([12, 2]);
    expect(history.slice(-3).map(({ since, attempts }) => [since, attempts])).toEqual([
      [AT, 1],
      [later(300), 0],
      [later(600), 1],
    ]);
    await setSync(ids[0], { status: 'pending', externalId: 'cus_unknown', dueAt: AT });
    await world.sweep();
    const failing = await health();
    expect(failing).toMatchObject({ recentAttempts: 3, recentFailures: 1 });
    expect(failing.history.map(({ failures }) => failures)).toEqual([...Array(11).fill(0), 1]);
    pass(3600_000);
    expect(await health()).toMatchObject({ recentAttempts: 0, recentFailures: 0 });
  });

  it('keeps a count of tries for the hour in which it is told of', () => {
    const sinceMs = Date.parse(AT);
    for (const atMs of [sinceMs, sinceMs + 299_999]) {
      const count = countAttempt('stripe', 'c', { isFailure: true }, atMs);
      expect(count).toMatchObject({ add: { attempts: 1, failures: 1 }, expiresAtSeconds: sinceMs / 1_000 + 3_600 });
    }
  });

  it('counts the operations that have not ended, however many pages they fill', async () => {
    const { ids, health, putOperation } = await worldOf(1);
    for (let count = 0; count < 103; count += 1) await putOperation(`o${count}`, ids[0], { dueAt: later(count) });
    await putOperation('c', ids[0], { status: 'compensating', dueAt: AT });
    await putOperation('n', ids[0], { status: 'needs_attention', dueAt: AT });
    await putOperation('s', ids[0], { status: 'succeeded', dueAt: AT });
    expect((await health()).operations).toEqual({ running: 103, compensating: 1, needs_attention: 1 });
  });
});

describe('how an integration stands beside others', () => {
  it('is told of its own customers only, and of each operation once', async () => {
    const { ids, deps, putOperation } = await worldOf(1);
    await putOperation('o', ids[0], { dueAt: AT });
    const other = { customerId: 'd', integration: 'other' as never, status: 'failed', since: AT } as const;
    const pages: unknown[] = [];
    const store = answering(deps.store, {
      listApart: async () => [other, { ...other, integration: 'stripe', status: 'conflict' }],
      listUnfinished: async (limit, from) => {
        pages.push([limit, from]);
        return { operationIds: pages.length === 1 ? ['o', 'gone'] : ['o'], next: `page ${pages.length}` as never };
      },
    });
    const health = await getIntegrationHealth({ ...deps, store, deadLetters: { count: async () => 0 } }, 'stripe');
    expect(health.counts).toEqual({ pending: 0, synced: 0, failed: 0, orphaned: 0, conflict: 1 });
    expect(health).toMatchObject({ oldestPendingSeconds: 0, operations: { running: 1 }, history: expect.any(Array) });
    // A list that goes on for ever is left.
    expect([pages.length, pages[0], pages[1]]).toEqual([10, [100, undefined], [100, 'page 1']]);
  });
});

describe('the time of the last webhook', () => {
  it('is noted once a minute, and never goes back', async () => {
    const { deps, health } = await worldOf(0);
    const last = async () => (await health()).webhooks.lastReceivedAt;
    const note = webhookNoter(deps, 'stripe');
    await note(later(100));
    expect(await last()).toBe(later(100));
    await note(later(159));
    expect(await last()).toBe(later(100));
    await note(later(160));
    expect(await last()).toBe(later(160));
    // Another process has noted a later one.
    await webhookNoter(deps, 'stripe')(later(120));
    expect(await last()).toBe(later(160));
  });

  it.each([
    ['one that tells nothing of what happened', {}, true],
    ['a birth', { event: { kind: 'created' } }, true],
    ['a new name', { event: { kind: 'updated', previous: { name: 'digest' } } }, true],
    ['a new email', { event: { kind: 'updated', previous: { email: 'digest' } } }, false],
    ['a deletion', { event: { kind: 'deleted' } }, false],
  ] as const)('is noted, unless the event uses up its calls by itself: %s', (_, more, expected) => {
    const poke = { externalId: 'cus_1', ...('event' in more && { event: { id: 'e', createdAt: AT, ...more.event } }) };
    expect([isNoted(poke), isNoted({ customerId: 'c' })]).toEqual([expected, false]);
  });

  it('may be lost: the work that it tells of goes on', async () => {
    const { deps } = await worldOf(0);
    const warned: unknown[] = [];
    const store = Object.assign(Object.create(deps.store), { commit: () => Promise.reject(new TypeError('no')) });
    await webhookNoter({ store, log: { warn: (_, details) => void warned.push(details) } }, 'stripe')(AT);
    expect(warned).toEqual([{ error: 'TypeError' }]);
  });
});
