import { expect } from 'expect';

type Hook = () => unknown;
type Group = { readonly name: string; readonly outer: Group | undefined } & Record<HookName, Hook[]>;
type HookName = 'beforeAll' | 'beforeEach' | 'afterEach';

/** One test, which can be run alone, and again. */
export type Test = { readonly name: string; readonly run: () => Promise<void> };

/** Without progress for so long, a test waits for something that never comes. */
const IDLE_MS = 3_000;
const LOOK_EVERY_MS = 500;
const IDLE_CPU_MS = 15;

/** The words of Jest that tests are written in, told to a list: so they can be run many times within one process. */
export function collecting() {
  const tests: Test[] = [];
  let group = groupOf('', undefined);
  const it = (name: string, body: Hook) => {
    const within = group;
    tests.push({ name: `${pathOf(within)}${name}`, run: () => runWithin(within, body) });
  };
  const each =
    (rows: readonly unknown[]) =>
    (name: string, body: (...row: readonly unknown[]) => unknown): void => {
      for (const [index, row] of rows.entries())
        it(`${name} #${index}`, () => body(...(Array.isArray(row) ? row : [row])));
    };
  const describe = (name: string, define: () => void) => {
    group = groupOf(name, group);
    define();
    group = group.outer as Group;
  };
  const hook = (name: HookName) => (body: Hook) => void group[name].push(body);
  const words = {
    ...{ it: Object.assign(it, { each }), test: Object.assign(it, { each }), describe, expect },
    ...{ beforeAll: hook('beforeAll'), beforeEach: hook('beforeEach') },
    ...{ afterEach: hook('afterEach'), afterAll: () => {} },
    /** What follows stands in this file. */
    inFile: (name: string) => {
      group = groupOf(name, groupOf('', undefined));
    },
  };
  return { tests, words };
}

function groupOf(name: string, outer: Group | undefined): Group {
  return { name, outer, beforeAll: [], beforeEach: [], afterEach: [] };
}

function pathOf({ name, outer }: Group): string {
  return outer === undefined ? '' : `${pathOf(outer)}${name} > `;
}

function outerFirst(group: Group): readonly Group[] {
  return group.outer === undefined ? [group] : [...outerFirst(group.outer), group];
}

/** What is there before all stays there, for the next time. */
async function runWithin(group: Group, body: Hook): Promise<void> {
  const groups = outerFirst(group);
  for (const { beforeAll } of groups) while (beforeAll.length > 0) await beforeAll.shift()?.();
  for (const { beforeEach } of groups) for (const each of beforeEach) await each();
  try {
    await body();
  } finally {
    for (const { afterEach } of groups.toReversed()) for (const each of afterEach) await each();
  }
}

export type Ended =
  | { readonly is: 'passed' | 'late'; readonly cpuMs: number }
  | { readonly is: 'failed'; readonly error: unknown };

/**
 * Runs a test. It is late when it has used so much of the processor, or uses none any more: not when others keep the
 * machine busy.
 */
export async function runTest({ run }: Test, longestCpuMs: number): Promise<Ended> {
  const watch = watching(longestCpuMs);
  try {
    const is = await Promise.race([run().then(() => 'passed' as const), watch.late]);
    return { is, cpuMs: watch.usedMs() };
  } catch (error) {
    return { is: 'failed', error };
  } finally {
    watch.stop();
  }
}

function watching(longestCpuMs: number) {
  const begun = process.cpuUsage();
  const late = Promise.withResolvers<'late'>();
  const usedNow = () => {
    const { user, system } = process.cpuUsage(begun);
    return (user + system) / 1_000;
  };
  let [usedMs, idleMs] = [0, 0];
  const timer = setInterval(() => {
    idleMs = usedNow() - usedMs < IDLE_CPU_MS ? idleMs + LOOK_EVERY_MS : 0;
    usedMs = usedNow();
    if (usedMs > longestCpuMs || idleMs >= IDLE_MS) late.resolve('late');
  }, LOOK_EVERY_MS);
  return { late: late.promise, usedMs: usedNow, stop: () => clearInterval(timer) };
}
