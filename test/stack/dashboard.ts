import Stripe from 'stripe';
import type { Stack } from './stack.ts';

/** Stripe as somebody at its dashboard uses it: without Concord, and without idempotency keys. */
export function dashboard(stack: Pick<Stack, 'stripe'>): Stripe {
  const { hostname, port } = new URL(stack.stripe);
  return new Stripe('sk_test_dashboard', {
    host: hostname,
    port,
    protocol: 'http',
    maxNetworkRetries: 0,
    telemetry: false,
  });
}
