import type { RunRequest } from '#domain/consistency-run.ts';
import { notFound } from '#domain/problem.ts';
import { type CatalogStore, put } from '#ports/catalog-store.ts';
import type { ExternalCustomer } from '#ports/integration.ts';
import type { ConsistencyRunRecord, ReconciliationRecord } from '#ports/maintenance-records.ts';
import type { Finding } from '#use-cases/repair/compare/look.ts';
import { concludeRun } from '#use-cases/repair/runs/conclude-run.ts';
import { pageWriter } from '#use-cases/repair/runs/run-pages.ts';
import { tellRun } from '#use-cases/repair/runs/tell-run.ts';
import { getLastReport, type ScheduledReport, validateOnSchedule } from '#use-cases/repair/validate.ts';
import { createRepairWorld, HOUR_MS, whatever } from '../../repair/repair-world.ts';
import { answering } from '../answering.ts';

const MINUTE_MS = 60_000;
const RECONCILIATION = { type: 'reconciliation' } as const;
const there = (type: 'run' | 'page') => expect.objectContaining({ problem: notFound(type).problem });

/** A run that has been begun, some of which is changed. */
async function begun(request: RunRequest, changes: Partial<ConsistencyRunRecord> = {}) {
  const world = createRepairWorld();
  await world.twins();
  const { runId } = await world.begin(request);
  const key = { type: 'consistencyRun', runId } as const;
  const [run] = await world.store.read([key]);
  const record = { ...run, ...changes } as ConsistencyRunRecord;
  await world.write(put(key, record, whatever));
  const tell = (page?: number, id = runId) => tellRun(world.deps, id, page);
  return { ...world, runId, record, tell };
}

describe('what a run tells', () => {
  it('is nothing where there is no such run, or no such page', async () => {
    const { tell } = await begun({ is: 'validate' });
    await expect(tell(0, 'nobody')).rejects.toEqual(there('run'));
    await expect(tell(1)).rejects.toEqual(there('page'));
    const done = await begun({ is: 'validate' }, { status: 'done' });
    await expect(done.tell(1)).rejects.toEqual(there('page'));
  });

  it('is that all is well, when nothing was found', async () => {
    const { deps, twins, begin, runToEnd, told, pass, write } = createRepairWorld();
    await twins();
    await write(put(RECONCILIATION, { catalogCustomers: 1, stripeCustomers: 1, step: 1 }, whatever));
    pass(HOUR_MS);
    const executor = await begin();
    await runToEnd(executor);
    const pages = await told(executor.runId);
    expect(pages).toMatchObject([{ report: { consistent: true, issueCount: 0, catalogCustomers: 1 } }]);
    expect(pages[0]?.report?.issues).toHaveLength(0);
    expect(await tellRun(deps, executor.runId, 0)).toEqual(pages[0]);
  });

  it('is how many orphans stay to be cleaned: neither cleaned, nor kept, nor failed', async () => {
    const repair = { page: 1, next: 0, tried: 9, fixed: 3, skipped: 4, left: 2, failed: 1 };
    const counted = { status: 'done', repair, outcomes: { notes: [], count: 10 } } as const;
    const { tell } = await begun({ is: 'cleanup-orphaned', isDryRun: false }, counted);
    expect((await tell()).cleanup).toMatchObject({ found: 10, cleaned: 3, kept: [], remaining: 4 });
    const dry = await begun({ is: 'cleanup-orphaned', isDryRun: true }, counted);
    expect((await dry.tell()).cleanup).toMatchObject({ found: 10, cleaned: 0, remaining: 7 });
  });
});

describe('what is kept of a run at its end', () => {
  const known: ReconciliationRecord = { catalogCustomers: 9, stripeCustomers: 9, step: 4 };
  const walk = { place: { stage: 'end' }, begunAt: '2026', catalogCustomers: 8, stripeCustomers: 7 } as const;

  async function concluded(request: RunRequest, changes: Partial<ConsistencyRunRecord> = {}) {
    const world = await begun(request);
    let run: ConsistencyRunRecord = { ...world.record, walk, ...changes };
    // Written by two steps: the first has ended within a page.
    for (const [step, count] of [
      [1, 150],
      [2, 120],
    ] as const) {
      const pages = pageWriter<Finding>(world.deps.scratch, { ...run, step }, 'findings');
      await pages.add(Array.from({ length: count }, (_, index) => ({ issue: `${step}.${index}` }) as never));
      await pages.flush();
      run = { ...run, findings: pages.written() };
    }
    await world.write(put(RECONCILIATION, known, whatever));
    await world.inside(() => concludeRun(world.deps, run));
    return (await world.store.read([RECONCILIATION]))[0];
  }

  it('is how many there were, and of a scheduled one the first of its issues', async () => {
    const kept = await concluded({ is: 'validate' }, { isScheduled: true });
    expect(kept).toMatchObject({ catalogCustomers: 8, stripeCustomers: 7, step: 5 });
    expect(kept?.report).toMatchObject({ consistent: false, issueCount: 270 });
    expect(kept?.report?.issues).toHaveLength(200);
    expect(kept?.report?.issues.slice(149, 151)).toEqual(['1.149', '2.0']);
    expect(await concluded({ is: 'validate' })).not.toHaveProperty('report');
  });

  it('is nothing of one that repairs: it has kept that before its first repair', async () => {
    expect(await concluded({ is: 'fix', isDryRun: true })).toEqual(known);
  });
});

describe('the comparison of every day', () => {
  /** So many customers were born in Stripe, this long ago. */
  async function scheduled(count: number, ageMs = HOUR_MS) {
    const world = createRepairWorld();
    const createdAt = new Date(world.deps.clock.nowMs() - ageMs).toISOString();
    const customers = Array.from({ length: count }, (_, index): ExternalCustomer => {
      return { externalId: `cus_${index}`, name: null, email: null, isDeleted: false, owner: 'nobody', createdAt };
    });
    let lists = 0;
    const integration = answering(world.deps.integration, {
      listCustomers: async () => {
        lists += 1;
        return { customers, isLive: false, next: undefined };
      },
      findCustomer: async (externalId) => customers.find((each) => each.externalId === externalId),
    });
    const deps = { ...world.deps, runs: world.runs, integration };
    const compare = (others: Partial<typeof deps> = {}): Promise<ScheduledReport> =>
      world.inside(() => validateOnSchedule({ ...deps, ...others }));
    return { ...world, deps, compare, lists: () => lists };
  }

  it('keeps a report that is small, and answers all of it; before the first there is none', async () => {
    const { compare, store } = await scheduled(201);
    await expect(getLastReport(store)).rejects.toEqual(there('run'));
    expect(await compare()).toMatchObject({ issueCount: 201, issues: { length: 201 } });
    expect(await getLastReport(store)).toMatchObject({ issueCount: 201, issues: { length: 200 } });
    const { store: other, write } = createRepairWorld();
    await write(put(RECONCILIATION, { catalogCustomers: 1, stripeCustomers: 1, step: 1 }, whatever));
    await expect(getLastReport(other)).rejects.toEqual(there('run'));
  });

  it('makes good what events had told in vain, only once it has looked at everything', async () => {
    const { compare, store, write } = await scheduled(1_001, 0);
    const position = { through: '2026', unreadSince: '2025', step: 3 };
    await write(put({ type: 'eventPosition' }, position, whatever));
    expect(await compare()).toMatchObject({ nextCursor: expect.any(String) });
    expect(await store.read([{ type: 'eventPosition' }])).toEqual([position]);
  });

  it('is a run, and does not even begin to list, where there were too many; as many as that are not', async () => {
    const { compare, write, lists } = await scheduled(3);
    await write(put(RECONCILIATION, { catalogCustomers: 3, stripeCustomers: 3, step: 1 }, whatever));
    expect(await compare({ mostAtOnce: 3 })).toMatchObject({ issueCount: 3 });
    expect(lists()).toBe(1);
    expect(await compare({ mostAtOnce: 2 })).toEqual({ runId: expect.any(String) });
    expect(lists()).toBe(1);
  });

  it('ends with a bug, rather than with a run', async () => {
    const { compare, deps, executors } = await scheduled(1);
    const listCustomers = () => Promise.reject(new TypeError('a bug'));
    await expect(compare({ integration: answering(deps.integration, { listCustomers }) })).rejects.toThrow('a bug');
    expect(executors).toEqual([]);
  });

  it('is one at a time for as long as its function may run', async () => {
    const { compare, deps, store, pass } = await scheduled(1);
    let beside: unknown;
    const scan: CatalogStore['scan'] = async (...asked) => {
      if (beside === undefined) {
        pass(15 * MINUTE_MS);
        beside = 'asked';
        beside = await compare();
      }
      return store.scan(...asked);
    };
    await compare({ store: answering(deps.store, { scan }) });
    expect(beside).toEqual({ skipped: true });
  });
});
