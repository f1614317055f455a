/** Every 15 minutes: finds in Stripe's list of events what webhooks lost. */
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoLeaseStore } from '#adapters/dynamodb/dynamo-lease-store.ts';
import { SqsPokes } from '#adapters/sqs/sqs-pokes.ts';
import { StripeEventList } from '#adapters/stripe/stripe-event-list.ts';
import { normaliseEvent } from '#adapters/stripe-webhook/normalise-event.ts';
import { requireEnv, systemDigest } from '#adapters/system/system.ts';
import { sweepEvents } from '#use-cases/sync/sweep-events.ts';
import { store, system } from './wiring/catalog.ts';
import { gauge } from './wiring/metric.ts';
import { stripeOfPresentKey } from './wiring/stripe.ts';

const events = new StripeEventList(stripeOfPresentKey, (event) => normaliseEvent(systemDigest, event).poke);
const pokes = new SqsPokes(new SQSClient({}), requireEnv('POKES_QUEUE_URL'));
const leases = new DynamoLeaseStore(store, system.clock);

export async function handler() {
  const report = await sweepEvents({ store, ...system, integration: 'stripe', events, pokes, leases });
  if ('skipped' in report) return report;
  const { through, ageSeconds, isComplete, silenceSeconds, unreadSince } = report;
  gauge('EventPositionAge', ageSeconds, 'Seconds');
  gauge('EventsGoneUnread', unreadSince === undefined ? 0 : 1, 'Count');
  gauge('WebhookSilence', silenceSeconds, 'Seconds');
  return {
    ...{ pokes: report.pokes, through, age_seconds: ageSeconds, complete: isComplete, silence_seconds: silenceSeconds },
    ...(unreadSince !== undefined && { unread_since: unreadSince }),
  };
}
