import type { IntegrationName, Integrations } from '#domain/integrations.ts';
import { absent, type CatalogStore, put, type Write } from '#ports/catalog-store.ts';
import type { RecordKey } from '#ports/records.ts';
import { beginToFollow } from '#use-cases/repair/begin-to-follow.ts';
import { commitThose } from '#use-cases/repair/commit-those.ts';
import { clearPage, type LeftoverDeps } from '#use-cases/repair/leftovers.ts';
import { claimKey, clean, putClaim } from '../../repair/cleaning.ts';
import { createRepairWorld, HOUR_MS, whatever } from '../../repair/repair-world.ts';
import { answering } from '../answering.ts';

const CRM = 'crm' as IntegrationName;
const BOTH: Integrations = ['stripe', CRM];
const MINUTE_MS = 60_000;

/** A world, what is asked of its catalog and written there, and what is logged. */
function watched() {
  const world = createRepairWorld();
  const reads: (readonly RecordKey[])[] = [];
  const commits: (readonly Write[])[] = [];
  const warned: unknown[] = [];
  const read: CatalogStore['read'] = (keys) => {
    reads.push(keys);
    return world.store.read(keys);
  };
  const commit: CatalogStore['commit'] = (writes) => {
    commits.push(Object.values(writes).filter((write) => write !== undefined));
    return world.store.commit(writes);
  };
  const log = { warn: (_: string, details: unknown) => void warned.push(details) };
  const deps = { ...world.deps, log, store: answering(world.store, { read, commit }) };
  const clear = async (others: Partial<LeftoverDeps> = {}) =>
    clearPage({ ...deps, ...others }, await world.store.scan(0, 1, 500, undefined));
  return { ...world, deps, reads, commits, warned, clear };
}

describe('what is left over on a page', () => {
  it('is nothing where all is well, for which only the holders of claims are read', async () => {
    const { twins, clear, reads, commits, pass } = watched();
    const ids = [(await twins()).id, (await twins()).id];
    pass(HOUR_MS);
    expect(await clear()).toMatchObject({ freedClaims: 0, failed: 0 });
    const asked = reads.flat();
    expect(asked.map(({ type }) => type)).toEqual(['customer', 'customer']);
    expect(asked.map((key) => 'customerId' in key && key.customerId).sort()).toEqual(ids.sort());
    expect(commits).toEqual([]);
  });

  it('is told of when it cannot be cleared, each by itself', async () => {
    const { clear, write, warned, twins, deps } = watched();
    await twins();
    await write(put({ type: 'lease', name: 'old' }, { fence: 1, owner: 'x', expiresAtMs: 0 }, absent));
    const broken = () => Promise.reject(new TypeError('no'));
    const store = answering(deps.store, { read: broken, commit: broken });
    expect(await clear({ store, integrations: BOTH })).toMatchObject({ failed: 4 });
    expect(warned).toEqual(['keys', 'leases', 'claims', 'followers'].map((what) => ({ what, error: 'TypeError' })));
  });

  it('is told of when it is an email’s claim, which no crash leaves, and when that cannot be cleared', async () => {
    const world = watched();
    await putClaim(world, 'wanted@example.com', { state: 'held', customerId: 'nobody' });
    const commit = () => Promise.reject(new TypeError('no'));
    expect(await world.clear({ store: answering(world.deps.store, { commit }) })).toMatchObject({ failed: 1 });
    expect(await world.clear()).toMatchObject({ freedClaims: 1 });
    expect(world.warned).toEqual([
      { what: 'claim', error: 'TypeError' },
      { kind: 'email-claim-dangling', customerId: 'nobody' },
    ]);
  });

  it('is no claim that has become its customer’s own meanwhile', async () => {
    const world = watched();
    const { email } = await world.twins();
    await world.write({ key: claimKey(email), change: { state: 'reserved' }, when: whatever });
    world.pass(HOUR_MS);
    const read: CatalogStore['read'] = async (keys) => {
      const isIt = keys.some(({ type }) => type === 'emailClaim');
      if (isIt) await world.write({ key: claimKey(email), change: { state: 'held' }, when: whatever });
      return world.store.read(keys);
    };
    const store = answering(world.deps.store, { read });
    expect(await world.clear({ store })).toMatchObject({ heldClaims: 0, freedClaims: 0, failed: 0 });
  });

  it('is no operation, though one that is over expires too', async () => {
    const { putOperation, clear, store } = watched();
    await putOperation('o', 'c', { status: 'succeeded', expiresAtSeconds: 1 });
    const before = store.dump();
    expect(await clear()).toMatchObject({ expiredKeys: 0, failed: 0 });
    expect(store.dump()).toEqual(before);
  });
});

describe('customers that do not stand with a follower yet', () => {
  it('are asked for only where the page does not tell, and written only where they do not', async () => {
    const { twins, setCustomer, write, deps, reads, commits, store } = watched();
    const [told, standing, missing, gone] = [await twins(), await twins(), await twins(), await twins()];
    await setCustomer(gone.id, { status: 'deleted' });
    const keyOf = ({ id }: { id: string }) => ({ type: 'sync', customerId: id, integration: CRM }) as const;
    const record = { status: 'synced', revision: 1, tries: 0 } as const;
    for (const each of [told, standing]) await write(put(keyOf(each), record, absent));
    const { found, ...page } = await store.scan(0, 1, 500, undefined);
    const isTold = ({ key }: (typeof found)[number]) => key.type !== 'sync' || key.customerId !== standing.id;
    const follow = () => beginToFollow({ ...deps, integrations: BOTH }, { ...page, found: found.filter(isTold) });
    expect(await follow()).toBe(1);
    expect(reads.flat()).toHaveLength(2);
    expect(reads).toEqual([expect.arrayContaining([keyOf(standing), keyOf(missing)])]);
    expect(commits.flat().map(({ key }) => key)).toEqual([keyOf(missing)]);
    reads.splice(0);
    expect(await beginToFollow({ ...deps, integrations: BOTH }, await store.scan(0, 1, 500, undefined))).toBe(0);
    expect(reads).toEqual([]);
  });
});

describe('many writes that are not one', () => {
  const leases = (count: number) =>
    Array.from({ length: count }, (_, n) => put({ type: 'lease', name: `${n}` }, { fence: 1 }, absent));

  it.each([
    [0, []],
    [50, [50]],
    [51, [50, 1]],
  ])('are committed by fifty: %d', async (count, sizes) => {
    const { deps, commits } = watched();
    expect(await commitThose(deps.store, leases(count))).toBe(count);
    expect(commits.map(({ length }) => length)).toEqual(sizes);
  });

  it('are committed but for those that are refused, and not at all when all are', async () => {
    const { deps, commits } = watched();
    await commitThose(deps.store, leases(2));
    expect(await commitThose(deps.store, leases(3))).toBe(1);
    expect(await commitThose(deps.store, leases(3))).toBe(0);
    expect(commits.map(({ length }) => length)).toEqual([2, 3, 1, 3]);
  });
});

describe('a run of the cleanup', () => {
  it('is one at a time for as long as its function may run', async () => {
    const world = watched();
    let beside: unknown;
    const scan: CatalogStore['scan'] = async (...asked) => {
      world.pass(5 * MINUTE_MS);
      beside ??= await clean(world);
      return world.store.scan(...asked);
    };
    await clean(world, { store: answering(world.store, { scan }) });
    expect(beside).toEqual({ skipped: true });
  });

  it('tells how much it has looked at, and keeps how far it has come', async () => {
    const world = watched();
    const used = { fingerprint: 'f', requestId: 'r' };
    for (const key of ['a', 'b', 'c', 'd', 'e']) {
      const expiresAtSeconds = key < 'c' ? 1 : 9e9;
      await world.write(put({ type: 'requestKey', scope: 's', key }, { ...used, expiresAtSeconds }, absent));
    }
    const report = await clean(world, {}, { pages: 2, recordsAPage: 2, longestMs: HOUR_MS });
    expect(report).toMatchObject({ lookedAt: 4, next: expect.any(String) });
    const [position] = await world.store.read([{ type: 'cleanupPosition' }]);
    expect(position).toEqual({ step: 2, from: expect.any(String) });
  });
});
