import { tellEverything } from '../simulation/everything.ts';

/** So few find nearly all that many would find, and each takes a tenth of a second. */
const SEEDS = Array.from({ length: 24 }, (_, index) => index + 1);

describe('everything at once', () => {
  it.each(SEEDS)('ends well: seed %i', async (seed) => {
    expect((await tellEverything(seed)).wrong).toEqual([]);
  });
});
