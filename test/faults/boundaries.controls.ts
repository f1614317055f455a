import { inPlantedCopy, type PlantedBug, withPlantedBug } from '../stack/planted-bug.ts';
import { tellWithFaults } from './boundaries.ts';
import { ENDED_BY_ANYBODY } from './ended-by-anybody.ts';
import { CHANGES } from './stories/stories.ts';
import { DELAY, type Strike, SUDDEN } from './strikes.ts';
import { tellAll } from './tell-all.ts';

/**
 * Negative controls of `npm run faults` and `npm run faults:pairs`: bugs that no other fault, and no single one, shows.
 * Each is looked for with every fault at every boundary of a story, so they stand beside the long scripts.
 */
const STORY = 'create, protected';

/** Who takes over is not expected to die, too. */
const TAKEN_OVER_ONCE: PlantedBug = {
  file: 'lib/use-cases/saga/resume-operation.ts',
  guard: '{ fence, dueAt: iso(deps.clock.nowMs() + RETRIED_LEASE_MS), updatedAt: now },',
  without: "{ fence, dueAt: Number(0) ? iso(RETRIED_LEASE_MS) : '9999-12-31T23:59:59.999Z', updatedAt: now },",
};

const KILL = SUDDEN.find(({ name }) => name === 'kill-before') as Strike;
const CREATE = CHANGES.filter(({ name }) => name === STORY);

jest.setTimeout(3_600_000);

describe('without its guard', () => {
  it('a story ends badly when a call is held past the lease, and never otherwise', async () => {
    const { wrong, struck } = await tellEveryFault(ENDED_BY_ANYBODY);
    expect(struck).toEqual(new Set([DELAY.name]));
    expect(wrong).toContainEqual(expect.stringContaining('audit entries'));
  });

  it('a story ends badly when whoever mends it dies as well, and never after one fault', async () => {
    expect((await tellEveryFault(TAKEN_OVER_ONCE)).wrong).toEqual([]);
    const start = { service: 'states', action: 'StartExecution', nth: 1 };
    const struck = ['concord-local-api', 'concord-local-sweep-operations'].map((name) => ({
      boundary: { function: name, ...start },
      strike: KILL,
    }));
    await withPlantedBug(TAKEN_OVER_ONCE, async (stack) => {
      const told = await Promise.all(CREATE.map((story) => tellWithFaults(stack, story, { struck, n: 'pair' })));
      const wrong = expect.arrayContaining([expect.stringContaining('is still running')]);
      expect(told).toEqual([{ hasStruck: true, wrong }]);
    });
  });
});

/** What ends badly of all cases of the story, and by which faults. */
async function tellEveryFault(bug: PlantedBug): Promise<{ wrong: readonly string[]; struck: ReadonlySet<string> }> {
  let wrong: readonly string[] = [];
  await inPlantedCopy(bug, async (directory) => {
    const onProgress = (line: string) => process.stderr.write(`${line}\n`);
    ({ wrong } = await tellAll(CREATE, { directory, choose: (cases) => cases, onProgress }));
  });
  const names = [...SUDDEN, DELAY].map(({ name }) => name);
  return {
    wrong,
    struck: new Set(names.filter((name) => wrong.some((line) => line.startsWith(`${STORY}, ${name} at`)))),
  };
}
