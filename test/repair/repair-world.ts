import { MemoryCatalogStore } from '#adapters/memory/memory-catalog-store.ts';
import { MemoryLeaseStore } from '#adapters/memory/memory-lease-store.ts';
import { MemoryScratchStore } from '#adapters/memory/memory-scratch-store.ts';
import { StripeIntegration } from '#adapters/stripe/stripe-integration.ts';
import { systemDigest } from '#adapters/system/system.ts';
import type { RunRequest } from '#domain/consistency-run.ts';
import { INTEGRATIONS } from '#domain/integrations.ts';
import type { Write } from '#ports/catalog-store.ts';
import type { Poke } from '#ports/pokes.ts';
import type { CustomerRecord, LinkRecord, OperationRecord, SyncRecord } from '#ports/records.ts';
import { createCustomer } from '#use-cases/catalog/create-customer.ts';
import { type FixQuery, fix } from '#use-cases/repair/fix.ts';
import { beginRun } from '#use-cases/repair/runs/begin-run.ts';
import type { RunDeps } from '#use-cases/repair/runs/run.ts';
import { tellRun } from '#use-cases/repair/runs/tell-run.ts';
import { type RunExecutor, workOnRun } from '#use-cases/repair/runs/work-on-run.ts';
import { validate } from '#use-cases/repair/validate.ts';
import { handlePokes } from '#use-cases/sync/handle-pokes.ts';
import { answerOf, asDashboard, carriedStripe, carrying, sandboxInProcess } from '../simulation/sandbox-client.ts';
import { seededRandom } from '../simulation/seeded-random.ts';
import { idOf } from '../simulation/simulated-ports.ts';

export const HOUR_MS = 3600_000;
const MOST_STEPS = 5_000;

/** What is there, whatever it is. */
export const whatever = { is: 'missing', field: 'no such field' } as never;

export type Twins = { readonly id: string; readonly externalId: string; readonly email: string };

/** Both sides in this process, without webhooks: what is done in Stripe is not told. */
export function createRepairWorld(seed = 1) {
  const random = seededRandom(seed);
  let nowMs = Date.UTC(2026, 0, 1);
  const clock = { nowMs: () => nowMs, sleep: async () => {} };
  const store = new MemoryCatalogStore(clock);
  const sandbox = sandboxInProcess(clock.nowMs, random.fork('stripe'));
  let sent: Poke[] = [];
  const started: string[] = [];
  const requests: string[] = [];
  const executors: RunExecutor[] = [];
  const runs = {
    start: async (runId: string, fence: number) => {
      executors.push({ runId, fence });
    },
  };
  const deps: RunDeps = {
    ...{ store, clock, digest: systemDigest, log: { warn: () => {} }, graceMs: 10 * 60_000, mostAtOnce: 100_000 },
    integrations: INTEGRATIONS,
    integration: new StripeIntegration(async () => carriedStripe, 'simulated'),
    ...{ leases: new MemoryLeaseStore(clock), scratch: new MemoryScratchStore(clock) },
    random: { id: () => idOf(random), fraction: () => random.fraction() },
    pokes: {
      poke: async (poke) => {
        sent.push(poke);
      },
    },
    saga: {
      start: async (operationId) => {
        started.push(operationId);
      },
    },
    owners: { name: 'catalog', email: 'catalog' },
  };
  const inside = <Result>(work: () => Promise<Result>) =>
    carrying((request) => {
      requests.push(`${request.method} ${request.path}`);
      return answerOf(sandbox, request);
    }, work);
  let count = 0;
  const world = {
    ...{ deps, store, sandbox, inside, requests, started, runs, executors },
    pass: (ms: number) => {
      nowMs += ms;
    },
    /** Pokes are handled until there are none. */
    drain: async () => {
      while (sent.length > 0) {
        const pokes = sent;
        sent = [];
        for (const poke of pokes) await inside(() => handlePokes(deps, [poke]));
      }
    },
    /** Whatever is due is poked, and worked on until nothing is left of it. */
    sweep: async () => {
      for (const { key } of await store.listDue(new Date(nowMs).toISOString(), 1_000)) {
        if (key.type === 'sync') sent.push({ customerId: key.customerId });
        if (key.type === 'link') sent.push({ externalId: key.externalId });
      }
      await world.drain();
    },
    write: async (...writes: Write[]) => {
      const named = Object.fromEntries(writes.map((write, index) => [`w${index}`, write]));
      const { committed } = await store.commit(named);
      if (!committed) throw new Error('The drift could not be made.');
    },
    setCustomer: (customerId: string, change: { [F in keyof CustomerRecord]?: CustomerRecord[F] | undefined }) =>
      world.write({ key: { type: 'customer', customerId }, change, when: whatever } as Write),
    setSync: (customerId: string, change: { [F in keyof SyncRecord]?: SyncRecord[F] | undefined }) =>
      world.write({ key: { type: 'sync', customerId, integration: 'stripe' }, change, when: whatever } as Write),
    setLink: (externalId: string, change: { [F in keyof LinkRecord]?: LinkRecord[F] | undefined }) =>
      world.write({ key: { type: 'link', integration: 'stripe', externalId }, change, when: whatever } as Write),
    remove: (key: Write['key']) => world.write({ key, remove: true, when: whatever } as Write),
    dashboard: (method: 'POST' | 'DELETE', path: string, fields?: Record<string, string>) =>
      asDashboard(sandbox, method, `/v1/customers${path}`, fields),
    subscribe: (customer: string) =>
      asDashboard(sandbox, 'POST', '/v1/subscriptions', { customer, 'items[0][price]': 'price_1' }),
    pay: (customer: string) =>
      asDashboard(sandbox, 'POST', '/v1/payment_intents', {
        ...{ customer, amount: '1000', currency: 'usd', payment_method: 'pm_card', confirm: 'true' },
      }),
    /** A Stripe customer that carries our mark. */
    marked: async (customerId: string, operationId = 'no-operation', stage = 'simulated') =>
      (
        await world.dashboard('POST', '', {
          ...{ name: 'Marked', 'metadata[concord_stage]': stage },
          ...{ 'metadata[concord_customer_id]': customerId, 'metadata[concord_operation_id]': operationId },
        })
      ).id,
    /** A customer on both sides, at rest. */
    twins: async (): Promise<Twins> => {
      count += 1;
      const email = `twin${count}@example.com`;
      const made = await createCustomer(deps, { name: `Twin ${count}`, email });
      if (made.is !== 'completed' || made.reply.is !== 'created') throw new Error('It was not made.');
      await world.drain();
      const { id } = made.reply.customer;
      const [sync] = await store.read([{ type: 'sync', customerId: id, integration: 'stripe' }]);
      return { id, externalId: String(sync?.externalId), email };
    },
    sync: async (customerId: string) =>
      (await store.read([{ type: 'sync', customerId, integration: 'stripe' }]))[0] as SyncRecord,
    putOperation: (id: string, customerId: string, more: Partial<OperationRecord> = {}) => {
      const at = new Date(nowMs).toISOString();
      const record: OperationRecord = {
        ...{ id, customerId, kind: 'update', status: 'running', before: null, after: null, version: 1 },
        ...{ customerCreatedAt: at, fence: 1, attempt: 1, attemptSince: at, lastSentAt: at, sent: 1, answered: 0 },
        ...{ steps: [], createdAt: at, updatedAt: at },
        ...more,
      };
      return world.write({ key: { type: 'operation', operationId: id }, put: record, when: whatever } as Write);
    },
    /** Begins a run, and answers its executor. */
    begin: async (request: RunRequest = { is: 'validate' }): Promise<RunExecutor> => {
      const { run } = await beginRun({ ...deps, runs }, request);
      return { runId: run.id, fence: run.fence };
    },
    /** As the state machine drives it; `by` is what each step is given. */
    runToEnd: async (executor: RunExecutor, by: () => RunDeps = () => deps) => {
      for (let steps = 1; steps <= MOST_STEPS; steps += 1) {
        const { is } = await inside(() => workOnRun(by(), executor));
        if (is === 'done') return steps;
      }
      throw new Error('The run has no end.');
    },
    /** All pages of what a run tells. */
    told: async (runId: string) => {
      const pages = [await tellRun(deps, runId)];
      for (let { next } = pages[0] ?? {}; next !== undefined; next = pages.at(-1)?.next) {
        pages.push(await tellRun(deps, runId, next));
      }
      return pages;
    },
    validate: () => inside(() => validate(deps)),
    fix: async (query: Partial<FixQuery> = {}) => {
      const report = await inside(() => fix(deps, { isDryRun: false, deadlineMs: Number.POSITIVE_INFINITY, ...query }));
      await world.drain();
      return report;
    },
    /** Of each issue, its kind and what it is about. */
    kinds: async () => (await world.validate()).issues.map(({ kind }) => kind).sort(),
  };
  return world;
}

export type RepairWorld = ReturnType<typeof createRepairWorld>;
