import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { build, type Metafile } from 'esbuild';
import { BUNDLING, buildPage, bundledEntries } from '#infra/bundles.ts';
import { barOf } from '../command-line/progress.ts';
import { type BenchOptions, benchPart } from './part.ts';
import { percentile, sum } from './statistics.ts';

type Started = {
  readonly entry: string;
  readonly bytes: number;
  /** What of it is whose. */
  readonly bytesOf: Readonly<Record<Owner, number>>;
  /** The processor's time, at the median, from the first line of the bundle until its handler is there. */
  readonly initMs: number;
  /** That beside DynamoDB's SDK alone. */
  readonly ratio: number;
};

/** Who the bytes of a bundle belong to, by what their files' paths have in them; the rest is Concord's. */
const OWNERS = {
  aws: /node_modules\/(@aws-sdk|@aws|@smithy)\//,
  stripe: /node_modules\/stripe\//,
  zod: /node_modules\/zod\//,
  powertools: /node_modules\/@aws-lambda-powertools\//,
  others: /node_modules\//,
  concord: /^/,
} as const;
type Owner = keyof typeof OWNERS;

const ALONE = 'dynamodb-alone';
const ROUNDS = 9;
/** How long the start of a function may take beside DynamoDB's SDK alone. */
const MOST_RATIO: Readonly<Record<string, number>> = { webhook: 1.15, api: 1.6 };

const kilobytes = (bytes: number) => Math.round(bytes / 1024);

/** What the bundles are made of, and what it takes to load each in a fresh process, as a cold start does. */
export const cold = benchPart<Started>({
  name: 'cold',
  columns: [
    ['Function', 24],
    ['KB', 6],
    ['AWS SDK', 9],
    ['Stripe', 8],
    ['Zod', 6],
    ['Powertools', 12],
    ['Others', 8],
    ['Concord', 9],
    ['Start (ms)', 12],
    ['× DynamoDB’s SDK', 18],
  ],
  measure: async (options, tell) => {
    const directory = await mkdtemp(join(tmpdir(), 'concord-bench-'));
    try {
      const all = await measureStarts(options, directory);
      for (const started of all) tell(started);
      return all;
    } finally {
      await rm(directory, { recursive: true });
    }
  },
  cellsOf: ({ entry, bytes, bytesOf, initMs, ratio }) => {
    const { aws, stripe, zod, powertools, others, concord } = bytesOf;
    const sizes = [bytes, aws, stripe, zod, powertools, others, concord].map(kilobytes);
    return [entry, ...sizes, initMs.toFixed(1), ratio.toFixed(2)];
  },
  missedBy: (rows) =>
    rows
      .filter(({ entry, ratio }) => ratio > (MOST_RATIO[entry] ?? Number.POSITIVE_INFINITY))
      .map(({ entry, ratio }) => `the start of ${entry} within ${MOST_RATIO[entry]} times, not ${ratio.toFixed(2)}`),
});

async function measureStarts({ root, progress }: BenchOptions, directory: string): Promise<Started[]> {
  const { metafile } = await build({
    ...BUNDLING,
    absWorkingDir: root,
    entryPoints: { ...bundledEntries(), [`${ALONE}/index`]: join(import.meta.dirname, 'dynamodb-alone.ts') },
    outdir: directory,
    outExtension: { '.js': '.mjs' },
    metafile: true,
  });
  buildPage(join(directory, 'console', 'page'));
  const outputs = Object.entries(metafile.outputs).map(([path, output]) => ({
    ...{ entry: path.split('/').at(-2) ?? '', path: join(root, path), output, tookMs: [] as number[] },
  }));
  for (let round = 0; round < ROUNDS; round += 1) {
    // In turn, so that whatever else the machine does falls on all of them.
    for (const { path, tookMs } of outputs) tookMs.push(await load(path));
    progress.show(() => `${barOf((round + 1) / ROUNDS)} of the starts`);
  }
  const initMsOf = (entry: string) => percentile(outputs.find((one) => one.entry === entry)?.tookMs ?? [], 0.5);
  return outputs.map(({ entry, output }) => ({
    ...{ entry, bytes: output.bytes, bytesOf: bytesByOwner(output) },
    ...{ initMs: initMsOf(entry), ratio: initMsOf(entry) / initMsOf(ALONE) },
  }));
}

function bytesByOwner({ inputs }: Metafile['outputs'][string]): Record<Owner, number> {
  const owners = Object.keys(OWNERS) as Owner[];
  const ownerOf = (path: string) => owners.find((owner) => OWNERS[owner].test(path));
  const files = Object.entries(inputs);
  return Object.fromEntries(
    owners.map((owner) => [
      owner,
      sum(files.filter(([path]) => ownerOf(path) === owner).map(([, { bytesInOutput }]) => bytesInOutput)),
    ]),
  ) as Record<Owner, number>;
}

/** Says what the import took of the processor. What the deployment would tell the function has any value. */
const LOADER = `
const isTold = (name) => /^[A-Z][A-Z_]+$/.test(name) && !/^(AWS|NODE)_/.test(name);
const get = (given, name) => given[name] ?? (isTold(name) ? 'https://example.com' : undefined);
process.env = new Proxy(process.env, { get });
const before = process.cpuUsage();
await import(process.argv[1]);
const { user, system } = process.cpuUsage(before);
console.log((user + system) / 1000);
process.exit();`;

async function load(path: string): Promise<number> {
  const env = { PATH: process.env['PATH'], AWS_REGION: 'us-east-1' };
  const args = ['--input-type=module', '--eval', LOADER, pathToFileURL(path).href];
  const { stdout } = await promisify(execFile)(process.execPath, args, { env });
  return Number(stdout.trim().split('\n').at(-1));
}
