/** A process that tells the stories of a few seeds at a time, and answers what came of them. */
import { tellEverything } from './everything.ts';
import { marking } from './marks.ts';
import type { Batch, Told } from './run-seeds.ts';

// Ctrl-C reaches every process of the terminal: this one ends with its parent, which waits for what has been begun.
process.on('SIGINT', () => {});

process.on('message', async ({ from, count }: Batch) => {
  const marks = marking();
  let wrong: Told['wrong'];
  for (let seed = from; seed < from + count && wrong === undefined; seed += 1) {
    const told = await tellEverything(seed, marks);
    if (told.wrong.length > 0) wrong = { seed, sentences: told.wrong };
  }
  const told: Told = { from, hits: [...marks.hits], ...(wrong && { wrong }) };
  process.send?.(told);
});
