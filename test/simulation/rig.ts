import { MemoryCatalogStore } from '#adapters/memory/memory-catalog-store.ts';
import { INTEGRATIONS, type Integrations } from '#domain/integrations.ts';
import type { FieldOwners } from '#domain/merge.ts';
import type { CatalogStore, Due } from '#ports/catalog-store.ts';
import { type Poke, pokeTo, pokeToExternal } from '#ports/pokes.ts';
import { iso } from '#ports/system.ts';
import { type Faults, NO_FAULTS, plannedFaults } from './faults.ts';
import { EVERYTHING_HAPPENS, type Plan } from './plan.ts';
import { PokeQueue } from './poke-queue.ts';
import { asDashboard, sandboxInProcess } from './sandbox-client.ts';
import { Scheduler, type Task, type TaskEnd } from './scheduler.ts';
import { seededRandom } from './seeded-random.ts';
import { type Ports, startProcess, type World } from './simulated-ports.ts';

export type RigOptions = {
  /** Decides everything that is not said. */
  readonly seed: number;
  /** What a consumer of the queue does with a poke. */
  readonly consume: (ports: Ports, poke: Poke) => Promise<unknown>;
  /** How many of them work at once; two unless said. */
  readonly consumers?: number;
  /** What may go wrong until `quiesce` is called; nothing unless said. */
  readonly faults?: Faults;
  /** Puts another store before the catalog, one that lacks a guard, say. */
  readonly wrapStore?: (store: CatalogStore) => CatalogStore;
  /** Which integrations there are: those that are registered unless said. */
  readonly integrations?: Integrations;
  /** Whose value stands when both sides changed a field: the catalog's unless said. */
  readonly owners?: FieldOwners;
  /** How long a process may run: a minute unless said, as the functions that deploy. */
  readonly lifetimeMs?: number;
  /** How far the clock of a process may be from the time, either way; not at all unless said. */
  readonly skewMs?: number;
  /** What of it happens: everything unless said. */
  readonly plan?: Plan;
  /** Another order of turns of the same seed; the first unless said. */
  readonly turns?: number;
  /** Begins an execution of the saga. Nobody asks for one unless said. */
  readonly startSaga?: (operationId: string, fence: number) => void;
};

/** A poke for what is due, or nothing when something else would resume it. */
function pokeFor({ key }: Due): Poke | undefined {
  if (key.type === 'sync') return pokeTo(key.customerId, key.integration);
  // Whatever else is due is no poke's concern.
  return key.type === 'link' ? pokeToExternal(key.externalId, key.integration) : undefined;
}

function noSaga(): never {
  throw new Error('This rig has no saga.');
}

const START_MS = Date.UTC(2026, 0, 1);
const FAR = '9999';
const MOST_ROUNDS = 120;
const SCHEDULED_EVERY_MS = 60_000;
/** A conflict stays due, and by then has had its chances to end. */
const CONFLICT_ROUNDS = 12;

export type Rig = ReturnType<typeof createRig>;

/**
 * The catalog in memory, Stripe's sandbox under the real adapter and SDK, a queue of pokes and processes that work on
 * them, all in this process and in the hands of one seed.
 */
export function createRig({ seed, consume, consumers = 2, faults = NO_FAULTS, ...options }: RigOptions) {
  const random = seededRandom(seed);
  const { plan = EVERYTHING_HAPPENS, turns = 0 } = options;
  const scheduler = new Scheduler(random.fork(turns === 0 ? 'turns' : `turns-${turns}`), START_MS, plan);
  scheduler.faults = plannedFaults(faults, plan);
  const catalog = new MemoryCatalogStore({ nowMs: () => scheduler.nowMs(), sleep: async () => {} });
  const sandbox = sandboxInProcess(() => scheduler.nowMs(), random.fork('stripe'));
  const lifetimeMs = options.lifetimeMs ?? 60_000;

  const taskOf = (name: string, onEnd: (end: TaskEnd) => void, isFaulty = true): Task => ({
    ...{ name, isFaulty, onEnd, lifetimeMs },
  });
  const start = (task: Task, work: (ports: Ports) => Promise<unknown>) => startProcess(world, task, work);

  const queue = new PokeQueue(scheduler, random.fork('queue'), consumers, (poke, name, onEnd) =>
    start(taskOf(name, onEnd), (ports) => consume(ports, poke)),
  );
  const world: World = {
    ...{ scheduler, sandbox, random: random.fork('ports') },
    store: options.wrapStore?.(catalog) ?? catalog,
    integrations: options.integrations ?? INTEGRATIONS,
    owners: options.owners ?? { name: 'catalog', email: 'catalog' },
    send: (poke) => queue.send(poke),
    startSaga: options.startSaga ?? noSaga,
    skewMs: options.skewMs ?? 0,
  };

  /** A person at Stripe's dashboard, who makes one request at some moment of the run. */
  const atDashboard = (method: 'POST' | 'DELETE', path: string, fields?: Readonly<Record<string, string>>) =>
    new Promise<{ readonly id: string }>((resolve, reject) => {
      const person = { ...taskOf('dashboard', () => {}, false), lifetimeMs: Number.POSITIVE_INFINITY };
      scheduler.spawn(person, () =>
        scheduler
          .call(person, {
            label: `${method} ${path} ${JSON.stringify(fields ?? {})}`,
            perform: () => asDashboard(sandbox, method, path, fields),
            unanswered: () => new Error('Stripe gave no answer.'),
          })
          .then(resolve, reject),
      );
    });

  /** What is due by a time, first tries and further ones, the earliest first. */
  const listDueAndRetries = async (now: string): Promise<readonly Due[]> => {
    const retries = (await catalog.listApart(['failed', 'orphaned', 'conflict'], 1_000)).flatMap(
      ({ customerId, integration, retryAt: dueAt }) =>
        dueAt === undefined || dueAt > now ? [] : [{ key: { type: 'sync', customerId, integration } as const, dueAt }],
    );
    return [...(await catalog.listDue(now, 1_000)), ...retries].sort((a, b) => (a.dueAt < b.dueAt ? -1 : 1));
  };

  /** What is still due is only emails that cannot be taken. */
  const isOnlyInConflict = async () => {
    const due = await listDueAndRetries(FAR);
    const syncs = due.flatMap(({ key }) => (key.type === 'sync' ? [key] : []));
    const records = await catalog.read(syncs);
    return syncs.length === due.length && records.every((record) => record?.status === 'conflict');
  };

  const rig = {
    plan,
    /** For what a test leaves to the seed. */
    random: random.fork('test'),
    trace: scheduler.trace,
    nowMs: () => scheduler.nowMs(),
    /** Whether a fault happens, which is not one of a call's. */
    befalls: (fault: keyof Faults) => random.chance(scheduler.faults[fault]),
    /** Whether a process may still be at work when whoever waits for it no longer does. */
    doProcessesOutliveTasks: lifetimeMs > 60_000,
    calls: () => scheduler.calls,
    /** Begins a process; it does its first step in `run`. Its end is told once it ends, dead ones included. */
    task: (
      name: string,
      work: (ports: Ports) => Promise<unknown>,
      more: Partial<Pick<Task, 'isFaulty' | 'lifetimeMs'>> = {},
    ) => new Promise<TaskEnd>((onEnd) => start({ ...taskOf(name, onEnd), ...more }, work)),
    poke: (poke: Poke) => queue.send(poke),
    /** Until nobody has anything to do: what is due later stays due. */
    run: () => scheduler.run(),
    /** These happen in `run`, whenever it is their turn; one that Stripe refuses rejects. */
    stripeCreate: (fields: Readonly<Record<string, string>>) => atDashboard('POST', '/v1/customers', fields),
    stripeEdit: (externalId: string, fields: Readonly<Record<string, string>>) =>
      atDashboard('POST', `/v1/customers/${externalId}`, fields),
    stripeDelete: (externalId: string) => atDashboard('DELETE', `/v1/customers/${externalId}`),
    /** All events of Stripe's, oldest first. None is delivered by itself. */
    events: () => sandbox.state.events.values(),
    /** All of Stripe's customers, deleted ones included. */
    stripeCustomers: () => sandbox.state.customers.values(),
    /** All records of the catalog, expired ones included. */
    catalog: () => catalog.dump(),
    /**
     * Faults stop, and the clock goes from one due time to the next: what is due is poked, or handed to `resume`.
     * @throws Error when something stays due.
     */
    async quiesce(resume: (due: Due) => void = () => {}): Promise<void> {
      scheduler.faults = NO_FAULTS;
      await scheduler.run();
      for (let round = 0, rounds = 0; round < MOST_ROUNDS; round += 1) {
        const [first] = await listDueAndRetries(FAR);
        if (first === undefined || rounds === CONFLICT_ROUNDS) return;
        rounds = (await isOnlyInConflict()) ? rounds + 1 : 0;
        // What is due and cannot be helped yet is found again by the next schedule, not at once.
        scheduler.passUntil(Math.max(Date.parse(first.dueAt), scheduler.nowMs() + SCHEDULED_EVERY_MS));
        for (const due of await listDueAndRetries(iso(scheduler.nowMs()))) {
          scheduler.note(`due: ${JSON.stringify(due.key)}`);
          const poke = pokeFor(due);
          if (poke === undefined) resume(due);
          else queue.send(poke);
        }
        await scheduler.run();
      }
      throw new Error(`After ${MOST_ROUNDS} rounds something is still due.`);
    },
  };
  return rig;
}
