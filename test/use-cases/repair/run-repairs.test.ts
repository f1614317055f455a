import type { RunRequest } from '#domain/consistency-run.ts';
import { put } from '#ports/catalog-store.ts';
import type { ConsistencyRunRecord } from '#ports/maintenance-records.ts';
import { repairFindings } from '#use-cases/repair/runs/repair-findings.ts';
import type { RunDeps } from '#use-cases/repair/runs/run.ts';
import { createRepairWorld, HOUR_MS, whatever } from '../../repair/repair-world.ts';
import { answering } from '../answering.ts';

const RECONCILIATION = { type: 'reconciliation' } as const;

/** A run for this, as it stands once everything has been compared: so many customers were renamed in Stripe. */
async function compared(count: number, request: RunRequest = { is: 'fix', isDryRun: false }) {
  const world = createRepairWorld();
  for (let made = 0; made < count; made += 1) {
    const { externalId } = await world.twins();
    await world.dashboard('POST', `/${externalId}`, { name: 'Renamed' });
  }
  world.pass(HOUR_MS);
  // One more than there are now.
  const known = { catalogCustomers: count + 1, stripeCustomers: count + 1, step: 1 };
  await world.write(put(RECONCILIATION, known, whatever));
  const executor = await world.begin(request);
  const { runId } = executor;
  const read = async () => (await world.store.read([{ type: 'consistencyRun', runId }]))[0] as ConsistencyRunRecord;
  /** Time is up as soon as so many repairs have asked Stripe. */
  const until = (most: number): RunDeps => {
    let asked = 0;
    const findCustomer = (externalId: string) => {
      asked += 1;
      return world.deps.integration.findCustomer(externalId);
    };
    const nowMs = () => world.deps.clock.nowMs() + (asked >= most ? HOUR_MS : 0);
    return {
      ...world.deps,
      clock: { ...world.deps.clock, nowMs },
      integration: answering(world.deps.integration, { findCustomer }),
    };
  };
  const reconciliation = async () => (await world.store.read([RECONCILIATION]))[0];
  return { ...world, executor, read, until, known, reconciliation };
}

describe('a run that repairs', () => {
  it('goes on in its next step with what it has not come to', async () => {
    const { executor, runToEnd, until, read, told, kinds } = await compared(25);
    // As many were looked at when they were found.
    let steps = 0;
    const count = await runToEnd(executor, () => {
      steps += 1;
      return until(steps === 1 ? Number.POSITIVE_INFINITY : 20);
    });
    expect(count).toBe(3);
    expect((await read()).repair).toEqual({ page: 1, next: 0, tried: 25, fixed: 25, skipped: 0, failed: 0, left: 0 });
    expect((await told(executor.runId))[0]?.fix?.counts).toEqual({ fixed: 25, skipped: 0, failed: 0, left: 0 });
    expect(await kinds()).toEqual([]);
  });

  it('does as much as it has the time for, and says that there is more', async () => {
    const { executor, runToEnd, until, read, inside, deps } = await compared(25, { is: 'fix', isDryRun: true });
    await runToEnd(executor);
    const { repair: _, ...ended } = await read();
    const run = { ...ended, outcomes: { notes: [], count: 0 } };
    const untilMs = deps.clock.nowMs() + 1;
    const first = await inside(() => repairFindings(until(0), run, untilMs));
    expect(first).toMatchObject({ is: 'more', changes: { repair: { page: 0, next: 0, tried: 0 } } });
    const second = await inside(() => repairFindings(deps, run, untilMs));
    expect(second).toMatchObject({ is: 'done', changes: { repair: { page: 1, fixed: 25 }, outcomes: { count: 25 } } });
  });

  it('counts what has failed, however many steps it takes', async () => {
    const { executor, runToEnd, deps, told } = await compared(25);
    let reads = 0;
    // Once both sides have been compared, nothing more can be repaired.
    const broken = {
      ...deps,
      integration: answering(deps.integration, {
        findCustomer: (externalId) => {
          reads += 1;
          return reads > 25 ? Promise.reject(new TypeError('no')) : deps.integration.findCustomer(externalId);
        },
      }),
    };
    await runToEnd(executor, () => broken);
    expect((await told(executor.runId))[0]?.fix?.counts).toEqual({ fixed: 0, skipped: 0, failed: 25, left: 0 });
  });

  it('keeps how many there were before its first repair, and asks no more whether that is believed', async () => {
    const { executor, runToEnd, read, deps, inside, reconciliation, write } = await compared(2);
    await runToEnd(executor);
    expect(await reconciliation()).toMatchObject({ catalogCustomers: 2, stripeCustomers: 2, step: 2 });
    const run = await read();
    await write({ key: RECONCILIATION, change: { stripeCustomers: 1_000 }, when: whatever });
    const work = (others: Partial<ConsistencyRunRecord>) =>
      inside(() => repairFindings(deps, { ...run, ...others }, Number.POSITIVE_INFINITY));
    expect(await work({})).toMatchObject({ is: 'done' });
    const { repair: _, ...first } = run;
    expect(await inside(() => repairFindings(deps, first, Number.POSITIVE_INFINITY))).toMatchObject({ is: 'refused' });
  });

  it('keeps nothing of that when it is a dry run', async () => {
    const { executor, runToEnd, known, reconciliation, told } = await compared(1, { is: 'fix', isDryRun: true });
    await runToEnd(executor);
    expect([(await told(executor.runId))[0]?.fix?.counts.fixed, await reconciliation()]).toEqual([1, known]);
  });
});

describe('a call that repairs', () => {
  it('keeps how many there were, unless it is a dry run', async () => {
    const { fix, known, reconciliation } = await compared(1);
    await fix({ isDryRun: true });
    expect(await reconciliation()).toEqual(known);
    await fix();
    expect(await reconciliation()).toMatchObject({ catalogCustomers: 1, stripeCustomers: 1 });
  });

  it('begins nothing after its time', async () => {
    const { fix, deps } = await compared(2);
    const late = await fix({ deadlineMs: deps.clock.nowMs() - 1 });
    expect([late.fixed, late.skipped.length]).toEqual([[], 2]);
    expect((await fix({ deadlineMs: deps.clock.nowMs() })).fixed).toHaveLength(2);
  });
});
