import type { LambdaFunctionURLEvent } from 'aws-lambda';
import { WebhookRefusedError } from './refusal.ts';

/** Several times what Stripe's largest events of customers come to. */
const BODY_MAX_BYTES = 512 * 1024;

/** A request as it came: its bytes, and who they are said to be from. */
export type Delivery = { readonly signature: string | undefined; readonly body: Uint8Array };

/**
 * Takes a request to a Function URL, which hands the body over as text or in base64.
 * @throws WebhookRefusedError `method` or `too-large`, before anything is decoded.
 */
export function readDelivery({
  requestContext,
  headers,
  body = '',
  isBase64Encoded,
}: LambdaFunctionURLEvent): Delivery {
  if (requestContext.http.method !== 'POST') throw new WebhookRefusedError('method');
  const encoding = isBase64Encoded ? 'base64' : 'utf8';
  if (Buffer.byteLength(body, encoding) > BODY_MAX_BYTES) throw new WebhookRefusedError('too-large');
  return { signature: headers['stripe-signature'], body: Buffer.from(body, encoding) };
}
