import type Stripe from 'stripe';
import type { EventList, EventPage } from '#ports/event-list.ts';
import type { Poke } from '#ports/pokes.ts';
import { lookup } from './lookup.ts';

const TYPES = ['customer.created', 'customer.updated', 'customer.deleted'];

/** Stripe's list of events (https://docs.stripe.com/api/events/list). `pokeOf` says where an event asks to look. */
export class StripeEventList implements EventList {
  readonly #client: () => Promise<Stripe>;
  readonly #pokeOf: (event: Stripe.Event) => Poke | 'ignored';

  constructor(client: () => Promise<Stripe>, pokeOf: (event: Stripe.Event) => Poke | 'ignored') {
    this.#client = client;
    this.#pokeOf = pokeOf;
  }

  async list({ sinceMs, untilMs }: { sinceMs: number; untilMs: number }, from: string | undefined): Promise<EventPage> {
    const stripe = await this.#client();
    const created = { gte: Math.floor(sinceMs / 1000), lte: Math.ceil(untilMs / 1000) };
    return lookup(async () => {
      const { data, has_more } = await stripe.events.list({
        ...{ types: TYPES, created, limit: 100 },
        ...(from !== undefined && { starting_after: from }),
      });
      const pokes = data.map(this.#pokeOf).filter((poke) => poke !== 'ignored');
      return { pokes, next: has_more ? data.at(-1)?.id : undefined };
    });
  }
}
