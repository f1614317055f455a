import { hasArrived } from '#domain/travel.ts';
import type { OperationRecord } from '#ports/records.ts';
import { iso } from '#ports/system.ts';
import {
  changeOperation,
  type Executor,
  NEVER_DUE,
  OutcomeUnknownError,
  RETRIED_LEASE_MS,
  readAs,
  type StepDeps,
  type StepOutcome,
  withStep,
} from './executor.ts';
import { KINDS } from './kinds/kinds.ts';
import { canSendAgain, isOutstanding, recordAnswer, recordSend } from './requests.ts';

/**
 * Removes from Stripe what the operation made, and nothing else. Succeeds when there is nothing to remove.
 * A request that may still be on its way is first pinned down by sending its key again: merely looking would miss
 * a customer that Stripe is about to create.
 * @throws OutcomeUnknownError while Stripe does not say; the step is repeated for hours.
 */
export async function undo(deps: StepDeps, executor: Executor): Promise<StepOutcome> {
  const operation = await readAs(deps, executor);
  if (operation?.status !== 'compensating') return 'superseded';
  const renewed = await changeOperation(deps, operation, { dueAt: iso(deps.clock.nowMs() + RETRIED_LEASE_MS) });
  if (renewed === undefined) return 'superseded';
  const made = await pinDown(deps, renewed);
  if (made === undefined) return 'undone';
  // The key may be replayed long after the customer is gone, by an earlier try or by somebody's hand.
  const there = await deps.integration.findCustomer(made);
  if (there === undefined || there.isDeleted) return 'undone';
  if (!(await deps.integration.isUnused(made))) {
    return park(deps, executor, 'The customer in Stripe has been used, or may have been, and was not deleted.');
  }
  const outcome = await deps.integration.deleteCustomer(made);
  if (outcome.is === 'accepted') return 'undone';
  if (outcome.is === 'rejected') return park(deps, executor, 'Stripe refuses to delete the customer.');
  throw new OutcomeUnknownError(`Deleting the new customer in Stripe ended ${outcome.is}.`);
}

/** What the operation made in Stripe; `undefined` once it is sure that it made nothing and never will. */
async function pinDown(deps: StepDeps, operation: OperationRecord): Promise<string | undefined> {
  const kind = KINDS[operation.kind];
  if (!kind.isUndone) throw new Error(`A ${operation.kind} is never undone.`);
  if (!isOutstanding(operation)) return operation.mayHaveLanded === true ? kind.look(deps, operation) : undefined;
  if (!canSendAgain(deps, operation) && !hasArrived(operation.lastSentAt, deps.clock.nowMs())) {
    throw new OutcomeUnknownError('The key is too old to be sent again, and a request may still travel.');
  }
  if (!canSendAgain(deps, operation)) return kind.look(deps, operation);
  const recorded = await recordSend(deps, operation);
  const startedAt = iso(deps.clock.nowMs());
  const outcome = await kind.send(deps, recorded);
  if (outcome.is === 'accepted') return outcome.value.externalId;
  if (outcome.is === 'rejected') return undefined;
  const answered = await recordAnswer(deps, recorded, { name: 'undo', startedAt }, outcome);
  if (isOutstanding(answered))
    throw new OutcomeUnknownError(`An earlier request to Stripe is still unknown: ${outcome.error}.`);
  return kind.look(deps, answered);
}

/** Only a person can decide: the operation stays unfinished and visible, and is never due by itself. */
async function park(deps: StepDeps, executor: Executor, error: string): Promise<StepOutcome> {
  const operation = await readAs(deps, executor);
  if (operation?.status !== 'compensating') return 'superseded';
  const now = iso(deps.clock.nowMs());
  const parked = await changeOperation(deps, operation, {
    status: 'needs_attention',
    dueAt: NEVER_DUE,
    steps: withStep(operation, {
      name: 'undo',
      startedAt: now,
      endedAt: now,
      outcome: 'needs_attention',
      error,
    }),
  });
  return parked === undefined ? 'superseded' : 'needs_attention';
}
