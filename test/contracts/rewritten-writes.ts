import type { CatalogStore, Condition, NamedWrites } from '#ports/catalog-store.ts';

type Rewrite = (condition: Condition<string>, name: string) => Condition<string>;

/** The same writes under other conditions: `rewrite` is asked for each condition and, within it, for each part. */
export function rewritten<W extends NamedWrites>(writes: W, rewrite: Rewrite): W {
  const entries = Object.entries(writes).map(([name, write]) => [
    name,
    write && 'when' in write ? { ...write, when: deep(write.when, (condition) => rewrite(condition, name)) } : write,
  ]);
  // Only conditions differ, and every store takes any.
  return Object.fromEntries(entries) as W;
}

const always: Condition<string> = { is: 'missing', field: 'no such field' };

/** The store, as if these conditions always held: a use case that relies on one of them is seen to fail. */
export function withoutGuard(
  store: CatalogStore,
  isGuard: (condition: Condition<string>, name: string) => boolean,
): CatalogStore {
  return {
    read: (keys) => store.read(keys),
    commit: (writes) =>
      store.commit(rewritten(writes, (condition, name) => (isGuard(condition, name) ? always : condition))),
    listDue: (...asked) => store.listDue(...asked),
    listApart: (...asked) => store.listApart(...asked),
    listCustomers: (...asked) => store.listCustomers(...asked),
    listAudit: (...asked) => store.listAudit(...asked),
    listUnfinished: (...asked) => store.listUnfinished(...asked),
    listOperationsOf: (...asked) => store.listOperationsOf(...asked),
    scan: (...asked) => store.scan(...asked),
  };
}

function deep(
  condition: Condition<string>,
  rewrite: (condition: Condition<string>) => Condition<string>,
): Condition<string> {
  if (condition.is !== 'all' && condition.is !== 'any') return rewrite(condition);
  return rewrite({ ...condition, of: condition.of.map((part) => deep(part, rewrite)) });
}
