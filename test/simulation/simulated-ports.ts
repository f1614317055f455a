import { StripeIntegration } from '#adapters/stripe/stripe-integration.ts';
import { systemDigest } from '#adapters/system/system.ts';
import type { Integrations } from '#domain/integrations.ts';
import type { FieldOwners } from '#domain/merge.ts';
import type { CatalogStore, NamedWrites } from '#ports/catalog-store.ts';
import type { Integration } from '#ports/integration.ts';
import type { Digest, Pokes } from '#ports/pokes.ts';
import type { RecordKey } from '#ports/records.ts';
import type { Clock, Log, Random, SagaStarter } from '#ports/system.ts';
import type { ApiReply, ApiRequest } from '../../local/stripe-sandbox/api.ts';
import type { Sandbox } from '../../local/stripe-sandbox/sandbox.ts';
import { answerOf, type Carry, carriedStripe, carrying } from './sandbox-client.ts';
import type { Scheduler, Task } from './scheduler.ts';
import type { SeededRandom } from './seeded-random.ts';

/** What one process of the simulation works with. */
export type Ports = {
  readonly store: CatalogStore;
  readonly integration: Integration;
  readonly integrations: Integrations;
  readonly pokes: Pokes;
  readonly saga: SagaStarter;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly owners: FieldOwners;
  readonly digest: Digest;
  /** A call of a system that is not Concord's own. One that changes something may arrive late. */
  readonly call: <Reply>(label: string, perform: () => Reply, isWrite: boolean) => Promise<Reply>;
};

/** What all processes share. */
export type World = {
  readonly scheduler: Scheduler;
  readonly random: SeededRandom;
  readonly store: CatalogStore;
  readonly sandbox: Sandbox;
  readonly owners: FieldOwners;
  readonly integrations: Integrations;
  readonly send: (poke: Parameters<Pokes['poke']>[0]) => void;
  readonly startSaga: (operationId: string, fence: number) => void;
  /** How far the clock of a process may be from the time, either way. */
  readonly skewMs: number;
};

/** A request to Stripe whose sender has given up arrives within this time, if it does. */
const TRAVELS_MS = 60_000;

const integration = new StripeIntegration(async () => carriedStripe, 'simulated');

/** Begins a process, whose ports are its own: each call of one is a turn. */
export function startProcess(world: World, task: Task, work: (ports: Ports) => Promise<unknown>): void {
  const ports = portsOf(world, task);
  world.scheduler.spawn(task, () => carrying(carryOf(world, task), () => work(ports)));
}

function portsOf(world: World, task: Task): Ports {
  const { scheduler, random, send, startSaga, skewMs } = world;
  const isOffByMs = skewMs === 0 ? 0 : random.below(2 * skewMs) - skewMs;
  return {
    store: turnwise(world, task),
    integration,
    integrations: world.integrations,
    pokes: {
      poke: (poke) =>
        scheduler.call(task, {
          label: `poke ${JSON.stringify(poke)}`,
          perform: () => send(poke),
          unanswered: () => new Error('The queue gave no answer.'),
        }),
    },
    saga: {
      start: (operationId, fence) =>
        scheduler.call(task, {
          label: `start ${operationId}-${fence}`,
          perform: () => startSaga(operationId, fence),
          unanswered: () => new Error('Step Functions gave no answer.'),
        }),
    },
    clock: { nowMs: () => scheduler.nowMs() + isOffByMs, sleep: (ms) => scheduler.sleep(task, ms) },
    random: { id: () => idOf(random), fraction: () => random.fraction() },
    owners: world.owners,
    digest: systemDigest,
    call: (label, perform, isWrite) =>
      scheduler.call(task, {
        ...{ label, perform, unanswered: () => new Error('There was no answer.') },
        ...(isWrite && { travelsMs: TRAVELS_MS }),
      }),
    log: { warn: (message) => scheduler.note(`${task.name} warns: ${message}`) },
  };
}

function carryOf(world: World, task: Task): Carry {
  return (request) =>
    world.scheduler.call(task, {
      label: `${request.method} ${request.path}`,
      perform: () => (task.isFaulty ? failing(world, request) : answerOf(world.sandbox, request)),
      unanswered: () => Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' }),
      ...(request.method !== 'GET' && { travelsMs: TRAVELS_MS }),
      show: ({ status, headers }) => `${status}${headers['idempotent-replayed'] === undefined ? '' : ' again'}`,
    });
}

/** Stripe may break while it executes, and a request that came with a key is answered the same again. */
async function failing({ scheduler, random, sandbox }: World, request: ApiRequest): Promise<ApiReply> {
  const { method, path } = request;
  if (random.chance(scheduler.faults.stripeError)) {
    sandbox.failures.plan({ method, path, times: 1, afterEffect: random.chance(0.5) });
  }
  try {
    return await answerOf(sandbox, request);
  } finally {
    sandbox.failures.clear();
  }
}

function turnwise({ scheduler, random, store }: World, task: Task): CatalogStore {
  const inTurn = <Result>(label: string, perform: () => Promise<Result>, show?: (result: Result) => string) =>
    scheduler.call(task, {
      ...{ label, perform, unanswered: () => new Error('The catalog gave no answer.') },
      ...(show && { show }),
    });
  const readInTurn = (keys: readonly RecordKey[]) =>
    inTurn(
      `read ${keys.map(({ type }) => type)}`,
      () => store.read(keys),
      (records) => records.map(versionOf).join(),
    );
  return {
    async read<const Keys extends readonly RecordKey[]>(keys: Keys) {
      const isTorn = keys.length > 1 && task.isFaulty && random.chance(scheduler.faults.tornRead);
      const records: unknown[] = isTorn ? [] : await readInTurn(keys);
      for (const index of isTorn ? random.shuffled([...keys.keys()]) : []) {
        [records[index]] = await readInTurn(keys.slice(index, index + 1));
      }
      return records as Awaited<ReturnType<typeof store.read<Keys>>>;
    },
    commit: <const W extends NamedWrites>(writes: W) =>
      inTurn(
        `commit ${Object.keys(writes).filter((name) => writes[name] !== undefined)}`,
        () => store.commit(writes),
        (result) => (result.committed ? 'committed' : `refused ${Object.keys(result.refused)}`),
      ),
    listDue: (...asked) =>
      inTurn(
        'listDue',
        () => store.listDue(...asked),
        ({ length }) => `${length}`,
      ),
    listApart: (...asked) => inTurn('listApart', () => store.listApart(...asked)),
    listCustomers: (...asked) => inTurn('listCustomers', () => store.listCustomers(...asked)),
    listAudit: (...asked) => inTurn('listAudit', () => store.listAudit(...asked)),
    listUnfinished: (...asked) => inTurn('listUnfinished', () => store.listUnfinished(...asked)),
    listOperationsOf: (...asked) => inTurn('listOperationsOf', () => store.listOperationsOf(...asked)),
    scan: (...asked) => inTurn('scan', () => store.scan(...asked)),
  };
}

/** Of a record, as much as tells it from what it was before. */
function versionOf(record: object | undefined): string {
  if (record === undefined) return '-';
  const { version, revision, status } = record as { version?: number; revision?: number; status?: string };
  return `${status ?? 'there'} ${version ?? revision ?? ''}`.trim();
}

/** As unique as chance makes it, and in no order. */
export function idOf(random: SeededRandom): string {
  return random
    .bytes(8)
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
}
