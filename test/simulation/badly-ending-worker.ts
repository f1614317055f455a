/** For tests of those who run seeds: stories that are told at once, of which those of some seeds end badly. */
import type { Batch, Told } from './run-seeds.ts';

/** The stories of these seeds. */
const BAD = [60, 61, 140];

process.on('message', ({ from, count }: Batch) => {
  const seed = BAD.find((bad) => bad >= from && bad < from + count);
  const wrong = seed === undefined ? {} : { wrong: { seed, sentences: ['somebody has two'] } };
  const told: Told = {
    from,
    hits: [
      ['always', 1],
      ['never', 0],
    ],
    ...wrong,
  };
  process.send?.(told);
});
