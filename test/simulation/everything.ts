import { disagreements } from './agreement.ts';
import { type Faults, LOST_DAYS, OUTAGE, ROUGH_WEATHER, STORM } from './faults.ts';
import { marking } from './marks.ts';
import { planOf } from './plan.ts';
import { unfinished } from './protected.ts';
import { synthesizedSaga } from './saga.ts';
import { endTwoWay, type TwoWayStory, twoWayRig } from './two-way.ts';
import { brokenPromises } from './two-way-promises.ts';

const saga = synthesizedSaga();
const WEATHERS: readonly Faults[] = [ROUGH_WEATHER, STORM, OUTAGE, LOST_DAYS];

/**
 * Everything at once: protected and default requests, edits and deletions at the dashboard, imports, webhooks in any
 * order, sweeps. The seed also decides the weather, whether processes outlive their leases, whether clocks differ,
 * whether the same few emails are fought over, and who owns the fields.
 */
export function everything(seed: number): TwoWayStory {
  return {
    ...{ seed, saga, faults: WEATHERS[seed % WEATHERS.length] ?? STORM },
    lifetimeMs: seed % 3 === 0 ? 3600_000 : 60_000,
    hasSharedEmails: seed % 5 === 0,
    skewMs: seed % 7 === 0 ? 30_000 : 0,
    ...(seed % 11 === 0 && { owners: { name: 'stripe', email: 'stripe' } as const }),
  };
}

/** How a story of a seed may be told otherwise: only some of its parts, or in another order of turns. */
export type Telling = { readonly only?: readonly string[]; readonly turns?: number };

export type Told = {
  /** One sentence each; none is well. */
  readonly wrong: readonly string[];
  readonly trace: readonly string[];
  /** Its parts that happened. */
  readonly parts: readonly string[];
};

/** What is wrong at the end of the story of a seed; what keeps it from its end is wrong too. And what was hit on the way. */
export async function tellEverything(
  seed: number,
  marks = marking(),
  { only, turns = 0 }: Telling = {},
): Promise<Told> {
  const story = everything(seed);
  const plan = planOf(only && new Set(only));
  const rig = twoWayRig({ ...story, plan, turns, wrapStore: marks.wrapStore });
  const told = (wrong: readonly string[]): Told => ({ wrong, trace: rig.trace, parts: [...plan.met] });
  try {
    await endTwoWay(rig);
  } catch (error) {
    return told([String(error)]);
  }
  marks.noteTrace(rig);
  const promises = story.hasSharedEmails === true ? [] : brokenPromises(rig, story.owners?.name);
  return told([...disagreements(rig), ...unfinished(rig), ...promises]);
}
