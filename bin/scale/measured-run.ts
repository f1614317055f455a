import { stripeClient } from '#adapters/stripe/stripe-client.ts';
import { StripeIntegration } from '#adapters/stripe/stripe-integration.ts';
import { systemClock, systemDigest, systemRandom } from '#adapters/system/system.ts';
import type { RunRequest } from '#domain/consistency-run.ts';
import { INTEGRATIONS } from '#domain/integrations.ts';
import { importFromStripe } from '#use-cases/import/import-from-stripe.ts';
import { beginRun } from '#use-cases/repair/runs/begin-run.ts';
import type { RunDeps } from '#use-cases/repair/runs/run.ts';
import { tellRun } from '#use-cases/repair/runs/tell-run.ts';
import { workOnRun } from '#use-cases/repair/runs/work-on-run.ts';
import { storesOn, type Tables } from './tables.ts';

/** What is measured: a run of each kind, or a walk of an import through what has been imported. */
export type Walked = 'validate' | 'fix' | 'import';

/** What one walk through all customers took, in the process that made it. */
export type Measured = {
  readonly seconds: number;
  /** Of a run. */
  readonly steps: number;
  /** What a run found, or what an import met. */
  readonly found: number;
  readonly dynamodbCalls: number;
  /** The most that was in use after a garbage collection; absent when only the time was measured. */
  readonly peakUsedBytes?: number;
  readonly maxRssBytes: number;
};

const LOOK_EVERY = 10;

const unused = () => Promise.reject(new Error('A comparison writes to nobody.'));

const REQUESTS: Readonly<Record<Exclude<Walked, 'import'>, RunRequest>> = {
  validate: { is: 'validate' },
  fix: { is: 'fix', isDryRun: true },
};

/** Walks through all customers on both sides, as the functions and the importer do, and measures it. */
export async function measureWalk(
  tables: Tables,
  stripe: string,
  walked: Walked,
  isForMemory: boolean,
): Promise<Measured> {
  const client = stripeClient('sk_test_scale', stripe);
  const memory = { peakBytes: 0 };
  const watched = <Port extends object>(port: Port) => (isForMemory ? watchedBy(memory, port) : port);
  const stores = storesOn(tables);
  const deps: RunDeps = {
    ...{ store: watched(stores.store), scratch: watched(stores.scratch) },
    integrations: INTEGRATIONS,
    integration: watched(new StripeIntegration(async () => client, 'scale')),
    ...{ clock: systemClock, random: systemRandom, digest: systemDigest, log: { warn: console.error } },
    ...{ graceMs: 600_000, mostAtOnce: 1, owners: { name: 'catalog', email: 'catalog' } },
    pokes: { poke: unused },
    saga: { start: unused },
    leases: { tryAcquire: unused, renew: unused, release: unused },
  };
  const begunMs = Date.now();
  const told = walked === 'import' ? await importAll(deps) : await run(deps, REQUESTS[walked]);
  return {
    ...{ seconds: (Date.now() - begunMs) / 1000, ...told, dynamodbCalls: stores.calls() },
    ...(isForMemory && { peakUsedBytes: memory.peakBytes }),
    maxRssBytes: process.resourceUsage().maxRSS * 1024,
  };
}

type Told = Pick<Measured, 'steps' | 'found'>;

async function run(deps: RunDeps, request: RunRequest): Promise<Told> {
  const { run: begun } = await beginRun({ ...deps, runs: { start: async () => {} } }, request);
  let steps = 1;
  while ((await workOnRun(deps, { runId: begun.id, fence: begun.fence })).is === 'more') steps += 1;
  const { status, reason, report, fix } = await tellRun(deps, begun.id);
  if (status !== 'done') throw new Error(`The run is ${status}: ${reason ?? 'it has not come to its end'}`);
  return { steps, found: report?.issueCount ?? fix?.counts.fixed ?? 0 };
}

async function importAll(deps: RunDeps): Promise<Told> {
  let found = 0;
  await importFromStripe(
    deps,
    ({ is, reason }) => {
      if (is !== 'already-in') throw new Error(`${is}: ${reason ?? 'it is not in the catalog'}`);
      found += 1;
    },
    { isTrial: false, isStopped: () => false },
  );
  return { steps: 0, found };
}

/**
 * Looks at the memory in use before calls of a port, which all answer promises: before each write of notes, when most of them are in memory, and
 * every now and then before others.
 */
function watchedBy<Port extends object>(memory: { peakBytes: number }, port: Port): Port {
  let calls = 0;
  return new Proxy(port, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return async (...args: unknown[]) => {
        calls += 1;
        if (name === 'put' || calls % LOOK_EVERY === 0) {
          await collectGarbage();
          const { heapUsed, external } = process.memoryUsage();
          memory.peakBytes = Math.max(memory.peakBytes, heapUsed + external);
        }
        return member.apply(target, args);
      };
    },
  });
}

/** Twice: the buffers of what the first collection has found are given back only after it. */
async function collectGarbage(): Promise<void> {
  globalThis.gc?.();
  await new Promise(setImmediate);
  globalThis.gc?.();
}
