import type { Outcome } from '#domain/outcome.ts';
import { isKeyUsable } from '#domain/travel.ts';
import type { OperationRecord } from '#ports/records.ts';
import { iso } from '#ports/system.ts';
import {
  changeOperation,
  OutcomeUnknownError,
  RETRIED_LEASE_MS,
  type StepDeps,
  type StepStart,
  withStep,
} from './executor.ts';
import { KINDS } from './kinds/kinds.ts';

/** Whether the request may be sent again under the present key: an old one would act anew. */
export function canSendAgain({ clock }: StepDeps, { kind, attemptSince }: OperationRecord): boolean {
  return KINDS[kind].isRepeatable || isKeyUsable(attemptSince, clock.nowMs());
}

/** Whether a request under the present key may still be on its way to Stripe. */
export function isOutstanding({ sent, answered }: OperationRecord): boolean {
  return sent > answered;
}

/** Counts one more request as sent, before it is. */
export async function recordSend(deps: StepDeps, operation: OperationRecord): Promise<OperationRecord> {
  const recorded = await changeOperation(deps, operation, {
    sent: operation.sent + 1,
    lastSentAt: iso(deps.clock.nowMs()),
    isAnswered: false,
    // Also when nobody lived to tell: who sent it may have died with it.
    ...(operation.isAnswered !== true && { lastUnknownAt: operation.lastSentAt }),
    dueAt: iso(deps.clock.nowMs() + RETRIED_LEASE_MS),
  });
  if (recorded === undefined) throw new OutcomeUnknownError('Another executor of this operation was faster.');
  return recorded;
}

/**
 * Records an answer that settles nothing by itself.
 * An `unknown` stays outstanding; the saved answer of the key means that no request under it can act any more.
 */
export async function recordAnswer(
  deps: StepDeps,
  operation: OperationRecord,
  step: StepStart,
  outcome: Extract<Outcome<unknown>, { is: 'nothing' | 'failed' | 'unknown' }>,
): Promise<OperationRecord> {
  const isFinalOfKey = outcome.is === 'failed' && outcome.replayed;
  const answered =
    outcome.is === 'unknown' ? operation.answered : isFinalOfKey ? operation.sent : operation.answered + 1;
  const recorded = await changeOperation(deps, operation, {
    answered,
    isAnswered: outcome.is !== 'unknown',
    ...(outcome.is === 'failed' && { mayHaveLanded: true }),
    steps: withStep(operation, {
      ...step,
      endedAt: iso(deps.clock.nowMs()),
      outcome: outcome.is,
      error: outcome.error,
      ...(outcome.requestId !== undefined && { stripeRequestId: outcome.requestId }),
    }),
    dueAt: iso(deps.clock.nowMs() + RETRIED_LEASE_MS),
  });
  if (recorded === undefined) throw new OutcomeUnknownError('Another executor of this operation was faster.');
  return recorded;
}
