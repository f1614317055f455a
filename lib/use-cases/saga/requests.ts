import type { Outcome } from '#domain/outcome.ts';
import type { CreateParameters, Ownership } from '#ports/integration.ts';
import type { OperationRecord } from '#ports/records.ts';
import { iso } from '#ports/system.ts';
import { changeOperation, OutcomeUnknownError, RETRIED_LEASE_MS, type StepDeps, withStep } from './executor.ts';

/** Stripe may forget a key after 24 hours: older ones are not sent again, because they would act anew. */
const KEY_USABLE_MS = 23 * 3600_000;

/** Our metadata on the customer in Stripe: what makes it provably this operation's. */
export function ownershipOf({ id, customerId }: OperationRecord): Ownership {
  return { customerId, operationId: id };
}

function parametersOf(operation: OperationRecord): CreateParameters {
  return { ...operation.after, ownership: ownershipOf(operation) };
}

/** The frozen request, under its own key. The operation must already count it as sent. */
export function sendCreate(deps: StepDeps, operation: OperationRecord): Promise<Outcome<{ externalId: string }>> {
  return deps.integration.createCustomer(parametersOf(operation), `${operation.id}:${operation.attempt}`);
}

export function canSendAgain(deps: StepDeps, operation: OperationRecord): boolean {
  return deps.clock.nowMs() - Date.parse(operation.attemptSince) < KEY_USABLE_MS;
}

/** Whether a request under the present key may still be on its way to Stripe. */
export function isOutstanding({ sent, answered }: OperationRecord): boolean {
  return sent > answered;
}

/** Counts one more request as sent, before it is. */
export async function recordSend(deps: StepDeps, operation: OperationRecord): Promise<OperationRecord> {
  const recorded = await changeOperation(deps, operation, {
    sent: operation.sent + 1,
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
  step: { readonly name: string; readonly startedAt: string },
  outcome: Extract<Outcome<unknown>, { is: 'nothing' | 'failed' | 'unknown' }>,
): Promise<OperationRecord> {
  const endedAt = iso(deps.clock.nowMs());
  const isFinalOfKey = outcome.is === 'failed' && outcome.replayed;
  const answered =
    outcome.is === 'unknown' ? operation.answered : isFinalOfKey ? operation.sent : operation.answered + 1;
  const recorded = await changeOperation(deps, operation, {
    answered,
    ...(outcome.is === 'failed' && { mayHaveLanded: true }),
    steps: withStep(operation, {
      ...step,
      endedAt,
      outcome: outcome.is,
      error: outcome.error,
      ...(outcome.requestId !== undefined && { stripeRequestId: outcome.requestId }),
    }),
    dueAt: iso(deps.clock.nowMs() + RETRIED_LEASE_MS),
  });
  if (recorded === undefined) throw new OutcomeUnknownError('Another executor of this operation was faster.');
  return recorded;
}

/** The customer that this operation made in Stripe, if it did: by listing since the operation began. */
export async function findMade(deps: StepDeps, operation: OperationRecord): Promise<string | undefined> {
  const found = await deps.integration.findOwned(ownershipOf(operation), Date.parse(operation.createdAt));
  return found?.externalId;
}
