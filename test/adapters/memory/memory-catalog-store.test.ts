import { MemoryCatalogStore } from '#adapters/memory/memory-catalog-store.ts';
import { absent, all, change, check } from '#ports/catalog-store.ts';
import { catalogStoreContract } from '../../contracts/catalog-store.contract.ts';
import { manualClock } from '../../contracts/manual-clock.ts';

catalogStoreContract('memory', (clock) => new MemoryCatalogStore(clock));

describe('the memory catalog store', () => {
  const key = { type: 'lease', name: 'a' } as const;

  it.each([
    ['a change of nothing', { it: change(key, {}, absent) }],
    ['a condition of no parts', { it: check(key, all()) }],
  ])('takes no more than DynamoDB: not %s', async (_, writes) => {
    await expect(new MemoryCatalogStore(manualClock()).commit(writes)).rejects.toThrow();
  });
});
