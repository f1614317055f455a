/** The steps of the saga. The state machine says which, of which operation, and as which executor. */
import { apply, resolve } from '#use-cases/saga/apply.ts';
import { type Executor, OutcomeUnknownError, type StepDeps, type StepOutcome } from '#use-cases/saga/executor.ts';
import { giveUp } from '#use-cases/saga/give-up.ts';
import { release } from '#use-cases/saga/release.ts';
import { undo } from '#use-cases/saga/undo.ts';
import { log, reads, system } from './wiring/catalog.ts';
import { count } from './wiring/metric.ts';
import { pokes } from './wiring/pokes.ts';
import { stripe } from './wiring/stripe.ts';

type SagaEvent = Executor & { readonly step: string };

const STEPS: Readonly<Record<string, (deps: StepDeps, executor: Executor) => Promise<StepOutcome>>> = {
  Apply: apply,
  Resolve: resolve,
  GiveUp: giveUp,
  Settle: resolve,
  Undo: undo,
  Release: release,
};

/** By failing, a step asks to be tried again, and Lambda logs what it fails by: where it was thrown would look like a fault. */
function toldAsUsual(error: OutcomeUnknownError, details: SagaEvent): OutcomeUnknownError {
  log.info('The outcome is not known yet: the step is tried again.', { ...details, reason: error.message });
  error.stack = `${error.name}: ${error.message}`;
  return error;
}

export async function handler({ step, operationId, fence }: SagaEvent): Promise<{ outcome: StepOutcome }> {
  const run = STEPS[step];
  if (run === undefined) throw new Error(`There is no step ${step}.`);
  const deps = { ...reads, integration: stripe, clock: system.clock, pokes };
  const outcome = await run(deps, { operationId, fence }).catch((error: unknown) => {
    throw error instanceof OutcomeUnknownError ? toldAsUsual(error, { operationId, fence, step }) : error;
  });
  log.info('A step of the saga has ended.', { operationId, fence, step, outcome });
  // The alarm on this metric wakes somebody up.
  if (outcome === 'needs_attention') count('NeedsAttention', { also: { operationId } });
  return { outcome };
}
