import type { Outcome } from '#domain/outcome.ts';
import { type Problem, stripeRejected, stripeUnavailable } from '#domain/problem.ts';
import { hasArrived } from '#domain/travel.ts';
import type { OperationRecord } from '#ports/records.ts';
import { iso } from '#ports/system.ts';
import {
  changeOperation,
  type Executor,
  OutcomeUnknownError,
  readAs,
  type StepDeps,
  type StepOutcome,
  type StepStart,
  withStep,
} from './executor.ts';
import { finalise } from './finalise.ts';
import { KINDS } from './kinds/kinds.ts';
import { canSendAgain, recordAnswer, recordSend } from './requests.ts';

/**
 * Sends the operation's first request and commits what Stripe accepted.
 * @throws OutcomeUnknownError when Stripe's answer is not definite; `resolve` goes on from there.
 */
export async function apply(deps: StepDeps, executor: Executor): Promise<StepOutcome> {
  // Only the first executor's first request was recorded with the operation; a later one must look at what there is.
  if (executor.fence > 1) return resolve(deps, executor);
  const operation = await readAs(deps, executor);
  if (operation === undefined) return 'superseded';
  const over = statusOutcome(operation);
  if (over !== undefined) return over;
  const startedAt = iso(deps.clock.nowMs());
  // It counts as sent since the operation began. Sent so late, it would be taken for one that has arrived.
  if (operation.dueAt !== undefined && operation.dueAt <= startedAt) return resolve(deps, executor);
  const step = { name: 'apply', startedAt };
  return conclude(deps, operation, step, await KINDS[operation.kind].send(deps, operation));
}

/**
 * The outcome of an earlier request is unknown: sends the same key again, so that Stripe says what happened.
 * @throws OutcomeUnknownError when it still is not definite.
 */
export async function resolve(deps: StepDeps, executor: Executor): Promise<StepOutcome> {
  const operation = await readAs(deps, executor);
  if (operation === undefined) return 'superseded';
  const over = statusOutcome(operation);
  if (over !== undefined) return over;
  const step = { name: 'resolve', startedAt: iso(deps.clock.nowMs()) };
  const kind = KINDS[operation.kind];
  if (!canSendAgain(deps, operation)) {
    if (!hasArrived(operation.lastSentAt, deps.clock.nowMs()))
      throw new OutcomeUnknownError('The key is too old, and a request may still travel.');
    const externalId = await kind.look(deps, operation);
    if (externalId !== undefined) return finalise(deps, operation, step, externalId);
    if (!kind.isUndone) return refuse(deps, operation, step, stripeUnavailable());
    throw new OutcomeUnknownError('The key is too old to be sent again, and Stripe shows nothing of this operation.');
  }
  const recorded = await recordSend(deps, operation);
  return conclude(deps, recorded, step, await kind.send(deps, recorded));
}

/** Ends the operation's life in Stripe: nothing of it is there and nothing will be. The reason stays on the operation. */
export async function refuse(
  deps: StepDeps,
  operation: OperationRecord,
  step: StepStart,
  problem: Problem,
  requestId?: string,
): Promise<StepOutcome> {
  const recorded = await changeOperation(deps, operation, {
    problem,
    steps: withStep(operation, {
      ...step,
      endedAt: iso(deps.clock.nowMs()),
      outcome: 'rejected',
      ...(requestId !== undefined && { stripeRequestId: requestId }),
    }),
  });
  return recorded === undefined ? 'superseded' : 'rejected';
}

async function conclude(
  deps: StepDeps,
  operation: OperationRecord,
  step: StepStart,
  outcome: Outcome<{ externalId: string }>,
): Promise<StepOutcome> {
  if (outcome.is === 'accepted') return finalise(deps, operation, step, outcome.value.externalId, outcome.requestId);
  // The reason may quote the email, so it stays out of the execution's history.
  if (outcome.is === 'rejected')
    return refuse(deps, operation, step, stripeRejected(outcome.reason), outcome.requestId);
  const recorded = await recordAnswer(deps, operation, step, outcome);
  if (outcome.is === 'failed' && outcome.replayed) return adoptOrSendAnew(deps, recorded, step);
  throw new OutcomeUnknownError(`The request to Stripe ended ${outcome.is}: ${outcome.error}.`);
}

/** A saved failure would be replayed for a day: what Stripe really holds decides between it and a new key. */
async function adoptOrSendAnew(deps: StepDeps, operation: OperationRecord, step: StepStart): Promise<StepOutcome> {
  const externalId = await KINDS[operation.kind].look(deps, operation);
  if (externalId !== undefined) return finalise(deps, operation, step, externalId);
  const renewed = await changeOperation(deps, operation, {
    attempt: operation.attempt + 1,
    attemptSince: iso(deps.clock.nowMs()),
    // The old key can do nothing any more, so nothing is outstanding and nothing has landed.
    sent: 0,
    answered: 0,
    mayHaveLanded: false,
  });
  if (renewed === undefined) return 'superseded';
  throw new OutcomeUnknownError('The key holds a saved failure and nothing was made: the next try has a new key.');
}

/** What there is left to do, when it is not this step's work. */
function statusOutcome(operation: OperationRecord): StepOutcome | undefined {
  if (operation.status === 'compensating') return 'compensating';
  if (operation.status !== 'running') return 'superseded';
  return operation.problem === undefined ? undefined : 'rejected';
}
