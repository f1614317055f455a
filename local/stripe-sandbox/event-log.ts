import type { Collection } from '../persistent-collection.ts';
import { API_VERSION, type Cause, type EventType, type StripeEvent } from './event.ts';
import type { NewIdentifier } from './identifiers.ts';
import { toSeconds } from './seconds.ts';

/** "You can list and retrieve events that happened in the last 30 days": https://docs.stripe.com/api/events/list */
const VISIBLE_SECONDS = 30 * 24 * 60 * 60;
/** How many events are recorded between two looks for the ones that are no longer visible. */
const PRUNE_EVERY = 256;

export type NewEvent = {
  readonly type: EventType;
  readonly object: object;
  readonly previous?: Readonly<Record<string, unknown>>;
  readonly cause: Cause;
};

export type EventLog = {
  /** Keeps the event, with the object as it is now, and hands it to the webhooks. Part of the request's transaction. */
  record(event: NewEvent): void;
  /** Undefined when it never was, or is no longer visible. */
  find(id: string): StripeEvent | undefined;
};

export function createEventLog(
  events: Collection<StripeEvent>,
  { now, newIdentifier }: { readonly now: () => number; readonly newIdentifier: NewIdentifier },
  enqueue: (event: StripeEvent) => void,
): EventLog {
  const isVisible = (event: StripeEvent) => event.created > toSeconds(now()) - VISIBLE_SECONDS;

  const prune = () => {
    for (const event of events.values()) if (!isVisible(event)) events.delete(event.id);
  };

  return {
    record: ({ type, object, previous, cause }) => {
      const event: StripeEvent = {
        id: newIdentifier('evt_'),
        object: 'event',
        api_version: API_VERSION,
        created: toSeconds(now()),
        data: { object, ...(previous && { previous_attributes: previous }) },
        livemode: false,
        request: { id: cause.requestId, idempotency_key: cause.idempotencyKey },
        type,
      };
      events.set(event.id, event);
      if (events.size % PRUNE_EVERY === 0) prune();
      enqueue(event);
    },
    find: (id) => {
      const event = events.get(id);
      return event && isVisible(event) ? event : undefined;
    },
  };
}
