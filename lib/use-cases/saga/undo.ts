import type { OperationRecord } from '#ports/records.ts';
import { iso } from '#ports/system.ts';
import {
  changeOperation,
  type Executor,
  OutcomeUnknownError,
  readAs,
  type StepDeps,
  type StepOutcome,
  withStep,
} from './executor.ts';
import { canSendAgain, findMade, isOutstanding, recordAnswer, recordSend, sendCreate } from './send-create.ts';

/**
 * Removes from Stripe what the operation made, and nothing else. Succeeds when there is nothing to remove.
 * A request that may still be on its way is first pinned down by sending its key again: merely looking would miss
 * a customer that Stripe is about to create.
 * @throws OutcomeUnknownError while Stripe does not say; the step is repeated for hours.
 */
export async function undo(deps: StepDeps, executor: Executor): Promise<StepOutcome> {
  const operation = await readAs(deps, executor);
  if (operation?.status !== 'compensating') return 'superseded';
  const made = await pinDown(deps, operation);
  if (made === undefined) return 'undone';
  if (!(await deps.integration.isUnused(made))) return park(deps, executor);
  const outcome = await deps.integration.deleteCustomer(made);
  if (outcome.is !== 'accepted')
    throw new OutcomeUnknownError(`Deleting the new customer in Stripe ended ${outcome.is}.`);
  return 'undone';
}

/** What the operation made in Stripe; `undefined` once it is sure that it made nothing and never will. */
async function pinDown(deps: StepDeps, operation: OperationRecord): Promise<string | undefined> {
  if (!isOutstanding(operation)) return operation.mayHaveLanded === true ? findMade(deps, operation) : undefined;
  // Nothing travels for a day: what Stripe shows now is all there will be.
  if (!canSendAgain(deps, operation)) return findMade(deps, operation);
  const recorded = await recordSend(deps, operation);
  const startedAt = iso(deps.clock.nowMs());
  const outcome = await sendCreate(deps, recorded);
  if (outcome.is === 'accepted') return outcome.value.externalId;
  if (outcome.is === 'rejected') return undefined;
  const answered = await recordAnswer(deps, recorded, { name: 'undo', startedAt }, outcome);
  if (isOutstanding(answered))
    throw new OutcomeUnknownError(`An earlier request to Stripe is still unknown: ${outcome.error}.`);
  return findMade(deps, answered);
}

/** Somebody has begun to use what we made: deleting it is no longer ours to decide. */
async function park(deps: StepDeps, executor: Executor): Promise<StepOutcome> {
  const operation = await readAs(deps, executor);
  if (operation?.status !== 'compensating') return 'superseded';
  const now = iso(deps.clock.nowMs());
  const parked = await changeOperation(deps, operation, {
    status: 'needs_attention',
    steps: withStep(operation, {
      name: 'undo',
      startedAt: now,
      endedAt: now,
      outcome: 'needs_attention',
      error: 'The customer in Stripe has a subscription already and was not deleted.',
    }),
  });
  return parked === undefined ? 'superseded' : 'needs_attention';
}
