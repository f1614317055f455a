import { withoutGuard } from '../contracts/rewritten-writes.ts';
import { disagreements } from './agreement.ts';
import { defaultModeRig, type Story } from './default-mode.ts';
import { NO_FAULTS, ROUGH_WEATHER, STORM } from './faults.ts';

const SEEDS = 300;
/** Longer than any lease: a process that hangs goes on when others have taken over. */
const OUTLIVING_MS = 3600_000;

/** What is wrong at the end of a story; what keeps it from its end is wrong too. */
async function violations(story: Story): Promise<string[]> {
  const rig = defaultModeRig(story);
  try {
    await rig.run();
    await rig.quiesce();
  } catch (error) {
    return [String(error)];
  }
  return disagreements(rig);
}

/** The first seed whose story ends badly, and how. */
async function firstBroken(story: Omit<Story, 'seed'>, seeds = SEEDS): Promise<string | undefined> {
  for (let seed = 1; seed <= seeds; seed += 1) {
    const wrong = await violations({ ...story, seed });
    if (wrong.length > 0) return `seed ${seed}: ${wrong.join('; ')}`;
  }
  return undefined;
}

describe('customers that are created, changed and deleted in default mode', () => {
  it('agree with Stripe in the end, one to one', async () => {
    expect(await firstBroken({ faults: NO_FAULTS }, 100)).toBeUndefined();
  });

  it('agree with Stripe in the end when processes hang and die, answers are lost and requests arrive late', async () => {
    expect(await firstBroken({ faults: ROUGH_WEATHER })).toBeUndefined();
  });

  it('agree with Stripe in the end when processes outlive their leases', async () => {
    expect(await firstBroken({ faults: ROUGH_WEATHER, lifetimeMs: OUTLIVING_MS })).toBeUndefined();
  });

  it('make one customer in Stripe although a run that was overtaken goes on', async () => {
    // Found among 5,000 seeds: a run begins on what it read before an overtaken one had recorded its attempt.
    expect(await violations({ seed: 1662, faults: STORM, lifetimeMs: OUTLIVING_MS })).toEqual([]);
  });

  it.each([
    ['that somebody asked to look again', 'lookAgain', undefined],
    ['the version of the customer', 'version', undefined],
    ['who holds an email', undefined, 'claim'],
  ])('do not if nobody minds %s', async (_, field, write) => {
    const broken = await firstBroken({
      faults: ROUGH_WEATHER,
      lifetimeMs: OUTLIVING_MS,
      wrapStore: (store) =>
        withoutGuard(store, (guard, name) => name === write || ('field' in guard && guard.field === field)),
    });
    expect(broken).toBeDefined();
  });
});
