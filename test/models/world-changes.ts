import type { IntegrationName } from '#domain/integrations.ts';
import type { Poke } from '#ports/pokes.ts';
import { iso } from '#ports/system.ts';
import type { Executor } from '#use-cases/saga/executor.ts';
import { caught, chosen, retrierOf, stateOf } from '../simulation/state-machine.ts';
import { settled } from './catalog-model.ts';
import type { Step } from './explorer.ts';
import type { Fault } from './faults.ts';
import { type Next, NOW_MS, type Process } from './processes.ts';
import { pokeOf, type StripeState } from './stripe-model.ts';
import type { Execution, State, Story, Worker } from './world.ts';

type Said = Step<State>;
type NextOf = (process: Process) => Next;

const NOW = iso(NOW_MS);
/** Of a state that is retried a few times, one retry shows what a second one would. */
const FEW_RETRIES = 10;

export function faulty(state: State): State {
  return { ...state, faults: state.faults - 1 };
}

export function without<Part>(parts: readonly Part[], part: Part): Part[] {
  const at = parts.indexOf(part);
  return [...parts.slice(0, at), ...parts.slice(at + 1)];
}

export function replaced<Part>(parts: readonly Part[], part: Part, by: Part): Part[] {
  return parts.map((each) => (each === part ? by : each));
}

export function began(state: State, process: Omit<Process, 'results'>, waitedFor?: Executor): State {
  const worker = { process: { ...process, results: [] }, ...(waitedFor && { waitedFor }) };
  return { ...state, workers: [...state.workers, worker] };
}

/** What happens in an integration is told by its events, each once; the queue gives them in any order. */
export function withNews(state: State, at: IntegrationName, stripe: StripeState): State {
  const news = stripe.happened.slice(state.there[at].happened.length).map((event) => pokeOf(at, event, NOW));
  return news.reduce(withPoke, { ...state, there: { ...state.there, [at]: stripe } });
}

export function withPoke(state: State, poke: Poke): State {
  const text = JSON.stringify(poke);
  return state.queue.some((each) => JSON.stringify(each) === text)
    ? state
    : { ...state, queue: [...state.queue, poke] };
}

export function endsOf(
  story: Story,
  nextOf: NextOf,
  state: State,
  worker: Worker,
  may: (fault: Fault) => boolean,
): Said[] {
  const { process } = worker;
  const next = nextOf(process);
  const isWell = 'ended' in next && next.ended === 'well';
  const ended = rested({ ...state, workers: without(state.workers, worker) });
  const crashed = may('crash') && isWell && isAwaited(worker);
  return [
    {
      ...{ name: `${process.name} ${labelOf(process)} ends ${isWell ? 'well' : 'badly'}`, by: process.name },
      to: told(story, ended, worker, isWell && 'value' in next ? { value: next.value } : undefined),
    },
    ...(crashed
      ? [{ name: `${process.name} dies at its end`, to: told(story, faulty(ended), worker, undefined) }]
      : []),
  ];
}

/** While nobody remembers how often a request was sent, only how many of them are unanswered counts. */
export function rested(state: State): State {
  if (state.workers.length > 0) return state;
  const entries = Object.entries(state.catalog.entries).map(([name, entry]) => [name, settled(entry)] as const);
  return { ...state, catalog: { ...state.catalog, entries: Object.fromEntries(entries) } };
}

export function labelOf({ work, input }: Process): string {
  return work === 'step' ? (input as { state: string }).state : work;
}

/** Whether it matters to anybody that it has ended. */
export function isAwaited({ process, waitedFor }: Worker): boolean {
  return waitedFor !== undefined || process.work === 'consume';
}

/** Whoever waits for a process goes on, with its outcome or with the failure that its death is. */
export function told(
  story: Story,
  state: State,
  { process, waitedFor }: Worker,
  end: { value: unknown } | undefined,
): State {
  if (process.work === 'consume') return end === undefined ? withPoke(state, process.input as Poke) : state;
  const execution = state.executions.find(({ fence }) => fence === waitedFor?.fence);
  return execution === undefined ? state : followed(story, state, execution, end && String(end.value));
}

/** The machine goes on from a task: by its outcome, or by retrying and catching. */
export function followed({ saga }: Story, state: State, execution: Execution, outcome: string | undefined): State {
  const at = stateOf(saga.States, execution.at);
  const go = (name: string | undefined, retries = 0): State => {
    if (name === undefined) return { ...state, executions: without(state.executions, execution) };
    const target = stateOf(saga.States, name);
    if (target.Type === 'Choice') return go(chosen(target, outcome));
    if (target.Type === 'Succeed') return { ...state, executions: without(state.executions, execution) };
    return { ...state, executions: replaced(state.executions, execution, { ...execution, at: name, retries }) };
  };
  if (outcome !== undefined) return go(at.Next);
  const most = retrierOf(at)?.MaxAttempts ?? 0;
  if (most >= FEW_RETRIES) return go(execution.at, most);
  return most > execution.retries ? go(execution.at, most) : go(caught(at));
}

export function started(state: State, executor: Executor): State {
  const isKnown = state.executions.some(({ fence }) => fence >= executor.fence);
  return isKnown ? state : { ...state, executions: [...state.executions, { ...executor, at: 'Apply', retries: 0 }] };
}
