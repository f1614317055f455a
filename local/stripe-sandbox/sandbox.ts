import type { OpenCollection } from '../persistent-collection.ts';
import { accountEndpoint } from './account.ts';
import { type Api, createApi } from './api.ts';
import { type Control, createControl } from './control.ts';
import { customerEndpoints } from './customers.ts';
import type { Rooms } from './endpoint.ts';
import type { StripeEvent } from './event.ts';
import { createEventLog } from './event-log.ts';
import { eventEndpoints } from './events.ts';
import { createIdempotency } from './idempotency.ts';
import { createIdentifiers } from './identifiers.ts';
import { paymentEndpoints } from './payments.ts';
import { createPlannedFailures, type PlannedFailures } from './planned-failures.ts';
import { createRouter } from './routing.ts';
import { searchEndpoint } from './search.ts';
import { openState, type State } from './state.ts';
import { subscriptionEndpoints } from './subscriptions.ts';
import { createWebhooks, type Webhooks } from './webhooks.ts';

export type SandboxParts = {
  /** Milliseconds of the clock that the sandbox lives by. */
  readonly now: () => number;
  /** Follows that clock; answers what cancels the timer. */
  readonly setTimer: (callback: () => void, delayMs: number) => () => void;
  /** Where the state lives, so that it outlives the sandbox. */
  readonly collections: OpenCollection;
  readonly webhook?: { readonly url: string; readonly secret: string };
  /** What ids are made of; random unless said. */
  readonly idBytes?: (count: number) => Iterable<number>;
};

/** The sandbox without its HTTP server: what answers requests, and what lies behind. */
export type Sandbox = {
  readonly api: Api;
  readonly control: Control;
  readonly webhooks: Webhooks;
  readonly failures: PlannedFailures;
  readonly state: State;
};

/** Puts the sandbox together. Nothing is delivered before the first request, or before `webhooks` is told to. */
export function createSandbox(parts: SandboxParts): Sandbox {
  const { now } = parts;
  const newIdentifier = createIdentifiers(parts.idBytes);
  const state = openState(parts.collections);
  const events = createEventLog(state.events, { now, newIdentifier }, (event: StripeEvent) => webhooks.enqueue(event));
  const webhooks = createWebhooks(state, parts, events.find, parts.webhook);
  const rooms: Rooms = { state, events, now, newIdentifier };
  const idempotency = createIdempotency(state.idempotency, now);
  const failures = createPlannedFailures();
  const api = createApi({
    ...rooms,
    route: createRouter([
      searchEndpoint(rooms),
      ...customerEndpoints(rooms),
      ...subscriptionEndpoints(rooms),
      ...paymentEndpoints(rooms),
      ...eventEndpoints(rooms),
      accountEndpoint,
    ]),
    idempotency,
    failures,
    afterEffect: webhooks.deliverDue,
  });
  const control = createControl({ ...rooms, webhooks, failures, idempotency });
  return { api, control, webhooks, failures, state };
}
