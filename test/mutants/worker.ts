import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type Ended, runTest, type Test } from './harness.ts';
import { loadKillers } from './killers.ts';

/** How a test went without a mutant: how much it used of the processor, how often it passed mutated places, and which. */
export type Passed = {
  readonly test: string;
  readonly cpuMs: number;
  readonly calls: number;
  readonly mutants: string[];
};
export type Coverage = { readonly passed: Passed[]; readonly atLoad: string[]; readonly failed: string[] };

/** A mutant, and the tests that may notice it, in this order. */
export type Trial = { readonly id: string; readonly isAtLoad: boolean; readonly tests: readonly string[] };
export type Verdict = { readonly id: string; readonly is: 'killed' | 'late' | 'survived'; readonly by?: string };

export type Request =
  | { readonly it: 'cover'; readonly script: string; readonly coverage: string }
  | {
      readonly it: 'try';
      readonly script: string;
      readonly coverage: string;
      readonly trials: readonly Trial[];
      readonly controlEvery: number;
    };
/** Verdicts come together, when it is known whether this process was still sound. */
export type Said = { readonly begins: string } | { readonly verdicts: readonly Verdict[]; readonly isSpoilt: boolean };

const LONGEST_MS = 120_000;
/** A test that takes so many times as long as without a mutant, and this much besides, goes round for ever. */
const [TIMES, BESIDES_MS, BESIDES_CALLS] = [20, 2_000, 200_000];
const require = createRequire(join(process.cwd(), 'package.json'));
const passing = { active: '', calls: 0, mostCalls: Number.POSITIVE_INFINITY, seen: new Set<string>() };
Object.assign(globalThis, {
  stryMutAct_9fa48: (id: string) => {
    passing.calls += 1;
    if (passing.calls > passing.mostCalls) throw new Error('This goes round for ever.');
    return id === passing.active;
  },
  stryCov_9fa48: (...ids: string[]) => {
    for (const id of ids) passing.seen.add(id);
  },
});
// What a mutant leaves behind is nobody's.
process.on('unhandledRejection', () => {});
process.on('uncaughtException', () => {});
// Whoever asked is gone.
process.on('disconnect', () => process.exit(1));
process.on('message', async (request: Request) => {
  const script = readFileSync(request.script, 'utf8');
  if (request.it === 'cover') writeFileSync(request.coverage, JSON.stringify(await cover(script)));
  else await tryAll(script, JSON.parse(readFileSync(request.coverage, 'utf8')), request);
  process.exit(0);
});

async function cover(script: string): Promise<Coverage> {
  const tests = loadKillers(script, require);
  const atLoad = [...passing.seen];
  const passed: Passed[] = [];
  const failed: string[] = [];
  for (const test of tests) {
    Object.assign(passing, { seen: new Set<string>(), calls: 0 });
    const ended = await runTest(test, LONGEST_MS);
    if (ended.is !== 'passed') failed.push(`${test.name}: ${'error' in ended ? ended.error : ended.is}`);
    else passed.push({ test: test.name, cpuMs: ended.cpuMs, calls: passing.calls, mutants: [...passing.seen] });
  }
  return { passed, atLoad, failed };
}

type Tries = Pick<Extract<Request, { readonly it: 'try' }>, 'trials' | 'controlEvery'>;

async function tryAll(script: string, { passed }: Coverage, { trials, controlEvery }: Tries): Promise<void> {
  const usual = new Map(passed.map((each) => [each.test, each]));
  Object.assign(globalThis, { stryCov_9fa48: () => {} });
  const load = () => new Map(loadKillers(script, require).map((test) => [test.name, test]));
  const run = (test: Test): Promise<Ended> => {
    const { cpuMs, calls } = usual.get(test.name) as Passed;
    Object.assign(passing, { calls: 0, mostCalls: calls * TIMES + BESIDES_CALLS });
    return runTest(test, cpuMs * TIMES + BESIDES_MS);
  };
  const judge = async ({ id, isAtLoad, tests }: Trial, loaded: ReadonlyMap<string, Test>): Promise<Verdict> => {
    passing.active = id;
    let judged = loaded;
    Object.assign(passing, { calls: 0, mostCalls: Number.POSITIVE_INFINITY });
    try {
      if (isAtLoad) judged = load();
    } catch {
      return { id, is: 'killed', by: 'loading' };
    }
    for (const name of tests) {
      const { is } = await run(judged.get(name) as Test);
      if (is !== 'passed') return { id, is: is === 'late' ? 'late' : 'killed', by: name };
    }
    return { id, is: 'survived' };
  };
  const tests = load();
  let lastKiller: string | undefined;
  let verdicts: Verdict[] = [];
  const say = (said: Said) => new Promise((resolve) => process.send?.(said, resolve));
  for (const [index, trial] of trials.entries()) {
    await say({ begins: trial.id });
    const verdict = await judge({ ...trial, tests: firstTried(lastKiller, trial.tests) }, tests);
    passing.active = '';
    verdicts.push(verdict);
    if (verdict.is === 'killed' && verdict.by !== 'loading') lastKiller = verdict.by;
    // What goes on in the background would be taken for the next mutant's.
    const isOver = verdict.is === 'late';
    if (!isOver && verdicts.length < controlEvery && index < trials.length - 1) continue;
    const control = lastKiller === undefined || isOver ? undefined : await run(tests.get(lastKiller) as Test);
    const isSpoilt = control !== undefined && control.is !== 'passed';
    await say({ verdicts, isSpoilt });
    verdicts = [];
    if (isOver || isSpoilt) process.exit(1);
  }
}

/** What killed the last one, a neighbour, is likely to kill this one too. */
function firstTried(name: string | undefined, tests: readonly string[]): readonly string[] {
  return name === undefined || !tests.includes(name) ? tests : [name, ...tests.filter((other) => other !== name)];
}
