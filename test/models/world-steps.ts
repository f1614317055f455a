import { GATE } from '#domain/integrations.ts';
import { isFinal } from '#domain/operation.ts';
import { pokeTo, pokeToExternal } from '#ports/pokes.ts';
import type { OperationRecord } from '#ports/records.ts';
import { iso } from '#ports/system.ts';
import { callSteps } from './call-steps.ts';
import { AGES_MS, aged, type CatalogState, type Entry, isBlocked, isWaiting, isYoung } from './catalog-model.ts';
import type { Step } from './explorer.ts';
import type { Fault } from './faults.ts';
import { type Next, NOW_MS, type Process } from './processes.ts';
import { answer } from './stripe-model.ts';
import type { Act, Execution, State, Story } from './world.ts';
import { began, endsOf, faulty, withNews, without, withPoke } from './world-changes.ts';

type Said = Step<State>;
type NextOf = (process: Process) => Next;

const NOW = iso(NOW_MS);

/** Everything that can happen next. */
export function stepsFrom(story: Story, nextOf: NextOf, state: State): readonly Said[] {
  const may = (fault: Fault) => state.faults > 0 && story.of.includes(fault);
  // That a process has ended is seen by nobody but who waits for it, so it comes first.
  const ended = state.workers.find(({ process }) => 'ended' in nextOf(process));
  if (ended !== undefined) return endsOf(story, nextOf, state, ended, may);
  const urgent = state.workers.find(({ process, torn }) => torn === undefined && isUrgent(process, nextOf(process)));
  if (urgent !== undefined) return callSteps(story, nextOf, state, urgent, may);
  const scheduled = scheduleSteps(state, may);
  return [
    ...state.workers.flatMap((worker) => callSteps(story, nextOf, state, worker, may)),
    ...state.executions.flatMap((execution) => executionSteps(story, state, execution, may)),
    ...queueSteps(state, may),
    ...actSteps(story, state),
    ...flyingSteps(state),
    ...scheduled,
    ...timeSteps(state, scheduled.length > 0, may),
  ];
}

/**
 * Whether nothing is lost if nobody else does anything before this call: whatever might come between a process's begin
 * and its first look may as well come before its begin, and between a message's sending and its receipt, after both. A look
 * that has begun and is not over yet is no such one.
 */
function isUrgent({ results }: Process, next: Next): boolean {
  if (!('call' in next)) return false;
  const { call } = next;
  return 'poke' in call || 'start' in call || (results.length === 0 && ('read' in call || 'lookup' in call));
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

function queueSteps(state: State, may: (fault: Fault) => boolean): Said[] {
  const busy = state.workers.filter(({ process }) => process.work === 'consume');
  const isMeanwhile = busy.length > 0;
  if (isMeanwhile && !may('meanwhile')) return [];
  const slots = ['c1', 'c2', 'c3'];
  const slot = slots.find((each) => !busy.some(({ process }) => process.name.startsWith(each))) ?? 'c4';
  return state.queue.flatMap((poke) => {
    const { integration } = poke;
    const parts = [
      slot,
      ...(integration === undefined ? [] : [integration]),
      'customerId' in poke ? poke.customerId : poke.externalId,
    ];
    const process = { name: parts.join('-'), work: 'consume', input: poke, integration };
    const name = `${slot} takes ${JSON.stringify(poke)}`;
    const taken = { ...state, queue: without(state.queue, poke) };
    if (isMeanwhile) return [{ name: `${name} meanwhile`, to: began(faulty(taken), process) }];
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
  const { at = GATE } = act;
  const stripe = state.there[at];
  if ('changes' in act) return { ...state, there: { ...state.there, [at]: act.changes(stripe) } };
  const request = act.requests(stripe);
  return request && withNews(state, at, answer(stripe, request).stripe);
}

function flyingSteps(state: State): Said[] {
  return state.flying.flatMap((late) => {
    const { at, request } = late;
    const landed = { ...state, flying: without(state.flying, late) };
    const name = `the late ${request.it}`;
    return [
      { name: `${name} arrives`, by: 'network', to: withNews(landed, at, answer(state.there[at], request).stripe) },
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
    const poke =
      key.type === 'sync' ? pokeTo(key.customerId, key.integration) : pokeToExternal(key.externalId, key.integration);
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
    steps.push({ name: 'a day passes, and keys are forgotten', to: withoutKeys(to) });
  }
  return steps;
}

function withoutKeys({ there, ...state }: State): State {
  const forgetful = Object.entries(there).map(([at, stripe]) => [at, { ...stripe, keys: {} }] as const);
  return { ...state, there: Object.fromEntries(forgetful) as State['there'] };
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
