import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Telling, Told } from './everything.ts';
import { everythingWith } from './planted.ts';
import { PLANTED_BUGS } from './planted-bugs.ts';
import { runSeeds } from './run-seeds.ts';
import { commandOf, shrink, storyOf } from './shrink.ts';

const BUG = 'a deleted customer still counts';
/** What a delete that is not counted takes: somebody who creates, and somebody who deletes. */
const FEW = 8;

describe('a story that ends badly', () => {
  let tell: (telling?: Telling) => Promise<Told>;
  const { seed, ...bug } = PLANTED_BUGS.find((planted) => planted.bug === BUG) as (typeof PLANTED_BUGS)[number];

  beforeAll(async () => {
    const { tellEverything } = await everythingWith([bug]);
    tell = (telling) => tellEverything(seed, undefined, telling);
  }, 300_000);

  it('is made small: what is left of it is needed, and tells the same again', async () => {
    const whole = await tell();
    const { told, telling } = await shrink(seed, tell);
    expect(told.wrong).toEqual(['1 customers are counted, and there are 0']);
    expect(told.parts.length).toBeLessThanOrEqual(FEW);
    expect(told.trace.length).toBeLessThan(whole.trace.length / 3);
    expect(await tell(telling)).toEqual(told);
    for (const part of told.parts) {
      const only = told.parts.filter((other) => other !== part);
      expect([part, (await tell({ ...telling, only })).wrong]).toEqual([part, []]);
    }
  });

  it('ends well without the bug, however little is left out', async () => {
    const { tellEverything } = await everythingWith([]);
    const { telling } = await shrink(seed, tell);
    expect((await tellEverything(seed, undefined, telling)).wrong).toEqual([]);
  });

  it('is told with its end, and with what tells it again', async () => {
    const trace = Array.from({ length: 1_000 }, (_, line) => `line ${line}`);
    const told = { wrong: ['c1 has 2 Stripe customers'], trace, parts: ['client-1', 'fault-3'] };
    const story = storyOf({ seed: 7, telling: { only: told.parts, turns: 2 }, told }).split('\n');
    expect(story.slice(0, 2)).toEqual(['Seed 7, 2 parts, ends badly:', 'line 0']);
    expect(story).toContain('… 840 more …');
    expect(story.slice(-3)).toEqual([
      'line 999',
      'c1 has 2 Stripe customers',
      'Again: npm run seeds -- --from 7 --count 1 --turns 2 --only client-1,fault-3',
    ]);
    expect(commandOf({ seed: 7, telling: {}, told })).toBe('npm run seeds -- --from 7 --count 1');
  });
});

describe('many seeds', () => {
  const worker = join(process.cwd(), 'test/simulation/badly-ending-worker.ts');

  it('are told to the last; what never happened in them is said', async () => {
    const said: number[] = [];
    const onProgress = ({ told }: { told: number }) => said.push(told);
    const ended = await runSeeds({ from: 1, count: 59, workers: 1, worker, onProgress });
    expect([ended, said]).toEqual([{ told: 59, next: 60, neverHit: ['never'] }, [25, 50, 59]]);
  });

  it('end with the first that ends badly, which is the next to be told', async () => {
    const ended = await runSeeds({ from: 1, count: 1_000_000, workers: 2, worker });
    expect(ended).toMatchObject({ next: 60, wrong: { seed: 60, sentences: ['somebody has two'] } });
  });

  it('go on where they were stopped', async () => {
    const stop = new AbortController();
    const onProgress = () => stop.abort();
    const ended = await runSeeds({ from: 141, count: 1_000, workers: 1, worker, onProgress, signal: stop.signal });
    expect(ended).toEqual({ told: 25, next: 166, neverHit: ['never'] });
  });

  it('go on where a Ctrl-C stopped them, which a terminal gives to all of its processes', async () => {
    const script = `
      import { hearInterruption } from './bin/command-line/interruption.ts';
      import { runSeeds } from './test/simulation/run-seeds.ts';
      const { signal } = hearInterruption();
      const worker = ${JSON.stringify(worker)};
      const onProgress = () => console.log('told');
      const { next } = await runSeeds({ from: 141, count: 900_000_000, workers: 1, worker, onProgress, signal });
      console.log('next', next);`;
    const terminal = spawn(process.execPath, ['--input-type=module', '--eval', script], { detached: true });
    let said = '';
    terminal.stdout.on('data', (chunk) => {
      said += chunk;
    });
    const ended = once(terminal, 'close');
    await once(terminal.stdout, 'data');
    process.kill(-Number(terminal.pid), 'SIGINT');
    expect(await ended).toEqual([0, null]);
    expect(said).toMatch(/\nnext \d+\n$/);
  });
});
