/** Stripe's webhooks. 200 means that what the event asks for is durably queued; anything else, that Stripe sends it again. */
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { APIGatewayProxyStructuredResultV2, LambdaFunctionURLEvent } from 'aws-lambda';
import { type HttpReply, json, problemReply } from '#adapters/http/render.ts';
import { cachedSecret } from '#adapters/secrets-manager/secrets.ts';
import { API_VERSION } from '#adapters/stripe/api-version.ts';
import { readDelivery } from '#adapters/stripe-webhook/delivery.ts';
import type { NormalisedEvent } from '#adapters/stripe-webhook/normalise-event.ts';
import { receive } from '#adapters/stripe-webhook/receive.ts';
import { WebhookRefusedError } from '#adapters/stripe-webhook/refusal.ts';
import { parseSecrets } from '#adapters/stripe-webhook/secrets.ts';
import { requireEnv, systemClock, systemDigest } from '#adapters/system/system.ts';
import { iso } from '#ports/system.ts';
import { count } from './wiring/metric.ts';
import { pokes } from './wiring/pokes.ts';

const secret = cachedSecret(new SecretsManagerClient({}), requireEnv('WEBHOOK_SECRETS_ARN'), systemClock.nowMs);
const deps = {
  nowMs: systemClock.nowMs,
  readSecrets: async () => parseSecrets(await secret.read()),
  digest: systemDigest,
};
const expected = { livemode: requireEnv('STRIPE_MODE') === 'live', account: process.env['STRIPE_ACCOUNT'] };
const otherVersions = new Set<string>();

export async function handler(request: LambdaFunctionURLEvent): Promise<APIGatewayProxyStructuredResultV2> {
  const { status, headers, body } = await answer(request);
  return { statusCode: status, headers: { ...headers }, body };
}

async function answer(request: LambdaFunctionURLEvent): Promise<HttpReply> {
  const { requestId } = request.requestContext;
  try {
    const { event, secretIndex } = await receive(deps, expected, readDelivery(request));
    if (event.poke === 'ignored') count('WebhookIgnored', { also: { eventId: event.id, type: event.type } });
    else await pokes.poke({ ...event.poke, receivedAt: iso(systemClock.nowMs()) });
    count('WebhookReceived', { by: { SecretIndex: String(secretIndex) }, also: { eventId: event.id } });
    noteVersion(event);
    return json(200, { received: true });
  } catch (error) {
    if (error instanceof WebhookRefusedError) {
      const refused = error.wasSigned ? 'WebhookRefused' : 'WebhookTurnedAway';
      count(refused, { by: { Reason: error.reason }, also: { requestId } });
      const reply = problemReply(error.problem, requestId);
      return error.reason === 'method' ? { ...reply, headers: { ...reply.headers, allow: 'POST' } } : reply;
    }
    console.error({ message: 'The event was not queued.', requestId, error: error instanceof Error ? error.name : '' });
    return problemReply({ type: 'internal', detail: 'The event could not be queued. Send it again.' }, requestId);
  }
}

/** Where to look is told alike by every version, so another one is no reason to refuse; it is told of once. */
function noteVersion({ apiVersion }: NormalisedEvent): void {
  if (apiVersion === undefined || apiVersion === API_VERSION || otherVersions.has(apiVersion)) return;
  otherVersions.add(apiVersion);
  count('WebhookOtherApiVersion', { also: { apiVersion, expected: API_VERSION } });
}
