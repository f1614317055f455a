import type { ReadyLine } from '#local/ready-line.ts';
import { barOf } from '../command-line/progress.ts';
import type { Stage } from '../demo/stage.ts';
import { type LoadOperation, loadOperations, NAIVE, PROTECTED_CREATE } from './load-operations.ts';
import { type BenchOptions, benchPart } from './part.ts';
import { percentile } from './statistics.ts';
import { withStack } from './with-stack.ts';

type Loaded = {
  readonly operation: string;
  /** How long Stripe takes for a request. */
  readonly latencyMs: number;
  readonly atOnce: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Its p50 by that of the naive create. */
  readonly ratio: number;
};

const LATENCIES_MS = [0, 150];
const AT_ONCE = [1, 16, 64];
/** What a protected create may take when Stripe takes as long as it does, as a ratio of its p50. */
const MOST_RATIO = 2;

/** Each operation at each load, beside the naive one. */
export const load = benchPart<Loaded>({
  name: 'load',
  columns: [
    ['Operation', 30],
    ['Stripe takes (ms)', 19],
    ['At once', 9],
    ['A second', 10],
    ['p50 (ms)', 10],
    ['p99 (ms)', 10],
    ['× naive', 9],
  ],
  measure: measureLoad,
  cellsOf: ({ operation, latencyMs, atOnce, perSecond, p50Ms, p99Ms, ratio }) => {
    const figures = [perSecond.toFixed(1), p50Ms.toFixed(0), p99Ms.toFixed(0), ratio.toFixed(2)];
    return [operation, latencyMs, atOnce, ...figures];
  },
  missedBy: (rows) =>
    rows
      .filter(
        ({ operation, latencyMs, atOnce, ratio }) =>
          operation === PROTECTED_CREATE && latencyMs > 0 && atOnce === 1 && ratio > MOST_RATIO,
      )
      .map(({ ratio }) => `a protected create within ${MOST_RATIO} times the naive one, not ${ratio.toFixed(2)}`),
  plotsOf: (rows) =>
    LATENCIES_MS.map((latencyMs) => ({
      file: `bench-load-${latencyMs}`,
      title: `How long each takes at the median, while Stripe takes ${latencyMs} ms`,
      ...{ x: 'at once', y: 'ms' },
      lines: [...new Set(rows.map(({ operation }) => operation))].map((name) => ({
        name,
        points: rows
          .filter((row) => row.operation === name && row.latencyMs === latencyMs)
          .map(({ atOnce, p50Ms }) => [atOnce, p50Ms] as const),
      })),
    })),
});

/** What follows from one operation by itself has ended before the next begins. */
async function measureLoad(options: BenchOptions, tell: (loaded: Loaded) => void): Promise<Loaded[]> {
  const { beside } = options;
  return withStack(options, async (...stack) => {
    const side = await sideOf('', ...stack);
    if (beside === undefined) return measureSides([side], options, tell);
    const there = { ...options, root: beside, port: undefined };
    return withStack(there, async (...other) =>
      measureSides([side, await sideOf(', beside', ...other)], options, tell),
    );
  });
}

/** A stack that is measured, what is asked of it, and how its rows are told from another's. */
type Side = {
  readonly suffix: string;
  readonly stage: Stage;
  readonly operations: readonly LoadOperation[];
};

const sideOf = async (suffix: string, stage: Stage, ready: ReadyLine): Promise<Side> => ({
  ...{ suffix, stage },
  operations: await loadOperations(stage, ready, Math.max(...AT_ONCE)),
});

/** Of several, each operation is measured on one after the other, so that whatever else the machine does meets all. */
async function measureSides(
  sides: readonly Side[],
  { requests: least, progress }: BenchOptions,
  tell: (loaded: Loaded) => void,
): Promise<Loaded[]> {
  const all: Loaded[] = [];
  const loads = LATENCIES_MS.length * AT_ONCE.length * sides.flatMap(({ operations }) => operations).length;
  for (const latencyMs of LATENCIES_MS) {
    for (const { stage } of sides) await stage.sandbox('POST', '/latency', { ms: latencyMs });
    for (const atOnce of AT_ONCE) {
      const requests = Math.max(least, atOnce);
      const naiveMs = new Map<Side, number>();
      for (let nth = 0; nth < (sides[0]?.operations.length ?? 0); nth += 1) {
        for (const side of sides) {
          const operation = side.operations[nth];
          if (operation === undefined) continue;
          const name = `${operation.name}${side.suffix}`;
          const onDone = (done: number) =>
            progress.show(() => `${barOf((all.length + done / requests) / loads)} ${name}, ${atOnce} at once`);
          const { tookMs, seconds } = await runWarm(operation, side.stage, { requests, atOnce, onDone });
          const p50Ms = percentile(tookMs, 0.5);
          if (operation.name === NAIVE) naiveMs.set(side, p50Ms);
          const figures = { p50Ms, p99Ms: percentile(tookMs, 0.99), ratio: p50Ms / (naiveMs.get(side) ?? p50Ms) };
          const loaded = { operation: name, latencyMs, atOnce, perSecond: tookMs.length / seconds, ...figures };
          tell(loaded);
          all.push(loaded);
        }
      }
    }
  }
  return all;
}

type Load = {
  readonly requests: number;
  readonly atOnce: number;
  readonly onDone?: (done: number) => void;
};

/** Environments start as they are needed: that is measured elsewhere. */
async function runWarm(operation: LoadOperation, stage: Stage, asked: Load) {
  const { requests, atOnce } = asked;
  await operation.prepare?.(requests + atOnce);
  await stage.settle();
  await run(operation, { requests: atOnce, atOnce });
  await stage.settle();
  const measured = await run(operation, asked);
  await stage.settle();
  return measured;
}

async function run({ work }: LoadOperation, { requests, atOnce, onDone = () => {} }: Load) {
  const tookMs: number[] = [];
  let left = requests;
  const asker = async (_: unknown, number: number) => {
    while (left > 0) {
      left -= 1;
      const beganMs = performance.now();
      await work(number);
      tookMs.push(performance.now() - beganMs);
      onDone(tookMs.length);
    }
  };
  const beganMs = performance.now();
  await Promise.all(Array.from({ length: atOnce }, asker));
  return { tookMs, seconds: (performance.now() - beganMs) / 1000 };
}
