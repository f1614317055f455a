import { isFinal } from '#domain/operation.ts';
import type { Poke } from '#ports/pokes.ts';
import type { OperationRecord, RecordKey } from '#ports/records.ts';
import { iso } from '#ports/system.ts';
import type { Executor } from '#use-cases/saga/executor.ts';
import { caught, chosen, stateOf } from '../simulation/state-machine.ts';
import {
  AGES_MS,
  aged,
  type CatalogState,
  commitTo,
  type Entry,
  isBlocked,
  isWaiting,
  isYoung,
  readAll,
  settled,
} from './catalog-model.ts';
import type { Step } from './explorer.ts';
import { type Call, continued, type Next, NOW_MS, type Process, type Result } from './processes.ts';
import { answer, lookUp, pokeOf, type Request, type StripeState } from './stripe-model.ts';
import type { Act, Execution, Fault, State, Story, Worker } from './world.ts';

type Said = Step<State>;
type NextOf = (process: Process) => Next;

const NOW = iso(NOW_MS);
/** Of a state that is retried a few times, one retry shows what a second one would. */
const FEW_RETRIES = 10;

/** Everything that can happen next. */
export function stepsFrom(story: Story, nextOf: NextOf, state: State): readonly Said[] {
  const may = (fault: Fault) => state.faults > 0 && story.of.includes(fault);
  // That a process has ended is seen by nobody but who waits for it, so it comes first.
  const ended = state.workers.find(({ process }) => 'ended' in nextOf(process));
  if (ended !== undefined) return endsOf(story, nextOf, state, ended, may);
  const urgent = state.workers.find(({ process }) => isUrgent(process, nextOf(process)));
  if (urgent !== undefined) return callSteps(story, nextOf, state, urgent, may);
  const scheduled = scheduleSteps(state, may);
  return [
    ...state.workers.flatMap((worker) => callSteps(story, nextOf, state, worker, may)),
    ...state.executions.flatMap((execution) => executionSteps(story, state, execution, may)),
    ...queueSteps(story, state, may),
    ...actSteps(story, state),
    ...flyingSteps(state),
    ...scheduled,
    ...timeSteps(state, scheduled.length > 0, may),
  ];
}

/**
 * Whether nothing is lost if nobody else does anything before this call: whatever might come between a process's begin
 * and its first look may as well come before its begin, and between a message's sending and its receipt, after both.
 */
function isUrgent({ results }: Process, next: Next): boolean {
  if (!('call' in next)) return false;
  const { call } = next;
  return 'poke' in call || 'start' in call || (results.length === 0 && ('read' in call || 'lookup' in call));
}

function faulty(state: State): State {
  return { ...state, faults: state.faults - 1 };
}

function without<Part>(parts: readonly Part[], part: Part): Part[] {
  const at = parts.indexOf(part);
  return [...parts.slice(0, at), ...parts.slice(at + 1)];
}

function replaced<Part>(parts: readonly Part[], part: Part, by: Part): Part[] {
  return parts.map((each) => (each === part ? by : each));
}

function began(state: State, process: Omit<Process, 'results'>, waitedFor?: Executor): State {
  const worker = { process: { ...process, results: [] }, ...(waitedFor && { waitedFor }) };
  return { ...state, workers: [...state.workers, worker] };
}

/** What happens in Stripe is told by its events, each once; the queue gives them in any order. */
function withStripe(state: State, stripe: StripeState): State {
  const news = stripe.happened.slice(state.stripe.happened.length).map((event) => pokeOf(event, NOW));
  return news.reduce(withPoke, { ...state, stripe });
}

function withPoke(state: State, poke: Poke): State {
  const text = JSON.stringify(poke);
  return state.queue.some((each) => JSON.stringify(each) === text)
    ? state
    : { ...state, queue: [...state.queue, poke] };
}

// --- processes

function endsOf(story: Story, nextOf: NextOf, state: State, worker: Worker, may: (fault: Fault) => boolean): Said[] {
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
function rested(state: State): State {
  if (state.workers.length > 0) return state;
  const entries = Object.entries(state.catalog.entries).map(([name, entry]) => [name, settled(entry)] as const);
  return { ...state, catalog: { ...state.catalog, entries: Object.fromEntries(entries) } };
}

function labelOf({ work, input }: Process): string {
  return work === 'step' ? (input as { state: string }).state : work;
}

/** Whether it matters to anybody that it has ended. */
function isAwaited({ process, waitedFor }: Worker): boolean {
  return waitedFor !== undefined || process.work === 'consume';
}

/** Whoever waits for a process goes on, with its outcome or with the failure that its death is. */
function told(story: Story, state: State, { process, waitedFor }: Worker, end: { value: unknown } | undefined): State {
  if (process.work === 'consume') return end === undefined ? withPoke(state, process.input as Poke) : state;
  const execution = state.executions.find(({ fence }) => fence === waitedFor?.fence);
  return execution === undefined ? state : followed(story, state, execution, end && String(end.value));
}

/** The machine goes on from a task: by its outcome, or by retrying and catching. */
function followed({ saga }: Story, state: State, execution: Execution, outcome: string | undefined): State {
  const at = stateOf(saga.States, execution.at);
  const go = (name: string | undefined, retries = 0): State => {
    if (name === undefined) return { ...state, executions: without(state.executions, execution) };
    const target = stateOf(saga.States, name);
    if (target.Type === 'Choice') return go(chosen(target, outcome));
    if (target.Type === 'Succeed') return { ...state, executions: without(state.executions, execution) };
    return { ...state, executions: replaced(state.executions, execution, { ...execution, at: name, retries }) };
  };
  if (outcome !== undefined) return go(at.Next);
  const most = at.Retry?.[0]?.MaxAttempts ?? 0;
  if (most >= FEW_RETRIES) return go(execution.at, most);
  return most > execution.retries ? go(execution.at, most) : go(caught(at));
}

function callSteps(story: Story, nextOf: NextOf, state: State, worker: Worker, may: (fault: Fault) => boolean): Said[] {
  const next = nextOf(worker.process);
  if (!('call' in next)) return [];
  const { call } = next;
  const { process } = worker;
  const name = `${process.name} ${labelOf(process)} ${sayCall(call)}`;
  const got = (from: State, result: Result): State => ({
    ...from,
    workers: replaced(from.workers, worker, {
      process: continued(process, result),
      ...(worker.waitedFor && { waitedFor: worker.waitedFor }),
    }),
  });
  const gone = { ...state, workers: without(state.workers, worker) };
  const hasEffect = 'commit' in call || 'request' in call || 'poke' in call || 'start' in call;
  const deaths: Said[] =
    may('crash') && hasEffect
      ? [{ name: `${name}: dies before`, to: told(story, faulty(gone), worker, undefined) }]
      : [];
  const isImpatient = may('overlap') && worker.waitedFor !== undefined && state.workers.length === 1;
  const execution = state.executions.find(({ fence }) => fence === worker.waitedFor?.fence);
  if (isImpatient && execution !== undefined && hasEffect) {
    const left = { ...faulty(state), workers: replaced(state.workers, worker, { process }) };
    deaths.push({ name: `${name}: is waited for no longer`, to: followed(story, left, execution, undefined) });
  }
  const effects = effectsOf(state, worker, call, may, got).map(({ name: what, to, isFault }) => ({
    ...{ name: `${name}${what}`, to },
    ...(isFault !== true && { by: process.name }),
  }));
  return [...deaths, ...effects];
}

type Got = (from: State, result: Result) => State;
/** A fault has no actor: it may never happen. */
type Effect = { readonly name: string; readonly to: State; readonly isFault?: true };

function effectsOf(state: State, worker: Worker, call: Call, may: (fault: Fault) => boolean, got: Got): Effect[] {
  const fault = (name: string, to: State): Effect => ({ name: `: ${name}`, to: faulty(to), isFault: true });
  switch (call.of) {
    case 'clock':
      return [{ name: '', to: got(state, { value: undefined }) }];
    case 'pokes': {
      const lost = may('outage') ? [fault('is not sent', got(state, { fails: 'no answer' }))] : [];
      return [{ name: '', to: withPoke(got(state, { value: undefined }), call.poke) }, ...lost];
    }
    case 'saga': {
      const lost = may('outage') ? [fault('is not started', got(state, { fails: 'no answer' }))] : [];
      return [{ name: '', to: started(got(state, { value: undefined }), call.start) }, ...lost];
    }
    case 'store': {
      if ('read' in call) return readSteps(state, worker, call.read, may, got, fault);
      const { catalog, value } = commitTo(state.catalog, call.commit);
      const isDone = (value as { committed: boolean }).committed;
      return [{ name: isDone ? ': committed' : ': refused', to: got({ ...state, catalog }, { value }) }];
    }
    case 'stripe':
      return 'lookup' in call
        ? [
            { name: '', to: got(state, { value: lookUp(state.stripe, call.lookup) }) },
            ...(may('outage') ? [fault('no answer', got(state, { fails: 'unavailable' }))] : []),
          ]
        : requestSteps(state, call.request, may, got, fault);
  }
}

function readSteps(
  state: State,
  worker: Worker,
  keys: readonly RecordKey[],
  may: (fault: Fault) => boolean,
  got: Got,
  fault: (name: string, to: State) => Effect,
): Effect[] {
  const { torn } = worker;
  // One that is torn reads the last record first, and the others when its turn comes again.
  if (torn !== undefined) {
    const value = [...readAll(state.catalog, keys.slice(0, -1)), ...torn];
    return [{ name: ' the rest', to: got(state, { value }) }];
  }
  const whole: Effect = { name: '', to: got(state, { value: readAll(state.catalog, keys) }) };
  if (keys.length === 1 || !may('torn')) return [whole];
  const begun = { ...worker, torn: readAll(state.catalog, keys.slice(-1)) };
  return [whole, fault('not at one moment', { ...state, workers: replaced(state.workers, worker, begun) })];
}

function requestSteps(
  state: State,
  request: Request,
  may: (fault: Fault) => boolean,
  got: Got,
  fault: (name: string, to: State) => Effect,
): Effect[] {
  const answered = (saves500?: 'before' | 'after') => {
    const { stripe, outcome } = answer(state.stripe, request, saves500);
    return { outcome, to: (value: unknown) => withStripe(got(state, { value }), stripe) };
  };
  const calm = answered();
  const effects: Effect[] = [{ name: `: ${calm.outcome.is}`, to: calm.to(calm.outcome) }];
  const unknown = { is: 'unknown', error: 'no answer' };
  if (may('unanswered')) {
    effects.push(fault('the reply is lost', calm.to(unknown)));
    const sent = got(state, { value: unknown });
    effects.push(fault('is late', { ...sent, flying: [...sent.flying, request] }));
  }
  if (may('failure') && calm.outcome.is === 'accepted') {
    for (const when of ['before', 'after'] as const) {
      const failed = answered(when);
      effects.push(fault(`500 ${when} the effect`, failed.to(failed.outcome)));
    }
  }
  if (may('no effect')) {
    effects.push(fault('429', got(state, { value: { is: 'nothing', error: 'status 429' } })));
  }
  return effects;
}

function sayCall(call: Call): string {
  if ('read' in call) return `reads ${call.read.map(({ type }) => type)}`;
  if ('commit' in call) return `commits ${Object.keys(call.commit).filter((name) => call.commit[name] !== undefined)}`;
  if ('request' in call) return `asks Stripe to ${call.request.it}`;
  if ('lookup' in call) return `asks Stripe: ${call.lookup.it}`;
  if ('poke' in call) return `pokes ${JSON.stringify(call.poke)}`;
  return 'start' in call ? `starts ${call.start.operationId}-${call.start.fence}` : 'waits';
}

function started(state: State, executor: Executor): State {
  const isKnown = state.executions.some(({ fence }) => fence >= executor.fence);
  return isKnown ? state : { ...state, executions: [...state.executions, { ...executor, at: 'Apply', retries: 0 }] };
}

// --- the saga's executions

function executionSteps(story: Story, state: State, execution: Execution, may: (fault: Fault) => boolean): Said[] {
  const { operationId, fence, at } = execution;
  const executor = { operationId, fence };
  const isBusy = state.workers.some(({ waitedFor }) => waitedFor?.fence === fence);
  // Retries wait for minutes: by then, a process that nobody waits for any more has come to its end.
  const isPatient = execution.retries > 0 && state.workers.some(({ process }) => process.work === 'step');
  if (isBusy || isPatient) return [];
  const name = `x${fence}`;
  const steps: Said[] = [
    {
      ...{ name: `${name} invokes ${at}`, by: name },
      to: began(state, { name, work: 'step', input: { state: at, executor } }, executor),
    },
  ];
  if (may('abort') && story.saga.States[at] !== undefined) {
    const ended = { ...faulty(state), executions: without(state.executions, execution) };
    steps.push({ name: `${name} is aborted, and nobody tells`, to: ended });
    steps.push({
      name: `${name} is aborted, and a rule tells`,
      to: began(ended, { name: `rule${fence}`, work: 'rule', input: executor }),
    });
  }
  return steps;
}

// --- the queue

function queueSteps({ consumers = 1 }: Story, state: State, may: (fault: Fault) => boolean): Said[] {
  const busy = state.workers.filter(({ process }) => process.work === 'consume');
  if (busy.length >= consumers) return [];
  const slots = ['c1', 'c2', 'c3'];
  const slot = slots.find((each) => !busy.some(({ process }) => process.name.startsWith(each))) ?? 'c4';
  return state.queue.flatMap((poke) => {
    const id = 'customerId' in poke ? poke.customerId : poke.externalId;
    const process = { name: `${slot}-${id}`, work: 'consume', input: poke };
    const name = `${slot} takes ${JSON.stringify(poke)}`;
    const taken = { ...state, queue: without(state.queue, poke) };
    const steps: Said[] = [{ name, by: `queue ${JSON.stringify(poke)}`, to: began(taken, process) }];
    if (may('twice')) steps.push({ name: `${name}, not for the last time`, to: began(faulty(state), process) });
    return steps;
  });
}

// --- people

function actSteps({ actors }: Story, state: State): Said[] {
  return actors.flatMap((acts, actor) => {
    const act = acts[state.done[actor] ?? 0];
    if (act === undefined || state.workers.some(({ process }) => acts.some(({ name }) => name === process.name)))
      return [];
    const done = state.done.map((count, index) => (index === actor ? count + 1 : count));
    const to = acted({ ...state, done }, act);
    return to === undefined ? [] : [{ name: act.name, to }];
  });
}

function acted(state: State, act: Act): State | undefined {
  if ('asks' in act) return began(state, { name: act.name, work: act.name, input: {} });
  if ('changes' in act) return { ...state, stripe: act.changes(state.stripe) };
  const request = act.requests(state.stripe);
  return request && withStripe(state, answer(state.stripe, request).stripe);
}

function flyingSteps(state: State): Said[] {
  return state.flying.flatMap((request) => {
    const landed = { ...state, flying: without(state.flying, request) };
    const name = `the late ${request.it}`;
    return [
      { name: `${name} arrives`, by: 'network', to: withStripe(landed, answer(state.stripe, request).stripe) },
      { name: `${name} is lost`, by: 'network', to: landed },
    ];
  });
}

// --- schedules and time

function scheduleSteps(state: State, may: (fault: Fault) => boolean): Said[] {
  return Object.values(state.catalog.entries).flatMap(({ key, record }) => {
    const due = record['dueAt'] ?? record['retryAt'];
    if (typeof due !== 'string' || due > NOW || isBlocked(state.catalog, record)) return [];
    if (key.type === 'operation') return resumeSteps(state, record as unknown as OperationRecord, may);
    if (key.type !== 'sync' && key.type !== 'link') return [];
    const poke = key.type === 'sync' ? { customerId: key.customerId } : { externalId: key.externalId };
    // One that is at work on it has the same to do.
    const isAtWork = state.workers.some(({ process }) => JSON.stringify(process.input) === JSON.stringify(poke));
    const to = isAtWork ? state : withPoke(state, poke);
    return to === state ? [] : [{ name: `the schedule pokes ${JSON.stringify(poke)}`, by: 'schedule', to }];
  });
}

function resumeSteps(state: State, { id, status }: OperationRecord, may: (fault: Fault) => boolean): Said[] {
  const isOver = isFinal(status) || status === 'needs_attention';
  const isSweeping = state.workers.some(({ process }) => process.work === 'resume');
  // Whoever is alive is taken over only when it takes too long.
  const isEarly = state.executions.length > 0;
  if (isOver || isSweeping || (isEarly && !may('overlap'))) return [];
  const process = { name: 'sweep', work: 'resume', input: id };
  const name = `the sweep finds ${id}`;
  return isEarly
    ? [{ name: `${name} too early`, to: began(faulty(state), process) }]
    : [{ name, by: 'sweep', to: began(state, process) }];
}

function timeSteps(state: State, isDue: boolean, may: (fault: Fault) => boolean): Said[] {
  const { workers, flying, executions, queue, catalog } = state;
  const entries = Object.values(catalog.entries);
  const isBusy = workers.length + flying.length > 0;
  const steps: Said[] = [];
  if (entries.some(isWaiting)) {
    const to = passed(state, AGES_MS.minutes);
    // Within minutes messages come, schedules fire, and executions go on.
    if (!isBusy && !isDue && executions.length + queue.length === 0)
      steps.push({ name: 'minutes pass', by: 'minutes', to });
    else if (may('overlap')) steps.push({ name: 'minutes pass meanwhile', to: faulty(to) });
  }
  const open = entries.filter(isOpen);
  // No process lives, and no request travels, for an hour.
  if (isBusy || open.length === 0) return steps;
  if (open.some((entry) => isYoung(entry, AGES_MS.hour)))
    steps.push({ name: 'an hour passes', by: 'hours', to: passed(state, AGES_MS.hour) });
  if (may('day') && open.some((entry) => isYoung(entry, AGES_MS.day))) {
    const to = faulty(passed(state, AGES_MS.day));
    steps.push({ name: 'a day passes', to });
    steps.push({ name: 'a day passes, and keys are forgotten', to: { ...to, stripe: { ...to.stripe, keys: {} } } });
  }
  return steps;
}

function isOpen({ key, record }: Entry): boolean {
  if (key.type === 'attempt') return record['outcome'] === 'open';
  return key.type === 'operation' && !isFinal(record['status'] as OperationRecord['status']);
}

function passed(state: State, ageMs: number): State {
  const aging = Object.entries(state.catalog.entries).map(([name, entry]) => [name, aged(entry, ageMs)] as const);
  const catalog: CatalogState = { ...state.catalog, entries: Object.fromEntries(aging) };
  return { ...state, catalog };
}
