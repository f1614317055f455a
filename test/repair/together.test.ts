import { DRIFTS } from './drifts.ts';
import { createRepairWorld, HOUR_MS } from './repair-world.ts';

describe('all kinds of drift at once', () => {
  it('are found, each one, and no other; the safe ones are repaired and the others left and named', async () => {
    const world = createRepairWorld(7);
    for (const { make } of DRIFTS) await make(world, await world.twins(), await world.twins());
    for (let quiet = 0; quiet < 120; quiet += 1) await world.twins();
    world.pass(HOUR_MS);
    expect(await world.kinds()).toEqual(DRIFTS.map(({ kind }) => kind).sort());

    const report = await world.fix();
    const unsafe = DRIFTS.filter(({ isSafe }) => !isSafe).map(({ kind }) => kind);
    expect(report.failed).toEqual([]);
    expect(report.skipped.map(({ issue }) => issue.kind).sort()).toEqual(unsafe.toSorted());
    expect(report.fixed).toHaveLength(DRIFTS.length - unsafe.length);
    expect(await world.kinds()).toEqual(unsafe.toSorted());
    expect((await world.fix()).fixed).toEqual([]);
  });
});

describe('what validate asks', () => {
  it('is one list of Stripe’s customers for each hundred and nothing else, while both sides are in step', async () => {
    const world = createRepairWorld(8);
    for (let count = 0; count < 200; count += 1) await world.twins();
    world.pass(HOUR_MS);
    const records = JSON.stringify(world.store.dump());
    world.requests.length = 0;
    expect(await world.validate()).toMatchObject({
      ...{ consistent: true, catalogCustomers: 200, stripeCustomers: 200, issueCount: 0, issues: [] },
    });
    expect(world.requests).toEqual(['GET /v1/customers', 'GET /v1/customers']);
    expect(JSON.stringify(world.store.dump())).toBe(records);
  });
});
