/** The steps of the saga. The state machine says which, of which operation, and as which executor. */
import { apply, resolve } from '#use-cases/saga/apply.ts';
import { compensate } from '#use-cases/saga/compensate.ts';
import type { Executor, StepDeps, StepOutcome } from '#use-cases/saga/executor.ts';
import { release } from '#use-cases/saga/release.ts';
import { undo } from '#use-cases/saga/undo.ts';
import { store, system } from './wiring/catalog.ts';
import { stripe } from './wiring/stripe.ts';

type SagaEvent = Executor & { readonly step: string };

const STEPS: Readonly<Record<string, (deps: StepDeps, executor: Executor) => Promise<StepOutcome>>> = {
  Apply: apply,
  Resolve: resolve,
  Compensate: compensate,
  Undo: undo,
  Release: release,
};

export async function handler({ step, operationId, fence }: SagaEvent): Promise<{ outcome: StepOutcome }> {
  const run = STEPS[step];
  if (run === undefined) throw new Error(`There is no step ${step}.`);
  const outcome = await run({ store, integration: stripe, clock: system.clock }, { operationId, fence });
  return { outcome };
}
