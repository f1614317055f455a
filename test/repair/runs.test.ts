import type { RunRequest } from '#domain/consistency-run.ts';
import { type ExternalPage, IntegrationUnavailableError } from '#ports/integration.ts';
import type { ScratchStore } from '#ports/scratch-store.ts';
import type { RunDeps } from '#use-cases/repair/runs/run.ts';
import { workOnRun } from '#use-cases/repair/runs/work-on-run.ts';
import { withoutGuard } from '../contracts/rewritten-writes.ts';
import { driftedWorld } from './drifted-world.ts';
import { Killed, mortal } from './killed.ts';
import { createRepairWorld, HOUR_MS, type RepairWorld } from './repair-world.ts';

/** Ports of one step, for which time passes so fast that it has the time for one piece. */
function hurried({ deps }: RepairWorld): RunDeps {
  let hurryMs = 0;
  const nowMs = () => {
    hurryMs += 30_000;
    return deps.clock.nowMs() + hurryMs;
  };
  return { ...deps, clock: { ...deps.clock, nowMs } };
}

/** The integration, of which a list of customers is what `answer` makes of it. */
function listing({ integration }: RunDeps, answer: (list: () => Promise<ExternalPage>) => Promise<ExternalPage>) {
  const listCustomers = (from: string | undefined) => answer(() => integration.listCustomers(from));
  return new Proxy(integration, {
    get(target, name) {
      if (name === 'listCustomers') return listCustomers;
      const member: unknown = Reflect.get(target, name);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
}

/** What a run tells in all, whose steps are worked on by `by`. */
async function toldBy(world: RepairWorld, by: () => RunDeps = () => world.deps, request?: RunRequest) {
  const executor = await world.begin(request);
  await world.runToEnd(executor, by);
  return world.told(executor.runId);
}

const issuesOf = (pages: Awaited<ReturnType<typeof toldBy>>) => pages.flatMap(({ report }) => report?.issues ?? []);

describe('a run', () => {
  it('tells what comparing in one go does, in one step or in many', async () => {
    const world = await driftedWorld(21, 12);
    const { issues, validatedAt: _, ...report } = await world.validate();
    expect(issues.length).toBeGreaterThanOrEqual(12);
    for (const by of [() => world.deps, () => hurried(world)]) {
      const pages = await toldBy(world, by);
      expect(pages[0]).toMatchObject({ status: 'done', progress: 1, report });
      expect(issuesOf(pages)).toEqual(issues);
    }
  });

  it('asks Stripe once for each hundred customers, however many steps it takes', async () => {
    const world = createRepairWorld(23);
    for (let count = 0; count < 201; count += 1) await world.dashboard('POST', '', { name: 'There' });
    world.requests.length = 0;
    expect(await world.runToEnd(await world.begin(), () => hurried(world))).toBeGreaterThan(500);
    expect(world.requests.filter((request) => request === 'GET /v1/customers')).toHaveLength(3);
  });

  it('tells all that it has found page by page, and how far it has come meanwhile', async () => {
    const world = createRepairWorld(24);
    for (let count = 0; count < 230; count += 1) await world.dashboard('POST', '', { name: 'Never imported' });
    world.pass(HOUR_MS);
    const executor = await world.begin();
    expect(await world.told(executor.runId)).toMatchObject([{ status: 'running', progress: 0 }]);
    await world.runToEnd(executor);
    const pages = await world.told(executor.runId);
    expect(pages.map(({ report }) => [report?.issueCount, report?.issues.length])).toEqual([
      [230, 200],
      [230, 30],
    ]);
    expect(new Set(issuesOf(pages).map(({ externalId }) => externalId)).size).toBe(230);
  });

  it('goes on after an outage of Stripe from where that began', async () => {
    const world = createRepairWorld(25);
    for (let count = 0; count < 250; count += 1) await world.dashboard('POST', '', { name: 'There' });
    let pages = 0;
    const integration = listing(world.deps, async (list) => {
      pages += 1;
      if (pages === 3) throw new IntegrationUnavailableError('Stripe is away.');
      return list();
    });
    world.requests.length = 0;
    expect(await world.runToEnd(await world.begin(), () => ({ ...world.deps, integration }))).toBe(2);
    expect(world.requests.filter((request) => request === 'GET /v1/customers')).toHaveLength(3);
  });
});

describe('a run that is killed', () => {
  it('at any call, and worked on again, tells the same', async () => {
    const world = await driftedWorld(26);
    const { issues } = await world.validate();
    const counting = mortal(world.deps, Number.POSITIVE_INFINITY, 'before');
    await toldBy(world, () => counting);
    expect(counting.calls()).toBeGreaterThan(500);
    for (let nth = 1; nth <= counting.calls(); nth += nth < 20 ? 1 : 47) {
      const executor = await world.begin();
      const dying = mortal(world.deps, nth, nth % 2 === 0 ? 'before' : 'after');
      // Its last call may be the one with which it ends well.
      await world.runToEnd(executor, () => dying).catch((error) => expect(error).toBeInstanceOf(Killed));
      await world.runToEnd(executor);
      expect([nth, issuesOf(await world.told(executor.runId))]).toEqual([nth, issues]);
    }
  });

  /** The status that a run of many steps ends with, of whose notes something else is made. */
  async function endOf(world: RepairWorld, rewrite: (scratch: ScratchStore) => ScratchStore) {
    const scratch = rewrite(world.deps.scratch);
    const [told] = await toldBy(world, () => ({ ...hurried(world), scratch }));
    return told?.status;
  }

  it('would lose what it has kept, if steps did not write under numbers of their own', async () => {
    const world = await driftedWorld(27);
    const merged = (name: string) => name.replace(/#\d+\.(\d+)$/, '#1.$1');
    const status = await endOf(world, (scratch) => ({
      put: (notes, expiry) =>
        scratch.put(
          notes.map(({ name, text }) => ({ name: merged(name), text })),
          expiry,
        ),
      get: (names) => scratch.get(names.map(merged)),
    }));
    expect(status).toBe('refused');
  });

  it('does not tell what it cannot know, when what it has kept is lost', async () => {
    const world = await driftedWorld(28);
    const isLost = ({ name }: { name: string }) => /#(suspects|customers)-\d*[02468]#/.test(name);
    const status = await endOf(world, (scratch) => ({
      put: (notes, expiry) =>
        scratch.put(
          notes.filter((note) => !isLost(note)),
          expiry,
        ),
      get: (names) => scratch.get(names),
    }));
    expect(status).toBe('refused');
    expect(await endOf(world, (scratch) => scratch)).toBe('done');
  });

  /** A step that sleeps in the middle of its first piece, while others bring the run to its end. */
  async function overtaken(by: (deps: RunDeps) => RunDeps) {
    const world = await driftedWorld(29);
    const executor = await world.begin();
    const slow = hurried(world);
    const integration = listing(slow, async (list) => {
      const page = await list();
      await world.runToEnd(executor);
      return page;
    });
    await world.inside(() => workOnRun(by({ ...slow, integration }), executor));
    return { told: await world.told(executor.runId), report: await world.validate() };
  }

  it('changes nothing any more once another step has been taken', async () => {
    const { told, report } = await overtaken((deps) => deps);
    expect(issuesOf(told)).toEqual(report.issues);
    expect(told).toMatchObject([{ status: 'done', catalogCustomers: report.catalogCustomers }]);
  });

  it('would undo what others have done, if its step were not looked at', async () => {
    const isStep = (guard: { readonly is: string }) => 'field' in guard && guard.field === 'step';
    const { told, report } = await overtaken((deps) => ({ ...deps, store: withoutGuard(deps.store, isStep) }));
    expect(told[0]?.catalogCustomers).not.toBe(report.catalogCustomers);
  });
});
