import { StoreContendedError } from '#ports/catalog-store.ts';
import { type RetryDeps, retryFailedSyncs } from '#use-cases/sync/retry-failed-syncs.ts';
import { createRepairWorld, type RepairWorld } from '../../repair/repair-world.ts';

const DUE = { isForced: false, longestMs: 60_000 };
const FORCED = { ...DUE, isForced: true };

/** So many customers of whom the last try has failed; the first one failed first. */
async function failing(count: number) {
  const world = createRepairWorld();
  const all = [];
  for (let made = 0; made < count; made += 1) {
    const twins = await world.twins();
    const apartSince = new Date(world.deps.clock.nowMs() - 1_000 * (count - made)).toISOString();
    await world.setSync(twins.id, { status: 'failed', apartSince, retryAt: apartSince, tries: 1 });
    all.push(twins);
  }
  const retry = (request = DUE, deps: Partial<RetryDeps> = {}) =>
    world.inside(() => retryFailedSyncs({ ...world.deps, ...deps }, request));
  return { ...world, all, retry };
}

const statusOf = async (world: Pick<RepairWorld, 'sync'>, id: string) => (await world.sync(id)).status;
const later = (world: Pick<RepairWorld, 'deps'>) => new Date(world.deps.clock.nowMs() + 1_000).toISOString();
const never = () => Promise.reject(new Error('never'));

describe('trying again what has failed', () => {
  it('makes both sides agree, and leaves nothing', async () => {
    const world = await failing(3);
    await world.dashboard('POST', `/${world.all[0]?.externalId}`, { name: 'Ann' });
    expect(await world.retry()).toEqual({ retried: 3, succeeded: 3, stillFailing: 0, remaining: 0 });
    for (const { id } of world.all) expect(await statusOf(world, id)).toBe('synced');
    expect(await world.retry()).toEqual({ retried: 0, succeeded: 0, stillFailing: 0, remaining: 0 });
  });

  it('waits for the time of the next try, unless it is forced', async () => {
    const world = await failing(2);
    const [one] = world.all;
    await world.setSync(one?.id ?? '', { retryAt: later(world) });
    expect(await world.retry()).toMatchObject({ retried: 1, remaining: 0 });
    expect(await world.retry(FORCED)).toMatchObject({ retried: 1, succeeded: 1 });
  });

  it('takes up what was given up only when it is forced', async () => {
    const world = await failing(1);
    await world.setSync(world.all[0]?.id ?? '', { retryAt: undefined });
    expect(await world.retry()).toMatchObject({ retried: 0, remaining: 0 });
    expect(await world.retry(FORCED)).toMatchObject({ succeeded: 1 });
  });

  it.each(['conflict', 'orphaned'] as const)('never hurries one in %s, for it is not in our hands', async (status) => {
    const world = await failing(1);
    const [{ id } = { id: '' }] = world.all;
    await world.setSync(id, { status, retryAt: later(world) });
    expect(await world.retry(FORCED)).toMatchObject({ retried: 0, remaining: 0 });
    await world.setSync(id, { retryAt: undefined });
    expect(await world.retry(FORCED)).toMatchObject({ retried: 1 });
  });

  it('tells of those that fail again', async () => {
    const world = await failing(2);
    await world.setSync(world.all[1]?.id ?? '', { externalId: 'cus_unknown' });
    expect(await world.retry()).toEqual({ retried: 2, succeeded: 1, stillFailing: 1, remaining: 0 });
    expect(await statusOf(world, world.all[1]?.id ?? '')).toBe('orphaned');
  });

  it('is for fifty a call, those that have waited longest first', async () => {
    const world = await failing(53);
    expect(await world.retry()).toEqual({ retried: 50, succeeded: 50, stillFailing: 0, remaining: 3 });
    const left = world.all.slice(-3).map(({ id }) => statusOf(world, id));
    expect(await Promise.all(left)).toEqual(['failed', 'failed', 'failed']);
  });

  it('ends in time, and leaves the rest to the next call', async () => {
    const world = await failing(9);
    const slow = { ...world.deps.clock, sleep: async () => {} };
    const findCustomer: typeof world.deps.integration.findCustomer = (externalId) => {
      world.pass(60_000);
      return world.deps.integration.findCustomer(externalId);
    };
    const integration = Object.assign(Object.create(world.deps.integration), { name: 'stripe', findCustomer });
    const { retried, remaining = 0 } = await world.retry(DUE, { clock: slow, integration });
    expect([retried <= 4, retried + remaining]).toEqual([true, 9]);
  });

  it('is done by one at a time: another one only counts what there is', async () => {
    const world = await failing(2);
    const lease = await world.deps.leases.tryAcquire(['retry-failed-syncs'], 'another', 90_000);
    expect(await world.retry()).toEqual({ retried: 0, succeeded: 0, stillFailing: 0, remaining: 2, skipped: true });
    if (lease !== undefined) await world.deps.leases.release(lease);
    expect(await world.retry()).toMatchObject({ retried: 2 });
    // And is not in anybody's way afterwards.
    expect(await world.deps.leases.tryAcquire(['retry-failed-syncs'], 'another', 1)).toBeDefined();
  });

  it('leaves alone a customer that somebody is at work on', async () => {
    const world = await failing(2);
    const [{ id } = { id: '' }] = world.all;
    await world.setCustomer(id, { owner: 'o1' });
    expect(await world.retry()).toEqual({ retried: 1, succeeded: 1, stillFailing: 0, remaining: 1 });
  });

  it('settles what was open, and reads afresh what there is then', async () => {
    const world = await failing(1);
    const [{ id } = { id: '' }] = world.all;
    await world.setSync(id, { base: { name: 'Old', email: null } });
    expect(await world.retry()).toMatchObject({ succeeded: 1 });
  });

  it('keeps nobody from its turn by one that cannot be tried', async () => {
    const world = await failing(2);
    const findCustomer = (asked: string) =>
      asked === world.all[0]?.externalId ? never() : world.deps.integration.findCustomer(asked);
    const integration = Object.assign(Object.create(world.deps.integration), { name: 'stripe', findCustomer });
    expect(await world.retry(DUE, { integration })).toMatchObject({ retried: 1, remaining: 1 });
  });

  it('fails when none can be tried, and is in nobody’s way afterwards', async () => {
    const world = await failing(2);
    const integration = Object.assign(Object.create(world.deps.integration), { name: 'stripe', findCustomer: never });
    await expect(world.retry(DUE, { integration })).rejects.toThrow('None of those due');
    expect(await world.deps.leases.tryAcquire(['retry-failed-syncs'], 'another', 1)).toBeDefined();
  });

  it('takes for busy a customer that too many write to at once', async () => {
    const world = await failing(1);
    const commit = () => Promise.reject(new StoreContendedError('others'));
    const store = Object.assign(Object.create(world.deps.store), {
      read: world.deps.store.read.bind(world.deps.store),
      listApart: world.deps.store.listApart.bind(world.deps.store),
      commit,
    });
    expect(await world.retry(DUE, { store })).toEqual({ retried: 0, succeeded: 0, stillFailing: 0, remaining: 1 });
  });
});
