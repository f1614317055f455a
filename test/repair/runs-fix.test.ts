import type { RunRequest } from '#domain/consistency-run.ts';
import { driftedWorld } from './drifted-world.ts';
import { DRIFTS } from './drifts.ts';
import { Killed, mortal } from './killed.ts';
import { createRepairWorld, HOUR_MS, type RepairWorld, whatever } from './repair-world.ts';

/** Those that nothing else is needed for: operations are driven by the saga. */
const SAFE = new Set(DRIFTS.flatMap(({ kind, isSafe }) => (isSafe && kind !== 'operation-overdue' ? [kind] : [])));
const FIX: RunRequest = { is: 'fix', isDryRun: false };

async function ran(world: RepairWorld, request: RunRequest) {
  const executor = await world.begin(request);
  await world.runToEnd(executor);
  await world.drain();
  return world.told(executor.runId);
}

describe('a run that repairs', () => {
  it('does what a call would, and names what it leaves', async () => {
    const world = await driftedWorld(41, 16);
    const dry = await world.fix({ isDryRun: true });
    const [told] = await ran(world, FIX);
    expect(told?.fix?.fixed).toEqual(dry.fixed);
    expect(told?.fix?.skipped).toEqual(dry.skipped);
    expect(told?.fix?.counts).toEqual({ fixed: dry.fixed.length, skipped: dry.skipped.length, failed: 0, left: 0 });
    expect((await world.validate()).issues.filter(({ repair }) => repair.safe)).toEqual([]);
  });

  it('killed at any call, and worked on again, tells of everything, and leaves nothing that the next would not repair', async () => {
    const dying = async (nth: number) => {
      const world = await driftedWorld(42, 8);
      const before = await world.validate();
      const executor = await world.begin(FIX);
      const deps = mortal(world.deps, nth, nth % 2 === 0 ? 'before' : 'after');
      await world.runToEnd(executor, () => deps).catch((error) => expect(error).toBeInstanceOf(Killed));
      await world.runToEnd(executor);
      world.pass(HOUR_MS);
      await world.sweep();
      const [told] = await world.told(executor.runId);
      const { fixed = 0, skipped = 0, failed = 0 } = told?.fix?.counts ?? {};
      expect([nth, fixed + skipped + failed]).toEqual([nth, before.issueCount]);
      // An orphan whose link's run has died with the run is whole again, and still there.
      await world.fix();
      expect([nth, (await world.kinds()).filter((kind) => SAFE.has(kind))]).toEqual([nth, []]);
      return deps.calls();
    };
    const calls = await dying(Number.POSITIVE_INFINITY);
    // Before that it only compares.
    for (let nth = calls - 80; nth <= calls; nth += 7) await dying(nth);
  });

  it('is not limited to a thousand suspects, but to two thousand repairs; the rest is left to the next', async () => {
    const world = createRepairWorld(43);
    for (let count = 0; count < 2_003; count += 1) await world.dashboard('POST', '', { name: 'Never imported' });
    world.pass(HOUR_MS);
    const told = await ran(world, { is: 'fix', isDryRun: true });
    expect(told[0]?.fix?.counts).toEqual({ fixed: 2_000, skipped: 3, failed: 0, left: 3 });
    expect(told.flatMap(({ fix }) => fix?.fixed ?? [])).toHaveLength(2_000);
  });

  it('is refused when a side is suddenly small, and has changed nothing then', async () => {
    const world = await driftedWorld(44);
    await world.write({
      key: { type: 'reconciliation' },
      put: { catalogCustomers: 10, stripeCustomers: 1_000, step: 1 },
      when: whatever,
    });
    const records = () =>
      JSON.stringify(world.store.dump().filter(({ key }) => key.type !== 'consistencyRun' && key.type !== 'latestRun'));
    const before = records();
    const told = await ran(world, FIX);
    expect(told).toMatchObject([{ status: 'refused', reason: expect.stringMatching(/Stripe has/) }]);
    expect(records()).toBe(before);
  });

  it('cleans up orphans and says what it keeps', async () => {
    const world = await driftedWorld(45, 0);
    const { id } = await world.twins();
    const [orphan] = [await world.marked('nobody'), await world.marked(id)];
    world.pass(HOUR_MS);
    const [told] = await ran(world, { is: 'cleanup-orphaned', isDryRun: false });
    expect(told?.cleanup).toMatchObject({
      ...{ integration: 'stripe', found: 2, cleaned: 1, remaining: 0 },
      kept: [{ reason: expect.stringMatching(/only a person/) }],
    });
    expect(world.sandbox.state.customers.get(orphan ?? '')?.deleted).toBe(true);
  });
});
