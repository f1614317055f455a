import type { IntegrationName, Integrations } from '#domain/integrations.ts';
import type { CatalogStore } from '#ports/catalog-store.ts';
import { followersAfter, owedToFollowers } from '#use-cases/saga/followers.ts';
import { answering } from '../answering.ts';
import { changed, deleted } from './endings-world.ts';

const CRM = 'crm' as IntegrationName;
const BOTH: Integrations = ['stripe', CRM];

describe('the followers of an operation', () => {
  it('are owed what has succeeded, in the same transaction, and poked', async () => {
    const { take, operationId, id, standing, pokes, at } = await changed({ name: 'Janet' });
    expect(await take('apply', operationId, {}, { integrations: BOTH })).toBe('succeeded');
    expect(await standing(id, CRM)).toMatchObject({ status: 'pending', apartSince: at() });
    expect(pokes).toEqual([{ customerId: id, integration: CRM }]);
  });

  it('are owed a delete of one that they have, and none of another', async () => {
    const first = await deleted();
    expect(await first.take('apply', first.operationId, {}, { integrations: BOTH })).toBe('succeeded');
    expect(await first.standing(first.id, CRM)).toBeUndefined();
    const other = await deleted();
    await other.write({
      key: { type: 'sync', customerId: other.id, integration: CRM },
      put: { status: 'synced', externalId: 'crm_1', revision: 4, tries: 0 },
      when: { is: 'absent' },
    });
    expect(await other.take('apply', other.operationId, {}, { integrations: BOTH })).toBe('succeeded');
    expect(await other.standing(other.id, CRM)).toMatchObject({
      status: 'pending',
      isTombstone: true,
      lookAgain: true,
    });
  });

  it('are shown as pending in its reply, with what they had', () => {
    expect(followersAfter(['stripe'])).toEqual({});
    const standing = { status: 'synced', externalId: 'crm_1', revision: 1, tries: 0, lastSyncedAt: '2026' } as const;
    expect(followersAfter(BOTH, { [CRM]: standing })).toEqual({
      followers: { [CRM]: { externalId: 'crm_1', syncStatus: 'pending', lastSyncedAt: '2026', conflict: null } },
    });
    expect(followersAfter(BOTH)).toMatchObject({ followers: { [CRM]: { externalId: null, syncStatus: 'pending' } } });
  });
});

describe('an operation whose followers are at work just then', () => {
  /** Ends an update while so many commits are refused for what these are. */
  async function ended(times: number, ...names: readonly string[]) {
    const { take, operationId, id, store, standing, pokes } = await changed({ name: 'Janet' });
    let tries = 0;
    const commit: CatalogStore['commit'] = async (writes) => {
      tries += 1;
      if (tries > times) return store.commit(writes);
      return { committed: false, refused: Object.fromEntries(names.map((name) => [name, {}])) } as never;
    };
    const others = { integrations: BOTH, store: answering(store, { commit }) };
    const is = await take('apply', operationId, {}, others).catch((error: Error) => error.message);
    return { is, tries, pokes, gate: (await standing(id))?.status };
  }

  it('tells them once more, five times, and the gate nothing', async () => {
    const pokes = [{ customerId: expect.any(String), integration: CRM }];
    expect(await ended(5, 'owed to crm')).toEqual({ is: 'succeeded', tries: 6, gate: 'synced', pokes });
    const { is, tries } = await ended(6, 'owed to crm');
    expect([is, tries]).toEqual([expect.stringContaining('no longer holds owed to crm'), 6]);
  });

  it('is in error at once when it has lost something of its own', async () => {
    const { is, tries } = await ended(9, 'owed to crm', 'customer');
    expect([is, tries]).toEqual([expect.stringContaining('no longer holds owed to crm, customer'), 1]);
  });

  it('reads nothing where there are none', async () => {
    const { deps, store, operation, operationId } = await changed({ name: 'Janet' });
    const read = () => Promise.reject(new Error('It read nothing.'));
    const begun = await operation(operationId);
    expect(await owedToFollowers({ ...deps, store: answering(store, { read }) }, begun, 0)).toEqual({});
  });
});
