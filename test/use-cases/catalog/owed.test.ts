import type { IntegrationName } from '#domain/integrations.ts';
import { absent, all, equal, missing } from '#ports/catalog-store.ts';
import type { SyncRecord } from '#ports/records.ts';
import { isPoked, owedToGate, owedToOthers, pokeOwed } from '#use-cases/catalog/owed.ts';
import { createRepairWorld } from '../../repair/repair-world.ts';

const CRM = 'crm' as IntegrationName;
const NOW_MS = Date.UTC(2026, 0, 1) + 400;
const at = (seconds: number) => new Date(NOW_MS + seconds * 1_000).toISOString();
const synced: SyncRecord = { status: 'synced', externalId: 'crm_1', revision: 7, tries: 3, lastError: 'once' };
const owed = {
  ...{ status: 'pending', apartSince: at(0), lookAgain: true, dueAt: at(30) },
  ...{ revision: 8, retryAt: undefined, tries: 0, lastError: undefined },
};
const asRead = all(equal('revision', 7), missing('runId'));
const key = (integration: IntegrationName) => ({ type: 'sync', customerId: 'c', integration }) as const;

describe('what a change owes', () => {
  it('to the gate holds only while nobody has begun to bring it over', () => {
    expect(owedToGate('c', synced, NOW_MS, { isTombstone: true })).toEqual({
      ...{ key: key('stripe'), change: { ...owed, isTombstone: true }, when: asRead },
    });
  });

  const toCrm = (standing: SyncRecord | undefined, besides = {}) =>
    owedToOthers([CRM], 'c', standing === undefined ? {} : { [CRM]: standing }, NOW_MS, besides);

  it.each([
    ['that stands with it', synced, {}, owed],
    ['that has been apart from it', { ...synced, apartSince: '2025' }, {}, { ...owed, apartSince: '2025' }],
    ['that is deleted', synced, { isTombstone: true }, { ...owed, isTombstone: true }],
    ['that is emptied', synced, { emptied: ['name'] }, { ...owed, emptied: ['name'] }],
    [
      'that is emptied once more',
      { ...synced, emptied: ['name', 'email'] },
      { emptied: ['email'] },
      { ...owed, emptied: ['name', 'email'] },
    ],
  ] as const)('to a follower, of a customer %s', (_, standing, besides, change) => {
    expect(toCrm(standing, besides)).toEqual({ 'owed to crm': { key: key(CRM), change, when: asRead } });
  });

  it.each([
    ['lets a run go on that is live', at(20.001), 7],
    ['refuses whoever is about to begin when that one is about to be over', at(20), 8],
  ])('%s, and holds only while it is that one', (_, runExpiresAt, revision) => {
    const write = owedToGate('c', { ...synced, runId: 'r', runExpiresAt }, NOW_MS);
    expect(write).toMatchObject({ change: { revision }, when: all(equal('revision', 7), equal('runId', 'r')) });
  });

  it('to a follower that came later is that it begins to stand, under a revision that never was; a tombstone does not', () => {
    const put = { status: 'pending', revision: NOW_MS / 1_000 - 0.4, tries: 0, apartSince: at(0), dueAt: at(30) };
    expect(toCrm(undefined)).toEqual({ 'owed to crm': { key: key(CRM), put, when: absent } });
    expect(toCrm(undefined, { isTombstone: true })).toEqual({ 'owed to crm': undefined });
    expect(owedToOthers([], 'c', {}, NOW_MS)).toEqual({});
  });

  it.each([
    ['has just been asked for', { lookAgain: true, dueAt: at(30) }, true],
    ['is about to be due', { lookAgain: true, dueAt: at(0.001) }, true],
    ['is due', { lookAgain: true, dueAt: at(0) }, false],
    ['is due much later', { lookAgain: true, dueAt: at(30.001) }, false],
    ['was not asked for', { dueAt: at(10) }, false],
    ['is not due', { lookAgain: true }, false],
    [
      'waits for an email',
      { lookAgain: true, dueAt: at(10), conflict: { field: 'email', stripeValue: null, since: '2025' } },
      false,
    ],
  ] as const)('needs no poke of its own when the one before is on its way: what %s', (_, more, expected) => {
    expect(isPoked({ ...synced, ...more }, NOW_MS)).toBe(expected);
    const { change } = owedToGate('c', { ...synced, ...more }, NOW_MS) as unknown as { change: { dueAt: string } };
    expect(change.dueAt).toBe(expected ? more.dueAt : at(30));
  });

  it('is poked for each integration; a poke that cannot be sent only delays it', async () => {
    const { deps } = createRepairWorld();
    const [poked, warned]: [unknown[], unknown[]] = [[], []];
    const log = { warn: (_: string, details: unknown) => void warned.push(details) };
    const pokes = { poke: async (poke: unknown) => void poked.push(poke) };
    await pokeOwed({ ...deps, log, pokes, integrations: ['stripe', CRM] }, 'c');
    await pokeOwed({ ...deps, log, pokes }, 'd', [CRM]);
    expect(poked).toEqual([
      { customerId: 'c' },
      { customerId: 'c', integration: CRM },
      { customerId: 'd', integration: CRM },
    ]);
    await pokeOwed({ ...deps, log, pokes: { poke: () => Promise.reject(new TypeError('no')) } }, 'c');
    expect(warned).toEqual([{ customerId: 'c', error: 'TypeError' }]);
    expect(isPoked(undefined, NOW_MS)).toBe(false);
  });
});
