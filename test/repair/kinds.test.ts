import { KIND_NAMES } from '#use-cases/repair/kinds/kinds.ts';
import { DRIFTS } from './drifts.ts';
import { createRepairWorld, HOUR_MS } from './repair-world.ts';

/** Makes one drift in a world at rest, in which others stand by. */
async function broken(drift: (typeof DRIFTS)[number]) {
  const world = createRepairWorld();
  const twins = await world.twins();
  const other = await world.twins();
  await world.twins();
  await drift.make(world, twins, other);
  world.pass(HOUR_MS);
  return world;
}

describe('each kind of drift', () => {
  it('is made below', () => {
    expect([...new Set(DRIFTS.map(({ kind }) => kind))].sort()).toEqual([...KIND_NAMES].sort());
  });

  it.each(DRIFTS.map((drift, index) => [drift.kind, drift.isSafe ? 'repaired' : 'named', index] as const))(
    '%s is found, alone; it is %s, and a second time there is nothing to do',
    async (kind, _, index) => {
      const drift = DRIFTS[index] as (typeof DRIFTS)[number];
      const world = await broken(drift);
      expect((await world.validate()).issues).toMatchObject([{ kind, repair: { safe: drift.isSafe } }]);

      const before = JSON.stringify([world.store.dump(), world.sandbox.state.customers.values()]);
      const dry = await world.fix({ isDryRun: true });
      expect(JSON.stringify([world.store.dump(), world.sandbox.state.customers.values()])).toBe(before);

      const report = await world.fix();
      expect(report.fixed).toEqual(dry.fixed);
      expect([report.fixed.length, report.skipped.length, report.failed]).toEqual(
        drift.isSafe ? [1, 0, []] : [0, 1, []],
      );
      expect(await world.kinds()).toEqual(drift.isSafe ? [] : [kind]);

      const settled = JSON.stringify(world.sandbox.state.customers.values());
      expect((await world.fix()).fixed).toEqual([]);
      expect(JSON.stringify(world.sandbox.state.customers.values())).toBe(settled);
    },
  );

  it.each(DRIFTS.flatMap((drift, index) => (drift.isRepairable ? [[drift.kind, index] as const] : [])))(
    '%s is repaired when it is named',
    async (kind, index) => {
      const world = await broken(DRIFTS[index] as (typeof DRIFTS)[number]);
      expect((await world.fix({ kinds: [kind] })).fixed).toHaveLength(1);
      expect(await world.kinds()).toEqual([]);
    },
  );
});
