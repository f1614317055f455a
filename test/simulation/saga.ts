import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Saga } from '#infra/saga.ts';
import { apply, resolve } from '#use-cases/saga/apply.ts';
import type { Executor, StepDeps, StepOutcome } from '#use-cases/saga/executor.ts';
import { giveUp } from '#use-cases/saga/give-up.ts';
import { release } from '#use-cases/saga/release.ts';
import { executionEndedEarly, resumeOperation } from '#use-cases/saga/resume-operation.ts';
import { undo } from '#use-cases/saga/undo.ts';
import type { Rig } from './rig.ts';
import { runMachine, type StateMachine } from './state-machine.ts';

/** The saga as it is synthesized. */
export function synthesizedSaga(): StateMachine {
  const stack = new Stack(new App({ autoSynth: false, builtinCloudFormationValidation: false }), 'Stack');
  const steps = LambdaFunction.fromFunctionArn(stack, 'Steps', 'arn:aws:lambda:eu-west-1:000000000000:function:steps');
  new Saga(stack, 'Saga', { stage: 'simulated', steps });
  const [machine] = Object.values(Template.fromStack(stack).findResources('AWS::StepFunctions::StateMachine'));
  const text = machine?.['Properties'].DefinitionString;
  // What is not text in it are references to resources.
  const parts: readonly unknown[] = typeof text === 'string' ? [text] : text['Fn::Join'][1];
  return JSON.parse(parts.map((part) => (typeof part === 'string' ? part : 'reference')).join('')) as StateMachine;
}

/** The code of each state. */
export const STEPS: Readonly<Record<string, (deps: StepDeps, executor: Executor) => Promise<StepOutcome>>> = {
  ...{ Apply: apply, Resolve: resolve, GiveUp: giveUp, Settle: resolve, Undo: undo, Release: release },
};

const DURABLE = { isFaulty: false, lifetimeMs: Number.POSITIVE_INFINITY };

/**
 * Executions of the saga on a rig: each step is a process of its own, which may die or hang; an execution may be
 * aborted, and then a rule tells of it, or does not.
 */
export function executionsOn(rig: Rig, saga: StateMachine) {
  const started = new Set<string>();
  const begin = (executor: Executor) =>
    rig.task(
      `execution ${executor.operationId}-${executor.fence}`,
      async ({ clock }) => {
        const end = await runMachine(saga, {
          invoke: (state, timeoutSeconds) => invoke(rig, state, executor, () => clock.sleep(timeoutSeconds * 1000)),
          sleep: (ms) => clock.sleep(ms),
          fraction: () => rig.random.fraction(),
          isAborted: () => rig.befalls('abort'),
        });
        if (end === 'succeeded' || rig.random.chance(0.5)) return;
        rig.task('ended-early', (ports) => executionEndedEarly(ports, executor));
      },
      DURABLE,
    );
  return {
    /** The name of an execution is its executor's: a second start of it is none. */
    start(operationId: string, fence: number): void {
      const name = `${operationId}-${fence}`;
      if (started.has(name)) return;
      started.add(name);
      void begin({ operationId, fence });
    },
    /** As the sweep does. */
    resume(operationId: string): void {
      void rig.task('resume', (ports) => resumeOperation(ports, operationId));
    },
  };
}

/** The machine waits no longer than the state's time-out; the process may outlive that. */
async function invoke(rig: Rig, state: string, executor: Executor, timeOut: () => Promise<void>): Promise<string> {
  const step = STEPS[state];
  if (step === undefined) throw new Error(`There is no step ${state}.`);
  let outcome: StepOutcome | undefined;
  const ended = rig.task(`${state} ${executor.operationId}-${executor.fence}`, async (ports) => {
    outcome = await step(ports, executor);
  });
  await (rig.doProcessesOutliveTasks ? Promise.race([ended, timeOut()]) : ended);
  if (outcome === undefined) throw new Error(`${state} failed, died or took too long.`);
  return outcome;
}
