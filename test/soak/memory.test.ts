import { growthOf, type Memory } from './memory.ts';

const MEGABYTE = 1024 * 1024;

/** Samples of the two, in megabytes. */
const samples = (process: readonly number[], runner: readonly number[]): Memory[] =>
  process.map((megabytes, n) => ({ process: megabytes * MEGABYTE, runner: Number(runner[n]) * MEGABYTE }));

const growing = (taken: readonly Memory[]) => growthOf(taken).flatMap(({ of, isGrowing }) => (isGrowing ? [of] : []));

describe('memory that is flat', () => {
  it('comes back to where it was, whatever is not collected yet', () => {
    expect(growing(samples([300, 310, 320, 310, 300, 320], [20, 90, 40, 60, 21, 80]))).toEqual([]);
  });

  it('is not that of what grows all the while', () => {
    expect(growing(samples([300, 310, 400, 450, 500, 550], [20, 90, 40, 60, 50, 80]))).toEqual(['process', 'runner']);
  });

  it('is not told of what was not there at the beginning', () => {
    const [first, ...others] = samples([300, 300, 300], [20, 20, 20]);
    expect(growthOf([first ?? {}, ...others.map((sample) => ({ ...sample, late: 500 * MEGABYTE }))])).toHaveLength(2);
  });
});
