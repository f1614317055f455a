import { type Digest, digestOf, type EventNotice, type Poke } from '#ports/pokes.ts';
import { type Fields, fieldsOf, findText, identifier, instant, MalformedEventError, text } from './event-fields.ts';

/** Where to look, and what the event tells. */
export type EventPoke = Extract<Poke, { readonly externalId: string }> & { readonly event: EventNotice };

/** What is needed of an event of Stripe, whichever of its two forms it came in. */
export type NormalisedEvent = {
  readonly id: string;
  readonly type: string;
  readonly livemode: boolean;
  /** The account that it happened in, when it is not simply the endpoint's own. */
  readonly account: string | undefined;
  /** The version that a snapshot is written in; thin events have none. */
  readonly apiVersion: string | undefined;
  /** `ignored` when the type is none that customers are changed by. */
  readonly poke: EventPoke | 'ignored';
};

const KINDS: ReadonlyMap<string, EventNotice['kind']> = new Map([
  ['customer.created', 'created'],
  ['customer.updated', 'updated'],
  ['customer.deleted', 'deleted'],
]);

/**
 * Reads an event of Stripe, as a webhook or the list of events brings it: a snapshot
 * (https://docs.stripe.com/api/events/object) or a thin one (https://docs.stripe.com/api/v2/core/events/object).
 * No value of the customer is kept but as a digest.
 * @throws MalformedEventError when it is neither, or what is needed of it is not there.
 */
export function normaliseEvent(digest: Digest, value: unknown): NormalisedEvent {
  const event = fieldsOf(value);
  if (event['object'] === 'event') return normaliseSnapshot(digest, event);
  if (event['object'] === 'v2.core.event') return normaliseThin(event);
  throw new MalformedEventError('/object');
}

function normaliseSnapshot(digest: Digest, event: Fields): NormalisedEvent {
  const { id, type, livemode } = headOf(event);
  const kind = KINDS.get(type);
  return {
    ...{ id, type, livemode },
    account: findText(event['account'], '/account'),
    apiVersion: findText(event['api_version'], '/api_version'),
    poke: kind === undefined ? 'ignored' : pokeOfSnapshot(digest, event, { id, kind }),
  };
}

function pokeOfSnapshot(digest: Digest, event: Fields, { id, kind }: Pick<EventNotice, 'id' | 'kind'>): EventPoke {
  const data = fieldsOf(event['data']);
  const createdSeconds = event['created'];
  return {
    externalId: identifier(fieldsOf(data['object'])['id'], '/data/object/id'),
    event: {
      ...{ id, kind },
      createdAt: instant(typeof createdSeconds === 'number' ? createdSeconds * 1000 : Number.NaN, '/created'),
      ...keyOf(event['request']),
      ...(kind === 'updated' && { previous: digestsOf(digest, id, fieldsOf(data['previous_attributes'])) }),
    },
  };
}

function normaliseThin(event: Fields): NormalisedEvent {
  const { id, type, livemode } = headOf(event);
  const kind = type.startsWith('v1.') ? KINDS.get(type.slice(3)) : undefined;
  return {
    ...{ id, type, livemode },
    account: findText(event['context'], '/context'),
    apiVersion: undefined,
    poke: kind === undefined ? 'ignored' : pokeOfThin(event, { id, kind }),
  };
}

function pokeOfThin(event: Fields, { id, kind }: Pick<EventNotice, 'id' | 'kind'>): EventPoke {
  return {
    externalId: identifier(fieldsOf(event['related_object'])['id'], '/related_object/id'),
    event: {
      ...{ id, kind },
      createdAt: instant(Date.parse(text(event['created'], '/created')), '/created'),
      ...keyOf(fieldsOf(event['reason'])['request']),
    },
  };
}

function headOf(event: Fields): Pick<NormalisedEvent, 'id' | 'type' | 'livemode'> {
  const { livemode } = event;
  if (typeof livemode !== 'boolean') throw new MalformedEventError('/livemode');
  return { id: identifier(event['id'], '/id'), type: text(event['type'], '/type'), livemode };
}

/** Our own keys are made of these characters. Others may hold an email, say, which must not travel in a queue. */
function keyOf(request: unknown): Pick<EventNotice, 'key'> {
  const key = fieldsOf(request)['idempotency_key'];
  return typeof key === 'string' && /^[\w:.-]{1,255}$/.test(key) ? { key } : {};
}

function digestsOf(digest: Digest, id: string, previous: Fields): NonNullable<EventNotice['previous']> {
  const of = (field: 'name' | 'email') =>
    field in previous && {
      [field]: digestOf(digest, id, findText(previous[field], `/data/previous_attributes/${field}`) ?? null),
    };
  return { ...of('name'), ...of('email') };
}
