import { hasSubscriptions, ProblemError, stripeUnavailable } from '#domain/problem.ts';
import { type Integration, IntegrationUnavailableError } from '#ports/integration.ts';
import type { SyncRecord } from '#ports/records.ts';

/** A check that asks Stripe once, however often the request has to be tried. */
export function refusingLiveSubscriptions(integration: Integration): (sync: SyncRecord) => Promise<void> {
  let asked: { readonly externalId: string | undefined; readonly answer: Promise<void> } | undefined;
  return (sync) => {
    if (asked === undefined || asked.externalId !== sync.externalId) {
      asked = { externalId: sync.externalId, answer: refuseLiveSubscriptions(integration, sync) };
    }
    return asked.answer;
  };
}

/**
 * Lets a delete go on only when it would cancel no live subscription.
 * @throws ProblemError `customer-has-subscriptions`; `stripe-unavailable` when Stripe cannot say.
 */
async function refuseLiveSubscriptions(integration: Integration, { externalId }: SyncRecord): Promise<void> {
  if (externalId === undefined) return;
  try {
    if (!(await integration.hasLiveSubscriptions(externalId))) return;
  } catch (error) {
    if (error instanceof IntegrationUnavailableError) throw new ProblemError(stripeUnavailable(), { cause: error });
    throw error;
  }
  throw hasSubscriptions();
}
