import { MemoryLeaseStore } from '#adapters/memory/memory-lease-store.ts';
import type { CatalogStore, Scanned } from '#ports/catalog-store.ts';
import type { RecordKey } from '#ports/records.ts';
import { cleanup } from '#use-cases/repair/cleanup.ts';
import { withoutGuard } from '../contracts/rewritten-writes.ts';
import { NO_FAULTS, ROUGH_WEATHER } from './faults.ts';
import { twoWayRig } from './two-way.ts';

const WORLDS = Number(process.env['SEEDS'] ?? 12);
const ROUNDS = 10;
const LIMITS = { pages: 20, recordsAPage: 4, longestMs: 3600_000 };

/** What cleanup does about claims while both sides fight over three emails; nobody ever leaves one behind. */
async function clearedMeanwhile(seed: number, see: (store: CatalogStore) => CatalogStore): Promise<number> {
  const faults = seed % 2 === 0 ? NO_FAULTS : { ...ROUGH_WEATHER, crash: 0 };
  const rig = twoWayRig({ seed, faults, hasSharedEmails: true });
  let cleared = 0;
  rig.task(
    'cleanup',
    async (ports) => {
      const leases = new MemoryLeaseStore(ports.clock);
      const store = see(ports.store);
      for (let round = 0; round < ROUNDS; round += 1) {
        await ports.clock.sleep(1_500);
        // Nothing is too young.
        const report = await cleanup({ ...ports, store, leases, graceMs: 0 }, LIMITS).catch(() => undefined);
        if (report !== undefined && 'freedClaims' in report) cleared += report.freedClaims + report.heldClaims;
      }
    },
    { isFaulty: true, lifetimeMs: Number.POSITIVE_INFINITY },
  );
  await rig.run();
  return cleared;
}

/** Sees each claim for ever as it was at first: what looking twice is good for is gone. */
function seeingOldClaims(store: CatalogStore): CatalogStore {
  const seen = new Map<string, unknown>();
  const firstSeen = <Record>(key: RecordKey, record: Record): Record => {
    if (key.type !== 'emailClaim') return record;
    const name = JSON.stringify(key);
    if (!seen.has(name)) seen.set(name, record);
    return seen.get(name) as Record;
  };
  return {
    ...withoutGuard(store, () => false),
    async read(keys) {
      const records = await store.read(keys);
      return records.map((record, index) => firstSeen(keys[index] as RecordKey, record)) as typeof records;
    },
    async scan(...asked) {
      const page = await store.scan(...asked);
      const found = page.found.map(({ key, record }) => ({ key, record: firstSeen(key, record) }) as Scanned);
      return { ...page, found };
    },
  };
}

describe('cleanup beside everybody else', () => {
  it.each<[string, (store: CatalogStore) => CatalogStore]>([
    ['', (store) => store],
    [', also when it looks only once: what it writes is conditioned on what it saw', seeingOldClaims],
  ])(
    `clears no claim that anybody has, in ${WORLDS} worlds%s`,
    async (_, see) => {
      for (let seed = 1; seed <= WORLDS; seed += 1)
        expect([seed, await clearedMeanwhile(seed, see)]).toEqual([seed, 0]);
    },
    600_000,
  );

  it('would, if it looked once and wrote without conditions', async () => {
    const unconditioned = (store: CatalogStore) =>
      withoutGuard(seeingOldClaims(store), (_, name) => name === 'customer' || name === 'claim');
    let cleared = 0;
    for (let seed = 1; seed <= WORLDS && cleared === 0; seed += 1) {
      cleared = await clearedMeanwhile(seed, unconditioned);
    }
    expect(cleared).toBeGreaterThan(0);
  }, 600_000);
});
