import Stripe from 'stripe';
import { API_VERSION, assertApiVersion } from './api-version.ts';

/** The SDK's own default of 80 s would outlive the function that waits. */
const TIMEOUT_MS = 8_000;

// At start, rather than in the middle of somebody's request.
assertApiVersion(Stripe.API_VERSION);

/** After these the SDK sends a request once more, whatever its own retries are set to. */
const CLOSED_CONNECTION = new Set(['ECONNRESET', 'EPIPE']);

/**
 * An HTTP client whose requests are what the SDK is told of: a second request under the hood would hide that the
 * outcome of the first is unknown.
 */
function sendOnce(): Stripe.HttpClient {
  const client = Stripe.createNodeHttpClient();
  return {
    getClientName: () => client.getClientName(),
    async makeRequest(...request) {
      try {
        return await client.makeRequest(...request);
      } catch (error) {
        const isClosed = error instanceof Error && 'code' in error && CLOSED_CONNECTION.has(String(error.code));
        throw isClosed
          ? Object.assign(new Error(error.message, { cause: error }), { code: 'CONNECTION_CLOSED' })
          : error;
      }
    },
  };
}

/**
 * A client that sends each request once: its own retries would hide attempts whose outcome matters.
 * `apiBase` points it elsewhere than api.stripe.com.
 */
export function stripeClient(secretKey: string, apiBase?: string): Stripe {
  const base = apiBase === undefined ? undefined : new URL(apiBase);
  return new Stripe(secretKey, {
    apiVersion: API_VERSION,
    maxNetworkRetries: 0,
    timeout: TIMEOUT_MS,
    telemetry: false,
    httpClient: sendOnce(),
    ...(base !== undefined && {
      host: base.hostname,
      port: base.port,
      protocol: base.protocol === 'https:' ? ('https' as const) : ('http' as const),
    }),
  });
}
