import type { CatalogStore, Changes, NamedWrites, Write } from '#ports/catalog-store.ts';
import type { SyncRecord } from '#ports/records.ts';
import { withoutGuard } from '../contracts/rewritten-writes.ts';
import { NO_FAULTS, ROUGH_WEATHER } from './faults.ts';
import { wrongInTandem } from './in-tandem.ts';
import { synthesizedSaga } from './saga.ts';
import type { TwoWayStory } from './two-way.ts';

const SEEDS = Number(process.env['SEEDS'] ?? 20);

/** The first seed whose story ends badly, and how. */
async function firstBroken(story: Omit<TwoWayStory, 'seed'>): Promise<string | undefined> {
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const wrong = await wrongInTandem({ ...story, seed });
    if (wrong.length > 0) return `seed ${seed}: ${wrong.join('; ')}`;
  }
  return undefined;
}

/** A catalog that is written to otherwise than it was asked. */
function writing(rewrite: (writes: NamedWrites) => NamedWrites): (store: CatalogStore) => CatalogStore {
  return (store) => ({
    ...withoutGuard(store, () => false),
    commit: async (writes) => (await store.commit(rewrite(writes))) as never,
  });
}

const withoutMarks = writing((writes) =>
  Object.fromEntries(Object.entries(writes).filter(([name]) => !name.startsWith('owed to '))),
);

const withoutEmptied = writing((writes) =>
  Object.fromEntries(
    Object.entries(writes).map(([name, write]) => {
      if (write === undefined || !('change' in write)) return [name, write];
      const { emptied: _, ...change } = write.change as Changes<SyncRecord>;
      return [name, { ...write, change } as Write];
    }),
  ),
);

describe('two integrations, and people at both who change the same customers', () => {
  it('agree with the catalog in the end', async () => {
    expect(await firstBroken({ faults: NO_FAULTS })).toBeUndefined();
  });

  it('do so too when processes hang and die, answers are lost and requests arrive late, in both modes', async () => {
    expect(await firstBroken({ faults: ROUGH_WEATHER, saga: synthesizedSaga() })).toBeUndefined();
  });

  it('do so too when emails are fought over', async () => {
    expect(await firstBroken({ faults: ROUGH_WEATHER, hasSharedEmails: true })).toBeUndefined();
  });

  it('do not if a change is not marked as owed to the others', async () => {
    const broken = await firstBroken({ faults: NO_FAULTS, wrapStore: withoutMarks });
    expect(broken).toContain('has 0 Stripe customers');
  });

  it('do not if what one of them empties is not sent to the other', async () => {
    const broken = await firstBroken({ faults: NO_FAULTS, wrapStore: withoutEmptied });
    expect(broken).toContain('is said to agree on');
  });
});
