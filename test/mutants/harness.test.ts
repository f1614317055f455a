import { readFileSync } from 'node:fs';
import { collecting, runTest } from './harness.ts';
import { SURVIVORS } from './survivors.ts';

/** How a test goes that is made of this. */
const ran = (run: () => Promise<unknown>, longestCpuMs = 60_000) =>
  runTest({ name: 'it', run: async () => void (await run()) }, longestCpuMs);

describe('a test that is run to see whether it notices a mutant', () => {
  it('does when it fails, and does not when it passes', async () => {
    expect(await ran(async () => 'well')).toMatchObject({ is: 'passed' });
    expect(await ran(() => Promise.reject(new Error('no')))).toEqual({ is: 'failed', error: new Error('no') });
  });

  it('does when it goes round for ever', async () => {
    let isOver = false;
    const round = async () => {
      while (!isOver) await new Promise((resolve) => setImmediate(resolve));
    };
    expect(await ran(round, 1)).toMatchObject({ is: 'late' });
    isOver = true;
  });

  it('is run alone, and again, with what is there before it', async () => {
    const { tests, words } = collecting();
    const told: string[] = [];
    const tell = (what: string) => () => void told.push(what);
    words.inFile('one.test.ts');
    words.beforeAll(tell('all'));
    words.describe('it', () => {
      words.beforeEach(tell('each'));
      words.afterEach(tell('after'));
      words.it.each(['a', 'b'])('is %s', (letter) => void told.push(String(letter)));
    });
    words.inFile('other.test.ts');
    words.it('is other', tell('other'));
    expect(tests.map(({ name }) => name)).toEqual([
      ...['one.test.ts > it > is %s #0', 'one.test.ts > it > is %s #1', 'other.test.ts > is other'],
    ]);
    for (const test of [tests[1], tests[1], tests[2]]) await test?.run();
    expect(told).toEqual(['all', 'each', 'b', 'after', 'each', 'b', 'after', 'other']);
  });
});

describe('a mutant that nobody needs to notice', () => {
  const flat = (text: string) => text.replaceAll(/\s+/g, ' ');

  it.each(SURVIVORS)('is still one, and has a reason: $original', ({ file, original, on, why }) => {
    expect(flat(readFileSync(file, 'utf8'))).toContain(original);
    expect(readFileSync(file, 'utf8')).toContain(on ?? '');
    expect(why).toMatch(/\.$/);
  });
});
