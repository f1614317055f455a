import Stripe from 'stripe';

/** The version that requests and replies are written in; the SDK is pinned to the same. */
const API_VERSION = '2026-10-28.endive';
/** The SDK's own default of 80 s would outlive the function that waits. */
const TIMEOUT_MS = 8_000;

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
    ...(base !== undefined && {
      host: base.hostname,
      port: base.port,
      protocol: base.protocol === 'https:' ? ('https' as const) : ('http' as const),
    }),
  });
}
