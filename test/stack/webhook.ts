import { createHmac } from 'node:crypto';
import type { Stack } from './stack.ts';

export type Delivered = { readonly status: number; readonly headers: Headers; readonly body: Record<string, unknown> };

type SignOptions = { readonly secret?: string; readonly ageSeconds?: number };

/** The header of a delivery that Stripe sends to this stack now, or sent a while ago. */
export function signatureOf(stack: Stack, body: string | Buffer, options: SignOptions = {}): string {
  const { secret = stack.webhook_secret, ageSeconds = 0 } = options;
  const seconds = Math.floor(Date.now() / 1000) - ageSeconds;
  return `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.`).update(body).digest('hex')}`;
}

/** Posts to the webhook URL, as JSON and unsigned unless the headers say otherwise. */
export async function postWebhook(
  stack: Stack,
  body: string | Buffer,
  headers: Readonly<Record<string, string>> = {},
): Promise<Delivered> {
  const response = await fetch(stack.webhook, {
    method: 'POST',
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: Buffer.from(body),
  });
  return { status: response.status, headers: response.headers, body: (await response.json()) as Delivered['body'] };
}

/** Signs an event as Stripe does and posts it. */
export function deliverEvent(stack: Stack, event: unknown, options: SignOptions = {}): Promise<Delivered> {
  const body = typeof event === 'string' ? event : JSON.stringify(event, null, 2);
  return postWebhook(stack, body, { 'stripe-signature': signatureOf(stack, body, options) });
}
