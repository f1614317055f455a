/** Stripe, for the entries that may call it. */
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type Stripe from 'stripe';
import { cachedSecret } from '#adapters/secrets-manager/secrets.ts';
import { stripeClient } from '#adapters/stripe/stripe-client.ts';
import { StripeIntegration } from '#adapters/stripe/stripe-integration.ts';
import { requireEnv, systemClock } from '#adapters/system/system.ts';

const readKey = cachedSecret(new SecretsManagerClient({}), requireEnv('STRIPE_KEY_ARN'), systemClock.nowMs);
let current: { readonly key: string; readonly client: Stripe } | undefined;

/** A rotated key is picked up within minutes. */
export async function stripeOfPresentKey(): Promise<Stripe> {
  const key = await readKey();
  if (current?.key !== key) current = { key, client: stripeClient(key, process.env['STRIPE_API_BASE']) };
  return current.client;
}

export const stripe = new StripeIntegration(stripeOfPresentKey, requireEnv('STAGE'));
