import { GATE, type IntegrationName, type Integrations } from '#domain/integrations.ts';
import { type FieldOwners, ownersAgainst } from '#domain/merge.ts';
import type { NamedWrites } from '#ports/catalog-store.ts';
import { type Integration, IntegrationUnavailableError } from '#ports/integration.ts';
import type { Poke } from '#ports/pokes.ts';
import type { RecordKey } from '#ports/records.ts';
import type { Ports } from '../simulation/simulated-ports.ts';
import type { Numbers } from './numbers.ts';
import { type Lookup, plainDigest, type Request } from './stripe-model.ts';

/** What a process asks of the world: it waits until that has happened. */
export type Call =
  | { readonly of: 'store'; readonly read: readonly RecordKey[] }
  | { readonly of: 'store'; readonly commit: NamedWrites }
  | { readonly of: 'integration'; readonly at: IntegrationName; readonly request: Request }
  | { readonly of: 'integration'; readonly at: IntegrationName; readonly lookup: Lookup }
  | { readonly of: 'pokes'; readonly poke: Poke }
  | { readonly of: 'saga'; readonly start: { readonly operationId: string; readonly fence: number } }
  | { readonly of: 'clock' };

/** What came of a call. */
export type Result = { readonly value: unknown } | { readonly fails: 'no answer' | 'unavailable' };

/** A process: what it was begun for, and what its calls so far have come to. It is a function of both, and of nothing else. */
export type Process = {
  readonly name: string;
  readonly work: string;
  readonly input: unknown;
  /** Whose customers it looks at; the gate's unless said. */
  readonly integration?: IntegrationName | undefined;
  readonly results: readonly Result[];
  /** The same process before its last call. */
  readonly before?: Process;
};

/** The process after one more call. */
export function continued(process: Process, result: Result): Process {
  return { ...process, results: [...process.results, result], before: process };
}

/** What a process does next, or how it has ended. */
export type Next =
  | { readonly call: Call }
  | { readonly ended: 'well'; readonly value: unknown }
  | { readonly ended: 'badly' };

export type Works = Readonly<Record<string, (ports: Ports, input: never) => Promise<unknown>>>;

export type Settings = { readonly owners: FieldOwners; readonly integrations: Integrations };

/** Time stands still while anybody works: a step of the model lets it pass. */
export const NOW_MS = Date.UTC(2026, 0, 1);

/**
 * Says what processes do next: the real use cases are run again from their beginning, and given the answers that they
 * were given before, until they ask for something new. So a process at work is plain data, and can go on in two ways.
 */
export function replaying(works: Works, settings: Settings, numbers: Numbers) {
  const known = new Map<number, Next>();
  return {
    async prepare(processes: readonly Process[]): Promise<void> {
      const fresh = new Map(processes.map((process) => [numbers.ofProcess(process), process]));
      const runs = [...fresh].flatMap(([number, process]) =>
        known.has(number) ? [] : [{ number, ...begin(works, settings, process) }],
      );
      for (let turns = 0; runs.some(({ next }) => next() === undefined); turns += 1) {
        if (turns === 1_000) throw new Error('A process waits for something that is not its ports.');
        await new Promise<void>((resolve) => setImmediate(resolve));
      }
      for (const { number, next } of runs) known.set(number, next() as Next);
    },
    nextOf(process: Process): Next {
      const next = known.get(numbers.ofProcess(process));
      if (next === undefined) throw new Error(`Nobody has prepared ${process.name}.`);
      return next;
    },
  };
}

function begin(works: Works, settings: Settings, process: Process) {
  const { work, input, results } = process;
  let asked = 0;
  let next: Next | undefined;
  const call = <Value>(asking: Call): Promise<Value> => {
    const result = results[asked];
    asked += 1;
    if (result === undefined) {
      next ??= { call: asking };
      return new Promise(() => {});
    }
    if ('value' in result) return Promise.resolve(result.value as Value);
    return Promise.reject(
      result.fails === 'unavailable' ? new IntegrationUnavailableError() : new Error('There was no answer.'),
    );
  };
  const perform = works[work];
  if (perform === undefined) throw new Error(`Nobody knows how to ${work}.`);
  perform(portsOf(process, settings, call), input as never).then(
    (value) => {
      next = { ended: 'well', value };
    },
    () => {
      next = { ended: 'badly' };
    },
  );
  return { next: () => next };
}

function portsOf(
  { name, integration: at = GATE }: Process,
  { owners, integrations }: Settings,
  call: <Value>(asking: Call) => Promise<Value>,
): Ports {
  let ids = 0;
  const lookUp = <Value>(lookup: Lookup) => call<Value>({ of: 'integration', at, lookup });
  const write = (request: Request) =>
    call<Awaited<ReturnType<Integration['deleteCustomer']>>>({ of: 'integration', at, request });
  const notModelled = () => Promise.reject(new Error('This is not part of the models.'));
  return {
    store: {
      read: (keys) => call({ of: 'store', read: keys }),
      commit: (writes) => call({ of: 'store', commit: writes }),
      ...{ listDue: notModelled, listApart: notModelled, listCustomers: notModelled, listAudit: notModelled },
      ...{ listUnfinished: notModelled, listOperationsOf: notModelled, scan: notModelled },
    },
    integrations,
    integration: {
      name: at,
      createCustomer: ({ ownership, name: its, email }, key) =>
        write({ it: 'create', fields: { name: its, email }, ownership, key }),
      updateCustomer: (externalId, fields, key, ownership) =>
        write({ it: 'update', externalId, fields, key, ownership }),
      deleteCustomer: (externalId) => write({ it: 'delete', externalId, isOurs: true }),
      findCustomer: (externalId) => lookUp({ it: 'findCustomer', externalId }),
      findOwned: (ownership) => lookUp({ it: 'findOwned', ownership }),
      isUnused: (externalId) => lookUp({ it: 'isUnused', externalId }),
      hasUpdated: (externalId, key) => lookUp({ it: 'hasUpdated', externalId, key }),
      findPrevious: (eventId) => lookUp({ it: 'findPrevious', eventId }),
      ...{ hasLiveSubscriptions: notModelled, listCustomers: notModelled, findAccount: notModelled },
    },
    pokes: { poke: (poke) => call({ of: 'pokes', poke }) },
    saga: { start: (operationId, fence) => call({ of: 'saga', start: { operationId, fence } }) },
    clock: { nowMs: () => NOW_MS, sleep: () => call({ of: 'clock' }) },
    random: {
      id: () => {
        ids += 1;
        return `${name}-${ids}`;
      },
      fraction: () => 0.5,
    },
    log: { warn: () => {} },
    owners: ownersAgainst(at, owners),
    digest: plainDigest,
    call: notModelled,
  };
}
