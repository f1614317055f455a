/** https://docs.stripe.com/webhooks: at least once, in no promised order, retried until the endpoint answers 2xx. */
import type { Collection } from '../persistent-collection.ts';
import type { StripeEvent } from './event.ts';
import type { EventLog } from './event-log.ts';
import type { SettingsStore } from './settings.ts';
import { postEvent, type WebhookEndpoint } from './webhook-post.ts';

/** An event that the endpoint has not acknowledged yet. */
export type PendingDelivery = { readonly event: string; readonly failures: number; readonly dueAtMs: number };

/** What became of one delivery by hand: the endpoint's status, or null when it could not be reached. */
export type HandDelivery = { readonly event: string; readonly status: number | null; readonly error?: string };

/** After the first try and four retries Stripe's place is taken by whoever looks at its event list. */
const RETRY_AFTER_MS = [10_000, 60_000, 600_000, 3_600_000] as const;
const MAX_IN_FLIGHT = 10;

export type Webhooks = {
  /** Owes the event to the endpoint, unless there is none or deliveries are held. Part of the event's transaction. */
  enqueue(event: StripeEvent): void;
  /** Starts what is due and can start. */
  deliverDue(): void;
  /** Delivers these events one after the other, whatever the mode. Undefined while no endpoint is configured. */
  deliverByHand(events: readonly StripeEvent[]): Promise<readonly HandDelivery[]> | undefined;
  /** Deliveries in flight or due now. */
  underWay(): number;
  nextRetryAt(): number | undefined;
  setEndpoint(endpoint: WebhookEndpoint): void;
  /** Cuts off what is in flight; it stays owed. */
  stop(): Promise<void>;
};

type Store = { readonly deliveries: Collection<PendingDelivery>; readonly settings: Pick<SettingsStore, 'get'> };

type Clock = { now(): number; setTimer(callback: () => void, delayMs: number): () => void };

export function createWebhooks(
  { deliveries, settings }: Store,
  { now, setTimer }: Clock,
  findEvent: EventLog['find'],
  initial: WebhookEndpoint | undefined,
): Webhooks {
  const inFlight = new Map<string, Promise<void>>();
  const stopping = new AbortController();
  let endpoint = initial;
  let handDeliveries = 0;
  let cancelTimer = () => {};

  const waiting = () => (endpoint ? deliveries.values().filter(({ event }) => !inFlight.has(event)) : []);

  const nextRetryAt = () => {
    const later = waiting().filter(({ dueAtMs }) => dueAtMs > now());
    return later.length === 0 ? undefined : Math.min(...later.map(({ dueAtMs }) => dueAtMs));
  };

  const deliverDue = () => {
    if (stopping.signal.aborted) return;
    for (const pending of waiting()) {
      if (inFlight.size >= MAX_IN_FLIGHT) break;
      if (endpoint && pending.dueAtMs <= now()) start(pending, endpoint);
    }
    cancelTimer();
    const next = nextRetryAt();
    if (next !== undefined) cancelTimer = setTimer(deliverDue, next - now());
  };

  const start = (pending: PendingDelivery, to: WebhookEndpoint) => {
    const event = findEvent(pending.event);
    if (event === undefined) {
      deliveries.delete(pending.event);
      return;
    }
    const delivery = postEvent(event, to, now(), stopping.signal).then((result) => {
      inFlight.delete(pending.event);
      if (stopping.signal.aborted) return;
      settle(pending, result.status);
      deliverDue();
    });
    inFlight.set(pending.event, delivery);
  };

  const settle = (pending: PendingDelivery, status: number | null) => {
    // A hold or a reset may have ended this delivery while it was in flight.
    if (deliveries.get(pending.event) === undefined) return;
    const delayMs = RETRY_AFTER_MS[pending.failures];
    if (isAcknowledged(status) || delayMs === undefined) deliveries.delete(pending.event);
    else deliveries.set(pending.event, { ...pending, failures: pending.failures + 1, dueAtMs: now() + delayMs });
  };

  return {
    enqueue: ({ id }) => {
      if (endpoint === undefined || settings.get().webhookMode === 'hold') return;
      deliveries.set(id, { event: id, failures: 0, dueAtMs: now() });
    },
    deliverDue,
    deliverByHand: (events) => {
      const to = endpoint;
      return to && inTurn(events, to);
    },
    underWay: () => inFlight.size + handDeliveries + waiting().filter(({ dueAtMs }) => dueAtMs <= now()).length,
    nextRetryAt,
    setEndpoint: (next) => {
      endpoint = next;
      deliverDue();
    },
    stop: async () => {
      stopping.abort();
      cancelTimer();
      await Promise.all(inFlight.values());
    },
  };

  async function inTurn(events: readonly StripeEvent[], to: WebhookEndpoint): Promise<readonly HandDelivery[]> {
    handDeliveries += 1;
    try {
      const delivered: HandDelivery[] = [];
      for (const event of events) {
        delivered.push({ event: event.id, ...(await postEvent(event, to, now(), stopping.signal)) });
      }
      return delivered;
    } finally {
      handDeliveries -= 1;
    }
  }
}

function isAcknowledged(status: number | null): boolean {
  return status !== null && status >= 200 && status < 300;
}
