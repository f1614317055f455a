import { atOnceOrAsRun } from '#use-cases/repair/runs/begin-run.ts';
import { resumeRun } from '#use-cases/repair/runs/resume-run.ts';
import { workOnRun } from '#use-cases/repair/runs/work-on-run.ts';
import { getLastReport, validate, validateOnSchedule } from '#use-cases/repair/validate.ts';
import { driftedWorld } from './drifted-world.ts';
import { createRepairWorld, HOUR_MS, type RepairWorld } from './repair-world.ts';

const refused = expect.objectContaining({ problem: expect.objectContaining({ type: 'reconciliation-refused' }) });
const QUARTER_MS = 15 * 60_000;

describe('what is compared in one go', () => {
  const asked = (world: RepairWorld, mostAtOnce: number) => {
    const deps = { ...world.deps, runs: world.runs, mostAtOnce };
    return world.inside(() => atOnceOrAsRun(deps, { is: 'validate' }, () => validate(deps)));
  };

  it('is answered at once while it is not too much, and as a run once too many are met', async () => {
    const world = createRepairWorld(31);
    for (let count = 0; count < 4; count += 1) await world.twins();
    expect(await asked(world, 4)).toMatchObject({ answer: { catalogCustomers: 4 } });
    expect(await asked(world, 3)).toMatchObject({ run: { status: 'running' } });
    expect(world.executors).toHaveLength(1);
  });

  it('is not even begun when there were too many before', async () => {
    const world = createRepairWorld(32);
    for (let count = 0; count < 4; count += 1) await world.twins();
    await world.runToEnd(await world.begin());
    world.requests.length = 0;
    expect(await asked(world, 3)).toMatchObject({ run: { expectedCustomers: 4 } });
    expect(world.requests).toEqual([]);
  });
});

describe('runs', () => {
  it('are one at a time: the same is joined, and something else has to wait', async () => {
    const world = await driftedWorld(33, 1);
    const executor = await world.begin();
    expect(await world.begin()).toEqual(executor);
    await expect(world.begin({ is: 'fix', isDryRun: false })).rejects.toEqual(refused);
    expect(world.executors).toEqual([executor]);
    await world.runToEnd(executor);
    expect((await world.begin({ is: 'fix', isDryRun: true })).runId).not.toBe(executor.runId);
  });

  it('are one also when two begin at the same moment', async () => {
    const world = await driftedWorld(34, 1);
    const [one, other] = await Promise.all([world.begin(), world.begin()]);
    expect(other).toEqual(one);
    expect(world.executors).toHaveLength(1);
  });

  it('whose start was lost, or whose execution has ended, are resumed by another executor', async () => {
    const world = await driftedWorld(35, 1);
    const first = await world.begin();
    const deps = { ...world.deps, runs: world.runs };
    expect(await resumeRun(deps, first.runId)).toBe(false);
    world.pass(QUARTER_MS + 60_000);
    expect(await Promise.all([resumeRun(deps, first.runId), resumeRun(deps, first.runId)])).toEqual([true, false]);
    const second = { runId: first.runId, fence: 2 };
    expect(world.executors).toEqual([first, second]);
    await world.runToEnd(first);
    expect(await world.told(first.runId)).toMatchObject([{ status: 'running' }]);
    await world.runToEnd(second);
    expect(await world.told(first.runId)).toMatchObject([{ status: 'done' }]);
    world.pass(HOUR_MS);
    expect(await resumeRun(deps, first.runId)).toBe(false);
  });

  it('that are due are found in the list of what is due, until their end', async () => {
    const world = await driftedWorld(36, 1);
    const executor = await world.begin();
    const due = async () =>
      (await world.store.listDue('9999', 1_000)).filter(({ key }) => key.type === 'consistencyRun');
    expect(await due()).toMatchObject([{ key: { runId: executor.runId } }]);
    await world.runToEnd(executor);
    expect(await due()).toEqual([]);
  });

  it('that have no end end after a day, and make room', async () => {
    const world = await driftedWorld(37, 1);
    const executor = await world.begin();
    world.pass(25 * HOUR_MS);
    // Told of by the very step that ends it, so that it is counted once.
    const step = () => world.inside(() => workOnRun(world.deps, executor));
    expect(await step()).toMatchObject({ is: 'done', ended: { status: 'refused' } });
    expect(await step()).toEqual({ is: 'done' });
    expect(await world.told(executor.runId)).toMatchObject([
      { status: 'refused', reason: expect.stringMatching(/day/) },
    ]);
    expect((await world.begin()).runId).not.toBe(executor.runId);
  });
});

describe('the scheduled comparison of many', () => {
  it('is a run that keeps the report and makes good what events had told in vain', async () => {
    const world = await driftedWorld(38);
    const { issues } = await world.validate();
    await world.write({
      key: { type: 'eventPosition' },
      put: { through: '2026', unreadSince: '2025', step: 3 },
      when: { is: 'absent' },
    });
    const scheduled = () => world.inside(() => validateOnSchedule({ ...world.deps, runs: world.runs, mostAtOnce: 3 }));
    expect(await scheduled()).toMatchObject({ runId: expect.any(String) });
    expect(await scheduled()).toEqual({ skipped: true });
    const [executor] = world.executors;
    if (executor === undefined) throw new Error('No run was begun.');
    await world.runToEnd(executor);
    expect((await getLastReport(world.store)).issues).toEqual(issues);
    const [position] = await world.store.read([{ type: 'eventPosition' }]);
    expect(position).toEqual({ through: '2026', step: 4 });
  });
});
