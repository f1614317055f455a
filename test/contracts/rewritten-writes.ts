import type { Condition, NamedWrites } from '#ports/catalog-store.ts';

type Rewrite = (condition: Condition<string>, name: string) => Condition<string>;

/** The same writes under other conditions: `rewrite` is asked for each condition and, within it, for each part. */
export function rewritten<W extends NamedWrites>(writes: W, rewrite: Rewrite): W {
  const entries = Object.entries(writes).map(([name, write]) => [
    name,
    write && { ...write, when: deep(write.when, (condition) => rewrite(condition, name)) },
  ]);
  // Only conditions differ, and every store takes any.
  return Object.fromEntries(entries) as W;
}

function deep(
  condition: Condition<string>,
  rewrite: (condition: Condition<string>) => Condition<string>,
): Condition<string> {
  if (condition.is !== 'all' && condition.is !== 'any') return rewrite(condition);
  return rewrite({ ...condition, of: condition.of.map((part) => deep(part, rewrite)) });
}
