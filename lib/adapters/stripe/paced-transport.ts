import type Stripe from 'stripe';
import type { Random } from '#ports/system.ts';
import type { Pace } from './pace.ts';

/** With these pauses, half a minute or so, before a 429 is passed on. */
const LONGEST_PAUSES_MS = [1000, 2000, 4000, 8000, 16_000];

/** Requests that tell how many they were. */
export type CountingTransport = Stripe.HttpClient & {
  /** Requests that were sent so far, those that Stripe turned away included. */
  readonly sent: () => number;
};

/** Sends each request when its turn has come. How long it waits for that is no part of its own time-out. */
export function pacedTransport(client: Stripe.HttpClient, pace: Pace): CountingTransport {
  let sent = 0;
  return {
    getClientName: () => client.getClientName(),
    sent: () => sent,
    async makeRequest(...request) {
      await pace.turn();
      sent += 1;
      return client.makeRequest(...request);
    },
  };
}

/**
 * For work that nobody waits for: one that Stripe turns away with 429 had no effect, so it is sent again, the same one
 * under the same key, after a pause in which nothing else of this pace is sent either.
 */
export function patientTransport(client: Stripe.HttpClient, pace: Pace, random: Random): Stripe.HttpClient {
  return {
    getClientName: () => client.getClientName(),
    async makeRequest(...request) {
      for (const longestMs of LONGEST_PAUSES_MS) {
        const response = await client.makeRequest(...request);
        if (response.getStatusCode() !== 429) return response;
        // Read to its end, or its connection would not be free again.
        await response.toJSON().catch(() => {});
        pace.pause(longestMs * (0.5 + random.fraction() / 2));
      }
      return client.makeRequest(...request);
    },
  };
}
