import { tellAll } from '../two-way/histories.ts';

describe('every history of a few acts', () => {
  it.each(['catalog', 'stripe'] as const)('comes to what the rules say: %s', async (owner) => {
    expect((await tellAll(3, owner)).wrong).toBeUndefined();
  });
});
