import type { CatalogStore } from '#ports/catalog-store.ts';
import { withoutGuard } from '../contracts/rewritten-writes.ts';
import { disagreements } from './agreement.ts';
import { NO_FAULTS, ROUGH_WEATHER, STORM } from './faults.ts';
import { endTwoWay, type TwoWayStory, twoWayRig } from './two-way.ts';
import { brokenPromises } from './two-way-promises.ts';

const SEEDS = Number(process.env['SEEDS'] ?? 60);
/** Some of these many stories end badly without a guard. */
const ENOUGH_TO_MISS_IT = 400;

/** What is wrong at the end of a story; what keeps it from its end is wrong too. */
async function wrongWith(story: TwoWayStory): Promise<string[]> {
  const rig = twoWayRig(story);
  try {
    await endTwoWay(rig);
  } catch (error) {
    return [String(error)];
  }
  return [...disagreements(rig), ...(story.hasSharedEmails === true ? [] : brokenPromises(rig, story.owners?.name))];
}

/** The first seed whose story ends badly, and how. */
async function firstBroken(story: Omit<TwoWayStory, 'seed'>, seeds = SEEDS): Promise<string | undefined> {
  for (let seed = 1; seed <= seeds; seed += 1) {
    const wrong = await wrongWith({ ...story, seed });
    if (wrong.length > 0) return `seed ${seed}: ${wrong.join('; ')}`;
  }
  return undefined;
}

describe('customers that are changed on both sides at once', () => {
  it('agree in the end; the documented winner stands, and every loser is in the audit', async () => {
    expect(await firstBroken({ faults: NO_FAULTS })).toBeUndefined();
  });

  it('do so too when processes hang and die, answers are lost and requests arrive late', async () => {
    expect(await firstBroken({ faults: ROUGH_WEATHER })).toBeUndefined();
  });

  it('do so too when processes outlive their leases', async () => {
    expect(await firstBroken({ faults: STORM, lifetimeMs: 3600_000 })).toBeUndefined();
  });

  it('do so too when Stripe owns the fields: then its value stands', async () => {
    const owners = { name: 'stripe', email: 'stripe' } as const;
    expect(await firstBroken({ faults: ROUGH_WEATHER, owners })).toBeUndefined();
  });

  it('do so too when both sides fight over the same few emails', async () => {
    expect(await firstBroken({ faults: ROUGH_WEATHER, hasSharedEmails: true })).toBeUndefined();
  });

  it.each([
    ['the version of the customer', 'version'],
    ['that somebody asked to look again', 'lookAgain'],
  ])('do not if nobody minds %s', async (_, field) => {
    const wrapStore = (store: CatalogStore) =>
      withoutGuard(store, (guard) => 'field' in guard && guard.field === field);
    const broken = await firstBroken({ faults: ROUGH_WEATHER, wrapStore }, ENOUGH_TO_MISS_IT);
    expect(broken).toBeDefined();
  });
});
