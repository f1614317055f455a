import { seededRandom } from '../simulation/seeded-random.ts';
import { DRIFTS } from './drifts.ts';
import { createRepairWorld, HOUR_MS, type RepairWorld } from './repair-world.ts';

/** A world at rest but for some kinds of drift that the seed has chosen, in which as many others stand by. */
export async function driftedWorld(seed: number, drifts = 6): Promise<RepairWorld> {
  const world = createRepairWorld(seed);
  for (const { make } of seededRandom(seed).shuffled(DRIFTS).slice(0, drifts)) {
    await make(world, await world.twins(), await world.twins());
    await world.twins();
  }
  world.pass(HOUR_MS);
  return world;
}
