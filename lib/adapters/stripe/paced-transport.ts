import type Stripe from 'stripe';
import type { Clock, Random } from '#ports/system.ts';
import { type Pace, paceOf } from './pace.ts';

/** With these pauses, half a minute or so, before a 429 is passed on. */
const LONGEST_PAUSES_MS = [1000, 2000, 4000, 8000, 16_000];

/** Stripe by its rate limits: https://docs.stripe.com/rate-limits. */
export type PacedTransport = Stripe.HttpClient & {
  /** Requests that were sent so far, those that Stripe turned away included. */
  readonly sent: () => number;
};

/**
 * Sends at most so many requests a second. One that Stripe turns away with 429 had no effect, so it is sent again, the
 * same one under the same key, after a pause in which nothing else is sent either.
 */
export function pacedTransport(
  client: Stripe.HttpClient,
  { clock, random }: { readonly clock: Clock; readonly random: Random },
  requestsPerSecond: number,
): PacedTransport {
  const pace: Pace = paceOf(clock, requestsPerSecond);
  let sent = 0;
  return {
    getClientName: () => client.getClientName(),
    sent: () => sent,
    async makeRequest(...request) {
      for (const longestMs of [...LONGEST_PAUSES_MS, undefined]) {
        await pace.turn();
        sent += 1;
        const response = await client.makeRequest(...request);
        if (response.getStatusCode() !== 429 || longestMs === undefined) return response;
        // Read to its end, or its connection would not be free again.
        await response.toJSON().catch(() => {});
        pace.pause(longestMs * (0.5 + random.fraction() / 2));
      }
      throw new Error('The last try has answered.');
    },
  };
}
