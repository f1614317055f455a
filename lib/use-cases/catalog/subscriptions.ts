import { hasSubscriptions, ProblemError, stripeUnavailable } from '#domain/problem.ts';
import { type Integration, IntegrationUnavailableError } from '#ports/integration.ts';
import type { SyncRecord } from '#ports/records.ts';

/**
 * Lets a delete go on only when it would cancel no live subscription.
 * @throws ProblemError `customer-has-subscriptions`; `stripe-unavailable` when Stripe cannot say.
 */
export async function refuseLiveSubscriptions(integration: Integration, { externalId }: SyncRecord): Promise<void> {
  if (externalId === undefined) return;
  try {
    if (!(await integration.hasLiveSubscriptions(externalId))) return;
  } catch (error) {
    if (error instanceof IntegrationUnavailableError) throw new ProblemError(stripeUnavailable(), { cause: error });
    throw error;
  }
  throw hasSubscriptions();
}
