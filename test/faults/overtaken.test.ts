import { violations } from '../stack/invariants.ts';
import { type PlantedBug, withPlantedBug } from '../stack/planted-bug.ts';
import { type Stack, startStack } from '../stack/stack.ts';
import { readWorld } from '../stack/world.ts';
import { ENDED_BY_ANYBODY } from './ended-by-anybody.ts';
import { OVERTAKEN } from './overtaken.ts';

const STORIES = Object.entries(OVERTAKEN);

/**
 * Each of these writes is refused for several reasons at once: the fence, the status, the attempt, the counts, the
 * owner, the version, the claim. Any one of them alone hides that another is lost, so the control takes all of them.
 */
const LATE_WRITES: readonly PlantedBug[] = [
  ENDED_BY_ANYBODY,
  {
    file: 'lib/use-cases/sync/end-run.ts',
    guard: "const isStillOurs = all(equal('revision', sync.revision), ...isSameTwin);",
    without: "const isStillOurs = all(missing('anything'), ...isSameTwin);",
  },
  {
    file: 'lib/use-cases/sync/settle.ts',
    guard: "{ outcome: closed.is, expiresAtSeconds },\n          equal('outcome', 'open'),",
    without: "{ outcome: closed.is, expiresAtSeconds },\n          { is: 'missing', field: 'anything' },",
  },
  // The late request is not the same request any more.
  { file: 'lib/use-cases/saga/kinds/kind.ts', guard: '{ id, attempt }', without: '{ id, sent: attempt }' },
  {
    file: 'lib/use-cases/saga/executor.ts',
    guard: 'stamped, unchanged(operation)),',
    without: "stamped, { is: 'missing', field: 'anything' }),",
  },
];

/** The customers of these stories are watched for changes, and an event is a reason to look at one. */
const holdEvents = (stack: Stack) => stack.sandbox('POST', '/webhooks', { mode: 'hold' });

describe('an owner that was overtaken, and wakes up later, changes nothing', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack();
    await holdEvents(stack);
  });
  afterAll(() => stack.stop());

  it.each(STORIES)('%s', async (_, story) => {
    expect(await story(stack)).toEqual([]);
    expect(violations(await readWorld(stack))).toEqual([]);
  });

  it('and would without the conditions of its write', async () => {
    await withPlantedBug(LATE_WRITES, async (unguarded) => {
      await holdEvents(unguarded);
      for (const [name, story] of STORIES) {
        const changes = await story(unguarded);
        expect([name, ...changes].length).toBeGreaterThan(1);
        if (name.endsWith('to Stripe')) expect(changes).toContainEqual(expect.stringContaining('in Stripe'));
      }
    });
  });
});
