import { TRAVELS_AT_MOST_MS } from '#domain/travel.ts';
import type { Ownership } from '#ports/integration.ts';
import type { OperationRecord } from '#ports/records.ts';
import type { StepDeps } from '../executor.ts';

/** Our metadata on the customer in Stripe: what makes it provably this operation's. */
export function ownershipOf({ id, customerId }: OperationRecord): Ownership {
  return { customerId, operationId: id };
}

/** The customer that this operation made in Stripe, if it did: by listing the time in which it can have. */
export async function findMade({ integration }: StepDeps, operation: OperationRecord): Promise<string | undefined> {
  const found = await integration.findOwned(ownershipOf(operation), {
    sinceMs: Date.parse(operation.createdAt),
    untilMs: Date.parse(operation.lastSentAt) + TRAVELS_AT_MOST_MS,
  });
  return found?.externalId;
}
