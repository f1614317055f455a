/** Stripe, for the entries that may call it. */
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import Stripe from 'stripe';
import { cachedSecret } from '#adapters/secrets-manager/secrets.ts';
import { paceOf } from '#adapters/stripe/pace.ts';
import { pacedTransport } from '#adapters/stripe/paced-transport.ts';
import { stripeClient } from '#adapters/stripe/stripe-client.ts';
import { StripeIntegration } from '#adapters/stripe/stripe-integration.ts';
import { consoleLog } from '#adapters/system/console-log.ts';
import { requireEnv, systemClock } from '#adapters/system/system.ts';

const key = cachedSecret(new SecretsManagerClient({}), requireEnv('STRIPE_KEY_ARN'), systemClock.nowMs);
/** This environment's part of the function's share, whichever key it has. */
const pace = paceOf(systemClock, Number(requireEnv('STRIPE_REQUESTS_PER_SECOND')));
const transport = pacedTransport(Stripe.createNodeHttpClient(), pace);
let current: { readonly key: string; readonly client: Stripe } | undefined;

/** A rotated key is picked up within minutes, or at once when Stripe no longer takes the old one. */
export async function stripeOfPresentKey(): Promise<Stripe> {
  const present = await key.read();
  if (current?.key !== present) {
    const client = stripeClient(present, process.env['STRIPE_API_BASE'], transport);
    client.on('response', noteAnswer);
    current = { key: present, client };
  }
  return current.client;
}

/** The key of a write begins with the id of its operation or customer: so a line here is found from either. */
function noteAnswer({ method, path, status, request_id, idempotency_key, elapsed }: Stripe.ResponseEvent): void {
  if (status === 401) key.doubt();
  consoleLog.info('Stripe answered.', {
    ...{ method, path: path.split('?')[0], status, stripeRequestId: request_id, elapsedMs: elapsed },
    ...(idempotency_key !== undefined && { key: idempotency_key }),
  });
}

export const stripe = new StripeIntegration(stripeOfPresentKey, requireEnv('STAGE'));
