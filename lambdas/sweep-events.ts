/** Every 15 minutes: finds in each integration's list of events what webhooks lost, or what it has none for. */
import { DynamoLeaseStore } from '#adapters/dynamodb/dynamo-lease-store.ts';
import { StripeEventList } from '#adapters/stripe/stripe-event-list.ts';
import { normaliseEvent } from '#adapters/stripe-webhook/normalise-event.ts';
import { systemDigest } from '#adapters/system/system.ts';
import { GATE, INTEGRATIONS, type IntegrationName } from '#domain/integrations.ts';
import { sweepEvents } from '#use-cases/sync/sweep-events.ts';
import { store, system } from './wiring/catalog.ts';
import { followers } from './wiring/followers.ts';
import { gauge } from './wiring/metric.ts';
import { pokes } from './wiring/pokes.ts';
import { stripeOfPresentKey } from './wiring/stripe.ts';

const stripeEvents = new StripeEventList(stripeOfPresentKey, (event) => normaliseEvent(systemDigest, event).poke);
const leases = new DynamoLeaseStore(store, system.clock);

/** One that does not answer does not keep the others from their turn; the sweep itself then fails. */
export async function handler() {
  const reports: Awaited<ReturnType<typeof sweep>>[] = [];
  const failures: unknown[] = [];
  for (const name of INTEGRATIONS) {
    await sweep(name).then(
      (report) => reports.push(report),
      (error: unknown) => failures.push(error),
    );
  }
  if (failures.length > 0) throw failures[0];
  const [report, ...others] = reports;
  return { ...report, ...(others.length > 0 && { followers: others }) };
}

async function sweep(integration: IntegrationName) {
  const events = followers[integration]?.events ?? stripeEvents;
  const report = await sweepEvents({ store, ...system, integration, events, pokes, leases });
  if ('skipped' in report) return report;
  const { through, ageSeconds, isComplete, silenceSeconds, unreadSince } = report;
  gauge('EventPositionAge', ageSeconds, 'Seconds');
  gauge('EventsGoneUnread', unreadSince === undefined ? 0 : 1, 'Count');
  // A follower without a receiver is always silent.
  if (integration === GATE) gauge('WebhookSilence', silenceSeconds, 'Seconds');
  return {
    ...{ pokes: report.pokes, through, age_seconds: ageSeconds, complete: isComplete, silence_seconds: silenceSeconds },
    ...(unreadSince !== undefined && { unread_since: unreadSince }),
  };
}
