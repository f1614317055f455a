import type { CatalogStore, Write } from '#ports/catalog-store.ts';

/** So many at most go in one transaction. */
const COMMITTED_AT_ONCE = 50;

/** Commits those of the writes whose conditions hold, and answers how many. */
export async function commitThose(store: CatalogStore, writes: readonly Write[]): Promise<number> {
  let committed = 0;
  for (let at = 0; at < writes.length; at += COMMITTED_AT_ONCE) {
    let left = writes.slice(at, at + COMMITTED_AT_ONCE).map((write, index) => [`${index}`, write] as const);
    while (left.length > 0) {
      const result = await store.commit(Object.fromEntries(left));
      if (result.committed) {
        committed += left.length;
        break;
      }
      left = left.filter(([name]) => !Object.hasOwn(result.refused, name));
    }
  }
  return committed;
}
