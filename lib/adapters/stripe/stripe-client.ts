import Stripe from 'stripe';
import { API_VERSION, assertApiVersion } from './api-version.ts';

/** The SDK's own default of 80 s would outlive the function that waits. */
const TIMEOUT_MS = 8_000;

// At start, rather than in the middle of somebody's request.
assertApiVersion(Stripe.API_VERSION);

/** After these the SDK sends a request once more, whatever its own retries are set to. */
const CLOSED_CONNECTION = new Set(['ECONNRESET', 'EPIPE']);

/** docs.stripe.com/api/errors */
const ERROR_TYPES: ReadonlySet<unknown> = new Set([
  'api_error',
  'card_error',
  'idempotency_error',
  'invalid_request_error',
]);

/** Whether Stripe itself says this: each of its objects names its kind, and each of its errors its type. */
function isStripesOwn(
  status: number,
  body: { readonly object?: unknown; readonly error?: { type?: unknown } },
): boolean {
  return status < 300 ? typeof body?.object === 'string' : ERROR_TYPES.has(body?.error?.type);
}

/**
 * Makes an answer that is not Stripe's own unreadable. The SDK takes all JSON without an `error` for what was asked
 * for, whatever its status, and any gateway's error for Stripe's.
 */
function refusingForeign(response: Stripe.HttpClientResponse): Stripe.HttpClientResponse {
  const read = response.toJSON.bind(response);
  response.toJSON = async () => {
    const body = await read();
    if (!isStripesOwn(response.getStatusCode(), body)) throw new Error('The answer is not Stripe’s own.');
    return body;
  };
  return response;
}

/**
 * An HTTP client whose requests are what the SDK is told of: a second request under the hood would hide that the
 * outcome of the first is unknown.
 */
function sendOnce(client: Stripe.HttpClient): Stripe.HttpClient {
  return {
    getClientName: () => client.getClientName(),
    async makeRequest(...request) {
      try {
        return refusingForeign(await client.makeRequest(...request));
      } catch (error) {
        // By its code alone: in another realm, as under Jest, an `Error` is not the `Error` of here.
        const { code = '', message } = error as NodeJS.ErrnoException;
        throw CLOSED_CONNECTION.has(code)
          ? Object.assign(new Error(message, { cause: error }), { code: 'CONNECTION_CLOSED' })
          : error;
      }
    },
  };
}

/**
 * A client that sends each request once: its own retries would hide attempts whose outcome matters.
 * `apiBase` points it elsewhere than api.stripe.com, `transport` carries its requests by other means than sockets.
 */
export function stripeClient(
  secretKey: string,
  apiBase?: string,
  transport: Stripe.HttpClient = Stripe.createNodeHttpClient(),
): Stripe {
  const base = apiBase === undefined ? undefined : new URL(apiBase);
  return new Stripe(secretKey, {
    apiVersion: API_VERSION,
    maxNetworkRetries: 0,
    timeout: TIMEOUT_MS,
    telemetry: false,
    httpClient: sendOnce(transport),
    ...(base !== undefined && {
      host: base.hostname,
      port: base.port,
      protocol: base.protocol === 'https:' ? ('https' as const) : ('http' as const),
    }),
  });
}
