import { type CatalogStore, put } from '#ports/catalog-store.ts';
import { type ExternalPage, IntegrationUnavailableError } from '#ports/integration.ts';
import { atOnceOrAsRun, beginRun, countLast } from '#use-cases/repair/runs/begin-run.ts';
import { resumeRun } from '#use-cases/repair/runs/resume-run.ts';
import { type RunExecutor, workOnRun } from '#use-cases/repair/runs/work-on-run.ts';
import { createRepairWorld, whatever } from '../../repair/repair-world.ts';
import { answering } from '../answering.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const NOBODY: RunExecutor = { runId: 'nobody', fence: 1 };

const known = (counts: { catalogCustomers: number; stripeCustomers: number }) =>
  put({ type: 'reconciliation' }, { ...counts, step: 1 }, whatever);

async function begun() {
  const world = createRepairWorld();
  await world.twins();
  await world.write(known({ catalogCustomers: 1, stripeCustomers: 1 }));
  const executor = await world.begin();
  const at = (ms = 0) => new Date(world.deps.clock.nowMs() + ms).toISOString();
  const run = async () => (await world.store.read([{ type: 'consistencyRun', runId: executor.runId }]))[0];
  const work = (others: Partial<typeof world.deps> = {}, by = executor) =>
    world.inside(() => workOnRun({ ...world.deps, ...others }, by));
  /** Stripe’s list is what `answer` makes of it; each page says that there is another. */
  const listing = (answer: (page: number) => unknown) => {
    let pages = 0;
    const listCustomers = async (from: string | undefined): Promise<ExternalPage> => {
      pages += 1;
      await answer(pages);
      return { ...(await world.deps.integration.listCustomers(from)), next: `page ${pages}` };
    };
    return { integration: answering(world.deps.integration, { listCustomers }) };
  };
  /** The step takes long: it has the time for so many pieces. */
  const hurried = (pieces: number) => {
    let asked = 0;
    const nowMs = () => {
      asked += 1;
      return world.deps.clock.nowMs() + (asked > pieces + 2 ? MINUTE_MS : 0);
    };
    return { clock: { ...world.deps.clock, nowMs } };
  };
  return { ...world, executor, at, run, work, listing, hurried };
}

describe('a step of a run', () => {
  it('holds it for a quarter of an hour, and again from its end', async () => {
    const { work, listing, hurried, run, at } = await begun();
    const dueAt: unknown[] = [];
    const lists = listing(async () => dueAt.push((await run())?.dueAt));
    expect(await work({ ...lists, ...hurried(1) })).toEqual({ is: 'more' });
    expect(dueAt).toEqual([at(15 * MINUTE_MS)]);
    expect(await run()).toMatchObject({ dueAt: at(16 * MINUTE_MS), updatedAt: at(MINUTE_MS), step: 1 });
  });

  it('is done when there is no such run, or it is another executor’s or has ended', async () => {
    const { work, executor, run } = await begun();
    expect(await work({}, NOBODY)).toEqual({ is: 'done' });
    expect(await work({}, { ...executor, fence: 2 })).toEqual({ is: 'done' });
    expect(await work()).toMatchObject({ is: 'done', ended: { status: 'done' } });
    const ended = await run();
    expect(await work()).toEqual({ is: 'done' });
    expect(await run()).toEqual(ended);
  });

  it.each([
    ['is taken', 1, 1],
    ['is saved', 3, 2],
  ])('is done, and does no more, when another has been taken before it %s', async (_, nth, step) => {
    const world = await begun();
    let commits = 0;
    const commit: CatalogStore['commit'] = async (writes) => {
      commits += 1;
      if (commits === nth) await world.runToEnd(world.executor);
      return world.store.commit(writes);
    };
    const store = answering(world.store, { commit });
    expect(await world.work({ store })).toEqual({ is: 'done' });
    expect(commits).toBe(nth);
    expect(await world.run()).toMatchObject({ status: 'done', step });
  });

  it('is taken until the very end of a day', async () => {
    const { work, run, pass, hurried } = await begun();
    pass(DAY_MS);
    await work(hurried(0));
    expect(await run()).toMatchObject({ status: 'running' });
    pass(1);
    await work();
    expect(await run()).toMatchObject({ status: 'refused' });
  });

  it('ends with Stripe’s silence, when it has come no further; else it keeps how far it has come', async () => {
    const { work, listing, run } = await begun();
    const silentAt = (nth: number) =>
      listing((page) => (page === nth ? Promise.reject(new IntegrationUnavailableError()) : undefined));
    await expect(work(silentAt(1))).rejects.toThrow(IntegrationUnavailableError);
    expect(await work(silentAt(2))).toEqual({ is: 'more' });
    expect(await run()).toMatchObject({ walk: { place: { stage: 'list', from: 'page 1' } } });
  });

  it('ends with a bug, however far it has come', async () => {
    const { work, listing } = await begun();
    const broken = listing((page) => (page === 2 ? Promise.reject(new TypeError('a bug')) : undefined));
    await expect(work(broken)).rejects.toThrow('a bug');
  });
});

describe('a run that nobody works on', () => {
  it('is resumed from the very moment on that it is due', async () => {
    const { deps, runs, pass, executor, executors } = await begun();
    const resume = (runId = executor.runId) => resumeRun({ ...deps, runs }, runId);
    pass(MINUTE_MS - 1);
    expect(await resume()).toBe(false);
    pass(1);
    expect(await resume('nobody')).toBe(false);
    expect(await resume()).toBe(true);
    expect(executors.at(-1)).toEqual({ ...executor, fence: 2 });
  });
});

describe('a run that is begun', () => {
  it('has met nobody and kept nothing, and is kept itself for a week', async () => {
    const { deps, runs } = createRepairWorld();
    const { run } = await beginRun({ ...deps, runs }, { is: 'validate' });
    expect(run).toMatchObject({
      ...{ status: 'running', fence: 1, step: 0, expectedCustomers: 0 },
      buckets: { notes: [], put: 0, read: 0 },
      ...{ findings: { notes: [], count: 0 }, outcomes: { notes: [], count: 0 } },
      expiresAtSeconds: Math.ceil((deps.clock.nowMs() + 7 * DAY_MS) / 1000),
    });
  });

  it('is as large as the larger side was', async () => {
    const { deps, write } = createRepairWorld();
    expect(await countLast(deps)).toBe(0);
    await write(known({ catalogCustomers: 3, stripeCustomers: 5 }));
    expect(await countLast(deps)).toBe(5);
    await write(known({ catalogCustomers: 7, stripeCustomers: 5 }));
    expect(await countLast(deps)).toBe(7);
  });

  it('is none, while there were no more than are compared in one go; a bug begins none either', async () => {
    const { deps, runs, write, executors } = createRepairWorld();
    await write(known({ catalogCustomers: 3, stripeCustomers: 3 }));
    const asked = (mostAtOnce: number, atOnce: () => Promise<string>) =>
      atOnceOrAsRun({ ...deps, runs, mostAtOnce }, { is: 'validate' }, atOnce);
    expect(await asked(3, async () => 'well')).toEqual({ answer: 'well' });
    await expect(asked(3, () => Promise.reject(new TypeError('a bug')))).rejects.toThrow('a bug');
    expect(executors).toEqual([]);
    expect(await asked(2, async () => 'well')).toMatchObject({ run: { expectedCustomers: 3 } });
  });
});
