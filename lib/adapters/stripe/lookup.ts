import { IntegrationUnavailableError } from '#ports/integration.ts';
import { outcomeOfError } from './stripe-outcome.ts';

/**
 * Asks Stripe something that changes nothing.
 * @throws IntegrationUnavailableError when it gives no usable answer
 */
export async function lookup<Found>(ask: () => Promise<Found>): Promise<Found> {
  try {
    return await ask();
  } catch (error) {
    const outcome = outcomeOfError(error);
    throw new IntegrationUnavailableError(`Stripe did not answer a lookup: ${outcome.is}.`, { cause: error });
  }
}
