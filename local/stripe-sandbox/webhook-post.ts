import { createHmac } from 'node:crypto';
import { type StripeEvent, shownEvent } from './event.ts';
import { toSeconds } from './seconds.ts';

export type WebhookEndpoint = { readonly url: string; readonly secret: string };

const TIMEOUT_MS = 20_000;

/**
 * Posts the event, signed over the bytes that are sent, with the time of this very delivery:
 * https://docs.stripe.com/webhooks#verify-manually. Never rejects; the status is null when no answer came.
 */
export async function postEvent(
  event: StripeEvent,
  { url, secret }: WebhookEndpoint,
  nowMs: number,
  stop: AbortSignal,
): Promise<{ readonly status: number | null; readonly error?: string }> {
  const body = JSON.stringify(shownEvent(event, 1), null, 2);
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'user-agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
        'stripe-signature': signatureOf(body, secret, toSeconds(nowMs)),
      },
      body,
      // A redirect is a failed delivery.
      redirect: 'manual',
      signal: AbortSignal.any([stop, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    await response.arrayBuffer();
    return { status: response.status };
  } catch (error) {
    return { status: null, error: error instanceof Error ? String(error.cause ?? error) : String(error) };
  }
}

function signatureOf(body: string, secret: string, seconds: number): string {
  const digest = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
  return `t=${seconds},v1=${digest}`;
}
