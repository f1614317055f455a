import { GATE, type IntegrationName } from '#domain/integrations.ts';
import type { RecordKey } from '#ports/records.ts';
import { commitTo, readAll } from './catalog-model.ts';
import type { Step } from './explorer.ts';
import type { Fault } from './faults.ts';
import { type Call, continued, type Next, type Process, type Result } from './processes.ts';
import { answer, lookUp, type Request } from './stripe-model.ts';
import type { State, Story, Worker } from './world.ts';
import { faulty, followed, labelOf, replaced, started, told, withNews, without, withPoke } from './world-changes.ts';

type Said = Step<State>;
type NextOf = (process: Process) => Next;

export function callSteps(
  story: Story,
  nextOf: NextOf,
  state: State,
  worker: Worker,
  may: (fault: Fault) => boolean,
): Said[] {
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

export function effectsOf(
  state: State,
  worker: Worker,
  call: Call,
  may: (fault: Fault) => boolean,
  got: Got,
): Effect[] {
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
    case 'integration':
      return 'lookup' in call
        ? [
            { name: '', to: got(state, { value: lookUp(state.there[call.at], call.lookup) }) },
            ...(may('outage') ? [fault('no answer', got(state, { fails: 'unavailable' }))] : []),
          ]
        : requestSteps(state, call, may, got, fault);
  }
}

export function readSteps(
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

export function requestSteps(
  state: State,
  { at, request }: { readonly at: IntegrationName; readonly request: Request },
  may: (fault: Fault) => boolean,
  got: Got,
  fault: (name: string, to: State) => Effect,
): Effect[] {
  const answered = (saves500?: 'before' | 'after') => {
    const { stripe, outcome } = answer(state.there[at], request, saves500);
    return { outcome, to: (value: unknown) => withNews(got(state, { value }), at, stripe) };
  };
  const calm = answered();
  const effects: Effect[] = [{ name: `: ${calm.outcome.is}`, to: calm.to(calm.outcome) }];
  const unknown = { is: 'unknown', error: 'no answer' };
  if (may('unanswered')) {
    effects.push(fault('the reply is lost', calm.to(unknown)));
    const sent = got(state, { value: unknown });
    effects.push(fault('is late', { ...sent, flying: [...sent.flying, { at, request }] }));
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

export function sayCall(call: Call): string {
  if ('read' in call) return `reads ${call.read.map(({ type }) => type)}`;
  if ('commit' in call) return `commits ${Object.keys(call.commit).filter((name) => call.commit[name] !== undefined)}`;
  if ('request' in call) return `asks ${sayWhom(call.at)} to ${call.request.it}`;
  if ('lookup' in call) return `asks ${sayWhom(call.at)}: ${call.lookup.it}`;
  if ('poke' in call) return `pokes ${JSON.stringify(call.poke)}`;
  return 'start' in call ? `starts ${call.start.operationId}-${call.start.fence}` : 'waits';
}

function sayWhom(at: IntegrationName): string {
  return at === GATE ? 'Stripe' : at;
}
