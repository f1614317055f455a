/** Of a state in the Amazon States Language, what the saga uses. */
export type State = {
  readonly Type: 'Task' | 'Choice' | 'Succeed';
  readonly Next?: string;
  readonly Default?: string;
  readonly TimeoutSeconds?: number;
  readonly Choices?: readonly { readonly Variable: string; readonly StringEquals: string; readonly Next: string }[];
  readonly Retry?: readonly Retrier[];
  readonly Catch?: readonly { readonly ErrorEquals: readonly string[]; readonly Next: string }[];
};
type Retrier = {
  readonly ErrorEquals: readonly string[];
  readonly IntervalSeconds: number;
  readonly MaxAttempts: number;
  readonly BackoffRate: number;
  readonly MaxDelaySeconds?: number;
};

export type StateMachine = { readonly StartAt: string; readonly States: Readonly<Record<string, State>> };

/** What a machine is run by. */
export type Machinery = {
  /** One try of a task; the outcome that Choice states look at. Rejects when the function failed or died. */
  readonly invoke: (state: string, timeoutSeconds: number) => Promise<string>;
  readonly sleep: (ms: number) => Promise<void>;
  /** Between 0 and 1, for the jitter. */
  readonly fraction: () => number;
  /** Whether the execution is aborted here: it then tells nobody, and ends. */
  readonly isAborted: () => boolean;
};

/** Runs a machine from its start to an end, as Step Functions would: `failed` when no Catch took an error. */
export async function runMachine(
  { StartAt, States }: StateMachine,
  machinery: Machinery,
): Promise<'succeeded' | 'failed' | 'aborted'> {
  let outcome: string | undefined;
  for (let name: string | undefined = StartAt; name !== undefined; ) {
    if (machinery.isAborted()) return 'aborted';
    const state = stateOf(States, name);
    if (state.Type === 'Succeed') return 'succeeded';
    if (state.Type === 'Choice') {
      name = chosen(state, outcome);
      continue;
    }
    outcome = await tried(name, state, machinery);
    name = outcome === undefined ? caught(state) : state.Next;
  }
  return 'failed';
}

export function stateOf(states: StateMachine['States'], name: string): State {
  const state = states[name];
  if (state === undefined) throw new Error(`There is no state ${name}.`);
  return state;
}

export function chosen({ Choices = [], Default }: State, outcome: string | undefined): string | undefined {
  for (const { Variable, StringEquals, Next } of Choices) {
    if (Variable !== '$.result.outcome') throw new Error(`This machine does not know ${Variable}.`);
    if (StringEquals === outcome) return Next;
  }
  return Default;
}

/** The outcome of a task, tried as often as its retriers say; `undefined` when the last try failed too. */
async function tried(name: string, state: State, machinery: Machinery): Promise<string | undefined> {
  const retrier = retrierOf(state);
  for (let retries = 0; ; retries += 1) {
    const outcome = await machinery.invoke(name, state.TimeoutSeconds ?? 60).catch(() => undefined);
    if (outcome !== undefined || retrier === undefined || retries >= retrier.MaxAttempts) return outcome;
    const seconds = retrier.IntervalSeconds * retrier.BackoffRate ** retries;
    const longest = retrier.MaxDelaySeconds ?? Number.POSITIVE_INFINITY;
    await machinery.sleep(Math.round(Math.min(seconds, longest) * 1000 * machinery.fraction()));
  }
}

/** Nobody stands in line here, so that only what is retried for any error matters. */
export function retrierOf({ Retry = [] }: State): Retrier | undefined {
  return Retry.find(({ ErrorEquals }) => ErrorEquals.includes('States.ALL'));
}

export function caught({ Catch = [] }: State): string | undefined {
  return Catch.find(({ ErrorEquals }) => ErrorEquals.includes('States.ALL'))?.Next;
}
