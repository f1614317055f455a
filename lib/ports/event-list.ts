import type { Poke } from './pokes.ts';

/** A page of events, newest first; `next` when there are older ones still. */
export type EventPage = { readonly pokes: readonly Poke[]; readonly next: string | undefined };

/** The integration's own list of what happened to its customers; events are kept for 30 days. */
export interface EventList {
  /**
   * Events of customers in this time, newest first, from after the page that ended with `from`.
   * @throws IntegrationUnavailableError
   */
  list(time: { readonly sinceMs: number; readonly untilMs: number }, from: string | undefined): Promise<EventPage>;
}
