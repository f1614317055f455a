import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import type { ReadyLine } from '#local/ready-line.ts';
import { barOf } from '../command-line/progress.ts';
import type { Stage } from '../demo/stage.ts';
import { startMadeUpStripe } from '../scale/made-up-stripe.ts';
import { type Walk, walkInOwnProcess } from '../scale/own-process.ts';
import { DRIFTS_EVERY, fill } from '../scale/population.ts';
import { storesOn, type Tables } from '../scale/tables.ts';
import { type BenchOptions, benchPart } from './part.ts';
import { measureUsed } from './used.ts';
import { withStack } from './with-stack.ts';

type Grown = {
  readonly what: string;
  readonly customers: number;
  readonly stripe: number;
  readonly dynamodb: number;
  readonly seconds: number;
  /** The most that was in use in the process of a walk. */
  readonly peakUsedBytes?: number;
};

const SIZES = [1_000, 10_000, 100_000, 1_000_000];
/** What is not to grow may make so many times the calls among the most customers as among the fewest. */
const MOST_CONSTANT_GROWTH = 1.5;
/** Likewise the memory of what walks through all customers. */
const MOST_MEMORY_GROWTH = 1.1;

const WALKS = [
  ['validate, by a run', 'validate'],
  ['fix, dry, by a run', 'fix'],
  ['import from Stripe, all there', 'import'],
] as const;

const list = (path: string) => async (stage: Stage) => {
  const { status } = await stage.api('GET', path);
  if (status !== 200) throw new Error(`${path} answered ${status}.`);
};
const schedule = (name: string) => (stage: Stage) => stage.run(name);

/** What costs the same for any number of customers; `cleanup` looks through a part of the catalog at a time. */
const CONSTANT: readonly (readonly [what: string, work: (stage: Stage) => Promise<void>])[] = [
  ['GET a page of 100', list('/customers?limit=100')],
  ['GET integration-health', list('/customers/integration-health/stripe')],
  ['schedule sweep-operations', schedule('sweep-operations')],
  ['schedule retry-failed-syncs', schedule('retry-failed-syncs')],
  ['schedule sweep-events', schedule('sweep-events')],
];
const BOUNDED = [['schedule cleanup', schedule('cleanup')] as const];

/** How what looks at customers grows with their number. */
export const growth = benchPart<Grown>({
  name: 'growth',
  columns: [
    ['What', 32],
    ['Customers', 11],
    ['Stripe calls', 14],
    ['DynamoDB calls', 16],
    ['Seconds', 9],
    ['MB in use', 11],
  ],
  measure: measureGrowth,
  cellsOf: ({ what, customers, stripe, dynamodb, seconds, peakUsedBytes }) => {
    const memory = peakUsedBytes === undefined ? '' : (peakUsedBytes / 2 ** 20).toFixed(1);
    return [what, customers, stripe, dynamodb, seconds.toFixed(2), memory];
  },
  missedBy: (rows) => [
    ...CONSTANT.flatMap(([what]) => grownBy(rows, what, 'dynamodb', MOST_CONSTANT_GROWTH)),
    ...WALKS.flatMap(([what]) => grownBy(rows, what, 'peakUsedBytes', MOST_MEMORY_GROWTH)),
  ],
  plotsOf: (rows) =>
    (
      [
        ['calls', 'DynamoDB calls', (row) => row.dynamodb],
        ['seconds', 'seconds', (row) => row.seconds],
      ] as const satisfies readonly [string, string, (row: Grown) => number][]
    ).map(([file, y, of]) => ({
      ...{ file: `bench-growth-${file}`, title: `${y} by customers`, x: 'customers', y },
      lines: [...new Set(rows.map(({ what }) => what))].map((name) => ({
        name,
        points: rows.filter(({ what }) => what === name).map((row) => [row.customers, of(row)] as const),
      })),
    })),
});

function grownBy(rows: readonly Grown[], what: string, of: 'dynamodb' | 'peakUsedBytes', most: number): string[] {
  const values = rows.filter((row) => row.what === what).map((row) => row[of] ?? 0);
  const [first = 0, last = 0] = [values[0], values.at(-1)];
  if (last <= first * most) return [];
  return [`${what} takes at most ${most} times as much among the most customers, not ${last} after ${first}`];
}

function measureGrowth(options: BenchOptions, tell: (grown: Grown) => void): Promise<Grown[]> {
  return withStack(options, async (stage, ready) => {
    const tables = await tablesOf(ready);
    const all: Grown[] = [];
    const note = (grown: Grown) => {
      tell(grown);
      all.push(grown);
    };
    let filled = 0;
    for (const customers of SIZES.filter((size) => size <= options.customers)) {
      await fill(storesOn(tables).store, customers, {
        from: filled,
        onProgress(count) {
          options.interrupted.throwIfAborted();
          options.progress.show(() => `${barOf(count / customers)} of ${customers} filled in`);
        },
      });
      filled = customers;
      for (const [what, work] of [...CONSTANT, ...BOUNDED]) {
        await work(stage);
        note({ what, customers, ...(await measureOnStack(ready, stage, work)) });
      }
      for (const [what, walked] of WALKS) {
        const { took, stripe } = await walkAll(customers, { walked, isForMemory: false }, tables, options);
        const wanted = walked === 'import' ? customers : Math.ceil(customers / DRIFTS_EVERY);
        if (walked !== 'fix' && took.found !== wanted) throw new Error(`${what} met ${took.found}, not ${wanted}.`);
        const { seconds, dynamodbCalls: dynamodb } = took;
        // Looking at the memory takes time of its own.
        const remembered = await walkAll(customers, { walked, isForMemory: true }, tables, options);
        const { peakUsedBytes = 0 } = remembered.took;
        note({ what, customers, stripe, dynamodb, seconds, peakUsedBytes });
      }
    }
    return all;
  });
}

/** Stripe is made up: the sandbox's own lists take longer the more customers there are. */
async function walkAll(customers: number, walk: Walk, tables: Tables, { interrupted }: BenchOptions) {
  const stripe = await startMadeUpStripe(customers);
  try {
    const took = await walkInOwnProcess(walk, tables, stripe.url, interrupted);
    return { took, stripe: stripe.calls() };
  } finally {
    stripe.close();
  }
}

async function measureOnStack(ready: ReadyLine, stage: Stage, work: (stage: Stage) => Promise<void>) {
  let seconds = 0;
  const { stripe, dynamodb } = await measureUsed(ready, stage.settle, async () => {
    const beganMs = performance.now();
    await work(stage);
    seconds = (performance.now() - beganMs) / 1000;
  });
  return { stripe, dynamodb, seconds };
}

/** The ephemeral table is nobody's output: of the stack's two it is the other one. */
async function tablesOf({ control, dynamodb: endpoint }: ReadyLine): Promise<Tables> {
  const { CatalogTable: catalog } = (await (await fetch(`${control}/outputs`)).json()) as { CatalogTable: string };
  const credentials = { accessKeyId: 'bench', secretAccessKey: 'bench' };
  const client = new DynamoDBClient({ endpoint, region: 'us-east-1', credentials });
  const { TableNames = [] } = await client.send(new ListTablesCommand({}));
  client.destroy();
  return { endpoint, catalog, ephemeral: TableNames.find((name) => name !== catalog) ?? '' };
}
