import { MemoryCatalogStore } from '#adapters/memory/memory-catalog-store.ts';
import { MemoryLeaseStore } from '#adapters/memory/memory-lease-store.ts';
import { absent, put } from '#ports/catalog-store.ts';
import type { EventList } from '#ports/event-list.ts';
import type { EventPositionRecord } from '#ports/maintenance-records.ts';
import type { EventNotice, Poke } from '#ports/pokes.ts';
import { iso } from '#ports/system.ts';
import { type EventSweepReport, sweepEvents } from '#use-cases/sync/sweep-events.ts';

const [SECOND_MS, MINUTE_MS, DAY_MS] = [1_000, 60_000, 86_400_000];
const START_MS = Date.UTC(2026, 0, 31);
const POSITION = { type: 'eventPosition' } as const;
const OVERLAP_MS = 10 * MINUTE_MS;

/** Stripe's list of events, so many to a page, and who sweeps it. */
function createWorld({ eventsAPage = 2 } = {}) {
  let nowMs = START_MS;
  const clock = { nowMs: () => nowMs, sleep: async () => {} };
  const store = new MemoryCatalogStore(clock);
  const leases = new MemoryLeaseStore(clock);
  const happened: { readonly atMs: number; readonly poke: Poke }[] = [];
  const poked: Poke[] = [];
  const asked: Parameters<EventList['list']>[0][] = [];
  const events: EventList = {
    list: async (time, from) => {
      asked.push(time);
      const { sinceMs, untilMs } = time;
      const found = happened.filter(({ atMs }) => atMs >= sinceMs && atMs <= untilMs).sort((a, b) => b.atMs - a.atMs);
      const start = from === undefined ? 0 : Number(from);
      const end = start + eventsAPage;
      return {
        pokes: found.slice(start, end).map(({ poke }) => poke),
        next: end < found.length ? String(end) : undefined,
      };
    },
  };
  let ids = 0;
  const deps = {
    ...{ store, leases, clock, events, integration: 'stripe' as const },
    random: { id: () => `id-${ids++}`, fraction: () => 0.5 },
    pokes: { poke: async (poke: Poke) => void poked.push(poke) },
  };
  return {
    ...{ deps, store, leases, poked, asked },
    pass: (ms: number) => {
      nowMs += ms;
    },
    /** Something happens to a customer in Stripe, so long ago. */
    happen: (name: string, agoMs = 0, more: Partial<EventNotice> | 'untold' = {}) => {
      const event = { id: `evt_${name}`, kind: 'updated', createdAt: iso(nowMs - agoMs) } as const;
      const told = more === 'untold' ? {} : { event: { ...event, ...more } };
      happened.push({ atMs: nowMs - agoMs, poke: { externalId: `cus_${name}`, ...told } });
    },
    sweep: (more: Partial<typeof deps> = {}) => sweepEvents({ ...deps, ...more }),
    names: () => poked.splice(0).map((poke) => ('externalId' in poke ? poke.externalId.slice(4) : '')),
    position: async () => (await store.read([POSITION]))[0],
    begin: (record: Partial<EventPositionRecord>) =>
      store.commit({ it: put(POSITION, { through: iso(nowMs), step: 0, ...record }, absent) }),
    hear: (receivedAt: string) =>
      store.commit({ it: put({ type: 'lastWebhook', integration: 'stripe' } as const, { receivedAt }, absent) }),
  };
}

const reported = (report: EventSweepReport) => report as Exclude<EventSweepReport, { skipped: true }>;

describe('the sweep of events', () => {
  it('begins an hour back, pokes everybody that Stripe tells of, and has read all up to now', async () => {
    const world = createWorld();
    for (const [name, minutes] of [
      ['a', 69],
      ['b', 30],
      ['c', 1],
      ['old', 71],
    ] as const)
      world.happen(name, minutes * MINUTE_MS);
    expect(await world.sweep()).toEqual({
      ...{ pokes: 3, through: iso(START_MS), ageSeconds: 3600, isComplete: true },
      silenceSeconds: 69 * 60,
    });
    expect(world.names()).toEqual(['c', 'b', 'a']);
    expect(await world.position()).toEqual({ through: iso(START_MS), step: 2 });
  });

  it('goes on from where it was, and looks a little further back', async () => {
    const world = createWorld();
    await world.sweep();
    world.pass(20 * MINUTE_MS);
    for (const [name, minutes] of [
      ['late', 29],
      ['long ago', 31],
      ['new', 5],
    ] as const)
      world.happen(name, minutes * MINUTE_MS);
    expect(await world.sweep()).toMatchObject({ ageSeconds: 20 * 60, pokes: 2, isComplete: true });
    expect(world.names()).toEqual(['new', 'late']);
    expect(world.asked.at(-1)).toEqual({ sinceMs: START_MS - OVERLAP_MS, untilMs: START_MS + 20 * MINUTE_MS });
  });

  it('reads forty pages at most; the next one goes on there, and only then has it read all', async () => {
    const world = createWorld({ eventsAPage: 1 });
    for (let event = 0; event < 41; event += 1) world.happen(`${event}`, event * SECOND_MS);
    const first = reported(await world.sweep());
    expect(first).toMatchObject({ pokes: 40, isComplete: false, through: iso(START_MS - 60 * MINUTE_MS) });
    expect(await world.position()).toMatchObject({ walk: { until: iso(START_MS), from: '40' }, step: 40 });
    world.pass(MINUTE_MS);
    // What has happened since then is for the walk after this one.
    world.happen('new');
    world.names();
    expect(await world.sweep()).toMatchObject({ pokes: 1, isComplete: true, through: iso(START_MS), ageSeconds: 3660 });
    expect(world.names()).toEqual(['40']);
    await world.sweep();
    expect(world.names()).toContain('new');
  });

  it('goes on after its last page when it died', async () => {
    const world = createWorld();
    for (const name of ['a', 'b', 'c']) world.happen(name, MINUTE_MS);
    let calls = 0;
    const dying: EventList = {
      list: (...asked) => (calls++ === 1 ? Promise.reject(new Error('died')) : world.deps.events.list(...asked)),
    };
    await expect(world.sweep({ events: dying })).rejects.toThrow('died');
    expect(world.names()).toEqual(['a', 'b']);
    expect(await world.sweep()).toMatchObject({ pokes: 1, isComplete: true });
    expect(world.names()).toEqual(['c']);
  });

  it('is one at a time', async () => {
    const world = createWorld();
    const lease = await world.leases.tryAcquire(['sweep-events'], 'another', MINUTE_MS);
    expect([await world.sweep(), world.asked]).toEqual([{ skipped: true }, []]);
    if (lease !== undefined) await world.leases.release(lease);
    expect(await world.sweep()).toMatchObject({ isComplete: true });
    expect(await world.leases.tryAcquire(['sweep-events'], 'another', 1)).toBeDefined();
  });

  it('keeps others out for six minutes, and no longer', async () => {
    const world = createWorld();
    const tryIt = () => world.leases.tryAcquire(['sweep-events'], 'another', 1);
    const taken: boolean[] = [];
    const slow: EventList = {
      list: async (...asked) => {
        for (const ms of [6 * MINUTE_MS - 1, 1]) {
          world.pass(ms);
          taken.push((await tryIt()) === undefined);
        }
        return world.deps.events.list(...asked);
      },
    };
    await world.sweep({ events: slow });
    expect(taken).toEqual([true, false]);
  });

  it.each([
    ['stripe', {}],
    ['crm', { integration: 'crm' }],
  ])('of %s pokes for that one; the gate need not be named', async (name, named) => {
    const world = createWorld();
    world.happen('a', MINUTE_MS);
    await world.sweep({ integration: name as 'stripe' });
    const event = { id: 'evt_a', kind: 'updated', createdAt: iso(START_MS - MINUTE_MS) };
    expect(world.poked).toEqual([{ externalId: 'cus_a', event, ...named }]);
  });

  it('leaves the position to one that came after it', async () => {
    const world = createWorld();
    world.happen('a');
    const overtaken: EventList = {
      list: async (...asked) => {
        await world.begin({ step: 7 });
        return world.deps.events.list(...asked);
      },
    };
    expect(await world.sweep({ events: overtaken })).toEqual({ skipped: true });
    expect(await world.position()).toMatchObject({ step: 7 });
  });

  it('keeps in mind what Stripe has forgotten unread, and begins with what is left', async () => {
    const world = createWorld();
    const through = iso(START_MS - 31 * DAY_MS);
    await world.begin({ through, walk: { until: through, from: '9' } });
    world.happen('a', 29 * DAY_MS);
    const told = { unreadSince: through, through: iso(START_MS), ageSeconds: 31 * 86_400, pokes: 1 };
    expect(await world.sweep()).toMatchObject(told);
    expect(world.asked[0]).toMatchObject({ sinceMs: START_MS - 30 * DAY_MS - OVERLAP_MS });
    world.pass(40 * DAY_MS);
    // Since then still, however often it happens.
    expect(await world.sweep()).toMatchObject({ unreadSince: through });
  });

  it('has forgotten nothing that is thirty days old', async () => {
    const world = createWorld();
    await world.begin({ through: iso(START_MS - 30 * DAY_MS) });
    expect(await world.sweep()).not.toHaveProperty('unreadSince');
  });
});

describe('the silence of webhooks', () => {
  it('is as old as the oldest event after which none has come', async () => {
    const world = createWorld();
    for (const [name, seconds] of [
      ['a', 300],
      ['b', 200],
      ['c', 100],
    ] as const)
      world.happen(name, seconds * SECOND_MS);
    expect(reported(await world.sweep()).silenceSeconds).toBe(300);
    await world.hear(iso(START_MS - 200 * SECOND_MS));
    expect(reported(await world.sweep()).silenceSeconds).toBe(100);
  });

  it('is none when a webhook has come since, or nothing has happened', async () => {
    const world = createWorld();
    expect(reported(await world.sweep()).silenceSeconds).toBe(0);
    world.happen('a', MINUTE_MS);
    await world.hear(iso(START_MS));
    expect(reported(await world.sweep()).silenceSeconds).toBe(0);
  });

  it.each([
    ['is a deletion', { kind: 'deleted' }],
    ['is a moved email', { previous: { email: 'digest' } }],
    ['does not tell when it happened', 'untold'],
  ] as const)('is not told by an event that webhooks leave no note of: it %s', async (_, more) => {
    const world = createWorld();
    world.happen('a', MINUTE_MS, more);
    const { pokes, silenceSeconds } = reported(await world.sweep());
    expect([pokes, silenceSeconds]).toEqual([1, 0]);
  });
});
