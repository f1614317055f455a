import type { IntegrationName, Integrations } from '#domain/integrations.ts';
import { followersAfter } from '#use-cases/saga/followers.ts';
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
