import { randomUUID } from 'node:crypto';
import type { ReadyLine } from '#local/ready-line.ts';
import type { Stage } from '../demo/stage.ts';
import { naiveCreate } from './naive.ts';
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
const NAIVE = 'naive create';
const PROTECTED_CREATE = 'create, protected';
const PROTECTED = { 'x-use-integrity-protection': 'true' };
/** What a protected create may take when Stripe takes as long as it does, as a ratio of its p50. */
const MOST_RATIO = 2;

/** Each operation at each load, beside the naive one. */
export const load = benchPart<Loaded>({
  name: 'load',
  columns: [
    ['Operation', 22],
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
function measureLoad(options: BenchOptions, tell: (loaded: Loaded) => void): Promise<Loaded[]> {
  return withStack(options, async (stage, ready) => {
    const operations = await operationsOn(stage, ready);
    const all: Loaded[] = [];
    for (const latencyMs of LATENCIES_MS) {
      await stage.sandbox('POST', '/latency', { ms: latencyMs });
      for (const atOnce of AT_ONCE) {
        let naiveMs: number | undefined;
        for (const [operation, work] of operations) {
          // Environments start as they are needed: that is measured elsewhere.
          await run(work, Math.min(atOnce, options.requests), atOnce);
          await stage.settle();
          const { tookMs, seconds } = await run(work, Math.max(options.requests, atOnce), atOnce);
          await stage.settle();
          const p50Ms = percentile(tookMs, 0.5);
          naiveMs ??= p50Ms;
          const figures = { p50Ms, p99Ms: percentile(tookMs, 0.99), ratio: p50Ms / naiveMs };
          const loaded = { operation, latencyMs, atOnce, perSecond: tookMs.length / seconds, ...figures };
          tell(loaded);
          all.push(loaded);
        }
      }
    }
    return all;
  });
}

type Work = () => Promise<void>;

/** The naive one first: the others are told beside it. */
async function operationsOn(stage: Stage, ready: ReadyLine): Promise<[string, Work][]> {
  const create = async (headers: Readonly<Record<string, string>>, key: string = randomUUID()) => {
    const body = { name: 'Bench', email: `bench-${key}@example.com` };
    const reply = await stage.api('POST', '/customers', { body, headers: { ...headers, 'idempotency-key': key } });
    if (reply.status !== 201 && reply.status !== 202) throw new Error(`A create was answered ${reply.status}.`);
    return reply;
  };
  const key = randomUUID();
  const { body } = await create(PROTECTED, key);
  return [
    [NAIVE, await naiveCreate(ready)],
    [PROTECTED_CREATE, async () => void (await create(PROTECTED))],
    ['create, default', async () => void (await create({}))],
    ['replay of a create', async () => void (await create(PROTECTED, key))],
    ['GET customer', async () => void (await stage.api('GET', `/customers/${body['id']}`))],
  ];
}

async function run(work: Work, requests: number, atOnce: number) {
  const tookMs: number[] = [];
  let left = requests;
  const worker = async () => {
    while (left > 0) {
      left -= 1;
      const beganMs = performance.now();
      await work();
      tookMs.push(performance.now() - beganMs);
    }
  };
  const beganMs = performance.now();
  await Promise.all(Array.from({ length: atOnce }, worker));
  return { tookMs, seconds: (performance.now() - beganMs) / 1000 };
}
