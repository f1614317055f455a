import type { CatalogStore, NamedWrites } from '#ports/catalog-store.ts';
import { NO_FAULTS, ROUGH_WEATHER } from './faults.ts';
import { wrongInTandem } from './in-tandem.ts';
import { synthesizedSaga } from './saga.ts';
import type { TwoWayStory } from './two-way.ts';

const SEEDS = Number(process.env['SEEDS'] ?? 10);

/** The first seed whose story ends badly, and how. */
async function firstBroken(story: Omit<TwoWayStory, 'seed'>): Promise<string | undefined> {
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const wrong = await wrongInTandem({ ...story, seed });
    if (wrong.length > 0) return `seed ${seed}: ${wrong.join('; ')}`;
  }
  return undefined;
}

/** A catalog to which nobody tells what the other integrations are owed. */
function withoutMarks(store: CatalogStore): CatalogStore {
  const commit = (writes: NamedWrites) =>
    store.commit(Object.fromEntries(Object.entries(writes).filter(([name]) => !name.startsWith('owed to '))));
  return Object.assign(Object.create(store), { commit });
}

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
    expect(await firstBroken({ faults: NO_FAULTS, wrapStore: withoutMarks })).toBeDefined();
  });
});
