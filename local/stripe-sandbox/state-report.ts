import type { Rooms } from './endpoint.ts';
import { shownEvent } from './event.ts';
import type { Idempotency } from './idempotency.ts';
import { newestRequests } from './request-log.ts';

/** Everything there is, in the order in which it came to be. Deleted customers keep their last fields, marked `deleted`. */
export function readState({ state, idempotency }: Rooms & { readonly idempotency: Idempotency }): object {
  const { webhookMode, latencyMs, searchLagSeconds } = state.settings.get();
  return {
    customers: state.customers
      .values()
      .map(({ customer, deleted }) => (deleted ? { ...customer, deleted: true } : customer)),
    events: state.events.values().map((event) => shownEvent(event, state.deliveries.get(event.id) ? 1 : 0)),
    idempotency: [
      ...state.idempotency.values().map(({ key, path, status, requestId, createdAtMs }) => ({
        key,
        path,
        status,
        request_id: requestId,
        created_at: new Date(createdAtMs).toISOString(),
        in_flight: false,
      })),
      ...idempotency.inFlight().map(({ key, path }) => ({ key, path, status: null, in_flight: true })),
    ],
    subscriptions: state.subscriptions.values(),
    payment_intents: state.paymentIntents.values(),
    charges: state.charges.values(),
    invoices: state.invoices.values(),
    requests: newestRequests(state.requests),
    webhooks: {
      mode: webhookMode,
      pending: state.deliveries.values().map(({ event, failures, dueAtMs }) => ({
        event,
        failures,
        due_at: new Date(dueAtMs).toISOString(),
      })),
    },
    settings: { latency_ms: latencyMs, search_lag_seconds: searchLagSeconds },
  };
}
