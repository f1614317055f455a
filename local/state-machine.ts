import { accountId, region } from './resource-identity.ts';
import type { Clock, LocalFunction } from './runtime.ts';
import { definitionOf, findUnsupported, withTaskTimeouts } from './state-definition.ts';
import type { StatesEngine } from './states-engine.ts';
import { StateError, type TaskHandler, taskHandler, taskStates } from './task-states.ts';
import type { Resource } from './template.ts';

export type ExecutionStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';

export type Execution = {
  readonly arn: string;
  readonly name: string;
  readonly stateMachineArn: string;
  readonly input: string;
  readonly startedAtMs: number;
  status: ExecutionStatus;
  stoppedAtMs?: number;
  output?: string;
  error?: string;
  cause?: string;
};

export type StatusListener = (execution: Readonly<Execution>) => void;

/** One `AWS::StepFunctions::StateMachine` of the template, with its executions. They live in memory only. */
export type StateMachine = {
  readonly logicalId: string;
  readonly name: string;
  readonly arn: string;
  /** What of the definition the runner does not carry out; an execution that comes to such a task fails. */
  readonly notRun: readonly string[];
  /** Starts an execution. `exists` when the name is used up; the same start again while it runs is that execution. */
  start(name: string, input: string): { readonly execution: Readonly<Execution>; readonly exists: boolean };
  find(name: string): Readonly<Execution> | undefined;
  /** Newest first. */
  executions(): readonly Readonly<Execution>[];
  /** Ends an execution as ABORTED. What its task is doing goes on unseen, as in AWS. */
  stop(name: string, error?: string, cause?: string): void;
  onStatusChange(listener: StatusListener): void;
  running(): number;
};

/** Finished executions that can still be described. */
const keptExecutions = 10_000;

type Setup = {
  readonly engine: StatesEngine;
  readonly clock: Clock;
  readonly functions: readonly LocalFunction[];
  /** Called for each state that an execution enters, and for each retry. */
  readonly onTransition?: () => void;
};

/** Makes the state machine of a resource runnable. A test says that its definition is valid; here it is not looked at. */
export function createStateMachine(resource: Resource, setup: Setup): StateMachine {
  const { engine, clock, functions, onTransition } = setup;
  const { logicalId, name, arn } = resource;
  const definition = definitionOf(resource);
  const { TimeoutSeconds: machineTimeoutSeconds, ...untimed } = definition;
  const machine = new engine.StateMachine(withTaskTimeouts(untimed) as never, {
    validationOptions: { noValidate: true },
  });
  const tasks = taskStates(definition).map((task) => ({ ...task, handler: taskHandler(task.resource, functions) }));
  const executions = new Map<string, Execution>();
  /** Names stay used up after their execution is forgotten: a name that starts twice would hide a bug. */
  const usedNames = new Set<string>();
  const aborts = new Map<string, () => void>();
  const listeners: StatusListener[] = [];

  function end(execution: Execution, status: ExecutionStatus, result: Partial<Execution>): void {
    if (execution.status !== 'RUNNING') return;
    Object.assign(execution, result, { status, stoppedAtMs: clock.now() });
    aborts.get(execution.name)?.();
    aborts.delete(execution.name);
    for (const listener of listeners) listener(execution);
  }

  function run(execution: Execution): void {
    const handlers = tasks.map(({ name: state, resource: task, handler }) => {
      const carryOut: TaskHandler = async (parameters) => {
        // An aborted engine wakes from its retry delay and tries once more; nothing may come of that.
        if (execution.status !== 'RUNNING') throw new StateError('States.Aborted', 'stopped', { terminal: true });
        if (handler) return handler(parameters);
        throw new StateError('States.Runtime', `The runner cannot carry out ${task}`, { terminal: true });
      };
      return [state, carryOut];
    });
    const engineRun = machine.run(JSON.parse(execution.input), {
      noThrowOnAbort: true,
      overrides: { taskResourceLocalHandlers: Object.fromEntries(handlers) },
      context: {
        Execution: { Id: execution.arn, Name: execution.name, RoleArn: '', RedriveCount: 0 },
        StateMachine: { Id: arn, Name: name },
      } as never,
    });
    const cancelTimeout =
      typeof machineTimeoutSeconds === 'number'
        ? clock.setTimer(() => end(execution, 'TIMED_OUT', {}), machineTimeoutSeconds * 1000)
        : () => {};
    aborts.set(execution.name, () => {
      cancelTimeout();
      engineRun.abort();
    });
    if (onTransition) countTransitions(engineRun.eventLogs, onTransition);
    engineRun.result.then(
      (output) => end(execution, 'SUCCEEDED', { output: JSON.stringify(output ?? null) }),
      (failure: Error) => {
        const error = failure.cause instanceof Error ? failure.cause : failure;
        end(execution, 'FAILED', { error: error.name, cause: error.message });
      },
    );
  }

  return {
    logicalId,
    name,
    arn,
    notRun: [
      ...tasks.filter((task) => !task.handler).map((task) => `task ${task.name} (${task.resource})`),
      ...findUnsupported(definition),
    ],
    start(executionName, input) {
      const earlier = executions.get(executionName);
      if (earlier) {
        return { execution: earlier, exists: earlier.status !== 'RUNNING' || !sameJson(earlier.input, input) };
      }
      const execution: Execution = {
        arn: `arn:aws:states:${region}:${accountId}:execution:${name}:${executionName}`,
        name: executionName,
        stateMachineArn: arn,
        input,
        startedAtMs: clock.now(),
        status: 'RUNNING',
      };
      if (usedNames.has(executionName)) return { execution, exists: true };
      usedNames.add(executionName);
      executions.set(executionName, execution);
      forgetOldest(executions);
      for (const listener of listeners) listener(execution);
      run(execution);
      return { execution, exists: false };
    },
    find: (executionName) => executions.get(executionName),
    executions: () => [...executions.values()].reverse(),
    stop(executionName, error, cause) {
      const execution = executions.get(executionName);
      if (execution) end(execution, 'ABORTED', { ...(error && { error }), ...(cause && { cause }) });
    },
    onStatusChange: (listener) => void listeners.push(listener),
    running: () => aborts.size,
  };
}

async function countTransitions(events: AsyncIterable<{ readonly type: string }>, count: () => void): Promise<void> {
  for await (const { type } of events) if (type === 'StateEntered' || type === 'StateRetried') count();
}

function forgetOldest(executions: Map<string, Execution>): void {
  if (executions.size <= keptExecutions) return;
  for (const [name, { status }] of executions) {
    if (status === 'RUNNING') continue;
    executions.delete(name);
    return;
  }
}

function sameJson(left: string, right: string): boolean {
  return JSON.stringify(JSON.parse(left)) === JSON.stringify(JSON.parse(right));
}
