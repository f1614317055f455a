import type { Issue } from '#domain/consistency.ts';
import { type Buckets, bucketOf, oneBucket } from '#use-cases/repair/compare/buckets.ts';
import { beginWalk, goOn } from '#use-cases/repair/compare/walk.ts';
import type { RunDeps } from '#use-cases/repair/runs/run.ts';
import { runBuckets } from '#use-cases/repair/runs/run-buckets.ts';
import { type SeededRandom, seededRandom } from '../simulation/seeded-random.ts';
import { driftedWorld } from './drifted-world.ts';
import type { RepairWorld } from './repair-world.ts';

const WORLDS = 6;
const newRun = (count: number) => ({
  ...{ id: 'run', step: 1, buckets: { count, notes: [], put: 0, read: 0 }, expiresAtSeconds: 9e9 },
});

/** Both sides answer in pages of as few as the seed wants. */
function inSmallPages({ deps }: RepairWorld, random: SeededRandom): RunDeps {
  const few = () => 1 + Math.floor(random.fraction() * 7);
  return {
    ...deps,
    store: Object.assign(Object.create(deps.store), {
      read: deps.store.read.bind(deps.store),
      listAudit: deps.store.listAudit.bind(deps.store),
      scan: (part: number, of: number, _: number, from: string | undefined) => deps.store.scan(part, of, few(), from),
    }),
    integration: Object.assign(Object.create(deps.integration), {
      name: deps.integration.name,
      findCustomer: deps.integration.findCustomer.bind(deps.integration),
      isUnused: deps.integration.isUnused.bind(deps.integration),
      listCustomers: async (from: string | undefined) => {
        const page = await deps.integration.listCustomers(from);
        const customers = page.customers.slice(0, few());
        const isCut = customers.length < page.customers.length;
        return { ...page, customers, next: isCut ? customers.at(-1)?.externalId : page.next };
      },
    }),
  };
}

/** Compares piece by piece; the buckets are `makeBuckets`'s, and written after each piece. */
async function issuesBy(
  world: RepairWorld,
  deps: RunDeps,
  buckets: Buckets & { flush?: () => Promise<void> },
): Promise<Issue[]> {
  const issues: Issue[] = [];
  for (let walk = beginWalk(deps); walk.place.stage !== 'end'; ) {
    const piece = await world.inside(() => goOn(deps, buckets, walk, 3));
    await buckets.flush?.();
    issues.push(...piece.findings.map(({ issue }) => issue));
    ({ walk } = piece);
  }
  return issues;
}

describe('comparing piece by piece', () => {
  it.each([1, 7, 512])('with %d buckets and pages of any size tells what comparing in one go does', async (count) => {
    for (let seed = 1; seed <= WORLDS; seed += 1) {
      const world = await driftedWorld(seed);
      const { issues } = await world.validate();
      expect(issues.length).toBeGreaterThanOrEqual(6);
      const deps = inSmallPages(world, seededRandom(seed));
      const buckets = runBuckets(deps.scratch, deps.digest, newRun(count));
      expect([seed, await issuesBy(world, deps, buckets)]).toEqual([seed, issues]);
    }
  });

  it('would not, if what has the same key came into different buckets', async () => {
    const world = await driftedWorld(1);
    const { issues } = await world.validate();
    const scattered = [oneBucket(), oneBucket()] as const;
    const met = new Set<string>();
    const buckets: Buckets = {
      count: 2,
      add: (table, key, entry) => {
        const isFirst = !met.has(`${table} ${key}`);
        met.add(`${table} ${key}`);
        (isFirst ? scattered[0] : scattered[1]).add(table, key, entry);
      },
      read: (table, bucket) => (bucket === 0 ? scattered[0] : scattered[1]).read(table, 0),
    };
    const suspects = await issuesBy(world, world.deps, buckets);
    expect(suspects).not.toEqual(issues);
  });

  it('spreads what it meets over all buckets', () => {
    const digest = (text: string) => text.padStart(8, '0');
    expect(['00000000', '7fffffff', '80000000', 'ffffffff'].map((key) => bucketOf(digest, key, 256))).toEqual([
      ...[0, 127, 128, 255],
    ]);
  });
});
