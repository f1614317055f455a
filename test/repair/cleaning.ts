import { normalizeEmail } from '#domain/email.ts';
import { absent, type CatalogStore, type NamedWrites, type Write } from '#ports/catalog-store.ts';
import type { RecordKey } from '#ports/records.ts';
import { type CleanupDeps, type CleanupLimits, cleanup } from '#use-cases/repair/cleanup.ts';
import { withoutGuard } from '../contracts/rewritten-writes.ts';
import type { RepairWorld } from './repair-world.ts';

export const EMAIL = 'wanted@example.com';

export const claimKey = (email: string) => ({ type: 'emailClaim', email: normalizeEmail(email) }) as const;

export const putClaim = (world: RepairWorld, email: string, record: object) =>
  world.write({ key: claimKey(email), put: record, when: absent } as Write);

/** Runs cleanup in this world, with some of what it needs replaced. */
export const clean = (world: RepairWorld, deps: Partial<CleanupDeps> = {}, limits?: CleanupLimits) =>
  world.inside(() => cleanup({ ...world.deps, ...deps }, limits));

export const countOf = (world: RepairWorld, type: RecordKey['type']) =>
  world.store.dump().filter(({ key }) => key.type === type).length;

/** Does something else just before the first commit that writes this. */
export function overtaken(store: CatalogStore, name: (write: Write) => boolean, meanwhile: () => Promise<unknown>) {
  let isDone = false;
  const commit = async <const W extends NamedWrites>(writes: W) => {
    const isIt = Object.values(writes).some((write) => write !== undefined && name(write));
    if (isIt && !isDone) {
      isDone = true;
      await meanwhile();
    }
    return store.commit(writes);
  };
  return { ...withoutGuard(store, () => false), commit } satisfies CatalogStore;
}

export const removes = (type: RecordKey['type']) => (write: Write) => write.key.type === type && 'remove' in write;
