import type { CatalogStore, Condition, Write } from '#ports/catalog-store.ts';
import { answering } from './answering.ts';

/** The store, which refuses conditions that DynamoDB refuses: on a field without a name, or with nothing to compare with. */
export function strict<Store extends CatalogStore>(store: Store): Store {
  const commit: CatalogStore['commit'] = async (writes) => {
    for (const write of Object.values<Write | undefined>(writes)) {
      if (write !== undefined && 'when' in write) assertSayable(write.when);
    }
    return store.commit(writes);
  };
  return answering<Store>(store, { commit } as Partial<Store>);
}

function assertSayable(condition: Condition<string>): void {
  if ('of' in condition) for (const part of condition.of) assertSayable(part);
  if ('field' in condition && condition.field === '') throw new RangeError('A condition names a field.');
  if ('value' in condition && condition.value === undefined) throw new RangeError('A condition compares with a value.');
}
