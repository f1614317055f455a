import { type ByIntegration, forEachOf, GATE, type IntegrationName, type Integrations } from '#domain/integrations.ts';
import type { FieldOwners } from '#domain/merge.ts';
import type { Poke } from '#ports/pokes.ts';
import type { Executor } from '#use-cases/saga/executor.ts';
import { executionEndedEarly, resumeOperation } from '#use-cases/saga/resume-operation.ts';
import { handlePokes } from '#use-cases/sync/handle-pokes.ts';
import { STEPS } from '../simulation/saga.ts';
import type { Ports } from '../simulation/simulated-ports.ts';
import type { StateMachine } from '../simulation/state-machine.ts';
import { type CatalogState, EMPTY_CATALOG, type Entry, isBlocked } from './catalog-model.ts';
import type { Model, Step } from './explorer.ts';
import type { Fault } from './faults.ts';
import { type Numbers, numbering } from './numbers.ts';
import { type Process, replaying, type Works } from './processes.ts';
import { EMPTY_CRM, EMPTY_STRIPE, type Request, type StripeState } from './stripe-model.ts';
import { stepsFrom } from './world-steps.ts';

/** What somebody does once: asks us, or changes something in an integration, which may come to nothing. */
export type Act =
  | { readonly name: string; readonly asks: (ports: Ports) => Promise<unknown> }
  | (There & { readonly requests: (stripe: StripeState) => Request | undefined })
  | (There & { readonly changes: (stripe: StripeState) => StripeState });

/** Where it is done: at the gate unless said. */
type There = { readonly name: string; readonly at?: IntegrationName };

export type Story = {
  readonly saga: StateMachine;
  /** How many faults there may be in all, and which. */
  readonly faults: number;
  readonly of: readonly Fault[];
  /** Done one after the other, each to its end and without any fault, before the story begins. */
  readonly before?: readonly Act[];
  /** Each one's acts follow one another; those of different actors come in any order, or never. */
  readonly actors: readonly (readonly Act[])[];
  readonly owners?: FieldOwners;
  /** The gate alone unless said. */
  readonly integrations?: Integrations;
};

export type Execution = Executor & { readonly at: string; readonly retries: number };

export type Worker = {
  readonly process: Process;
  /** The execution that waits for it. */
  readonly waitedFor?: Executor;
  /** What it has read so far of a batch that is not of one moment. */
  readonly torn?: readonly unknown[];
};

export type State = {
  /** How many may still happen. */
  readonly faults: number;
  /** How many acts each actor has done. */
  readonly done: readonly number[];
  readonly catalog: CatalogState;
  readonly there: ByIntegration<StripeState>;
  /** Requests whose sender has given up, and which may yet arrive. */
  readonly flying: readonly { readonly at: IntegrationName; readonly request: Request }[];
  readonly executions: readonly Execution[];
  readonly workers: readonly Worker[];
  readonly queue: readonly Poke[];
};

export type Wrong = (state: State, isAtRest: boolean) => readonly string[];

const BLANK = { faults: 0, done: [], catalog: EMPTY_CATALOG, flying: [], executions: [], workers: [], queue: [] };

/**
 * The world of a story as a model: processes that run the real use cases, and around them a catalog, Stripe, the saga's
 * state machine, a queue, schedules and time, each of which may do whatever the real one may.
 */
export async function worldOf(story: Story, wrong: Wrong): Promise<Model<State>> {
  const blank = {
    ...BLANK,
    there: forEachOf(integrationsOf(story), (name) => (name === GATE ? EMPTY_STRIPE : EMPTY_CRM)),
  };
  const calm = modelOf({ ...story, faults: 0, actors: (story.before ?? []).map((act) => [act]) }, blank, () => []);
  let initial: State = { ...calm.initial };
  for (const index of (story.before ?? []).keys()) {
    initial = await toRest(calm, withAct(initial, index, calm));
  }
  const begun = { ...initial, faults: story.faults, done: story.actors.map(() => 0) };
  return modelOf(story, begun, wrong);
}

function withAct(state: State, index: number, { steps }: Model<State>): State {
  const act = steps(state).find(({ to }) => to.done[index] === 1);
  if (act === undefined) throw new Error('What is before a story cannot be done.');
  return act.to;
}

async function toRest({ prepare, steps, isAtRest }: Model<State>, from: State): Promise<State> {
  let state = from;
  for (let taken = 0; !isAtRest(state); taken += 1) {
    if (taken === 1_000) throw new Error('What is before a story has no end.');
    await prepare([state]);
    const step = steps(state).find(({ by }) => by !== undefined);
    if (step === undefined) throw new Error('What is before a story goes no further.');
    state = step.to;
  }
  return state;
}

function modelOf(story: Story, blank: State, wrong: Wrong): Model<State> {
  const numbers = numbering();
  const { owners = { name: 'catalog', email: 'catalog' } } = story;
  const replays = replaying(worksOf(story), { owners, integrations: integrationsOf(story) }, numbers);
  return {
    initial: { ...blank, faults: story.faults, done: story.actors.map(() => 0) },
    prepare: (states) => replays.prepare(states.flatMap(({ workers }) => workers.map(({ process }) => process))),
    steps: (state): readonly Step<State>[] => stepsFrom(story, replays.nextOf, state),
    textOf: (state) => textOf(numbers, state),
    isAtRest,
    wrong: (state) => wrong(state, isAtRest(state)),
  };
}

function integrationsOf({ integrations = [GATE] }: Story): Integrations {
  return integrations;
}

function worksOf({ actors, before = [] }: Story): Works {
  const acts = [...actors, before].flat();
  const asking = acts.flatMap((act) => ('asks' in act ? [[act.name, act.asks] as const] : []));
  return {
    ...Object.fromEntries(asking),
    step: (ports: Ports, { state, executor }: { state: string; executor: Executor }) => {
      const step = STEPS[state];
      if (step === undefined) throw new Error(`There is no step ${state}.`);
      return step(ports, executor);
    },
    consume: async (ports: Ports, poke: Poke) => {
      for (const error of (await handlePokes(ports, [poke])).values()) throw error;
    },
    resume: (ports: Ports, operationId: string) => resumeOperation(ports, operationId),
    rule: (ports: Ports, executor: Executor) => executionEndedEarly(ports, executor),
  };
}

/** Nobody is at work, and nothing is due now or later but an email that cannot be taken yet. */
export function isAtRest({ flying, executions, workers, queue, catalog }: State): boolean {
  const isIdle = flying.length + executions.length + workers.length + queue.length === 0;
  const isOwing = ({ record }: Entry) => {
    const isOwed = record['dueAt'] !== undefined || record['retryAt'] !== undefined;
    return isOwed && record['status'] !== 'needs_attention' && !isBlocked(catalog, record);
  };
  return isIdle && !Object.values(catalog.entries).some(isOwing);
}

function textOf(numbers: Numbers, state: State): string {
  const { faults, done, catalog, there, flying, executions, workers, queue } = state;
  const { of, ofProcess } = numbers;
  const sorted = (parts: readonly number[]) => parts.toSorted((a, b) => a - b).join();
  const working = workers.map(({ process, waitedFor, torn }) =>
    of([ofProcess(process), waitedFor?.fence ?? '', torn ?? '']),
  );
  return [
    ...[faults, done.join(), of(there), of(catalog.told), sorted(Object.values(catalog.entries).map(of))],
    ...[sorted(flying.map(of)), sorted(executions.map(of)), sorted(queue.map(of)), sorted(working)],
  ].join('|');
}
