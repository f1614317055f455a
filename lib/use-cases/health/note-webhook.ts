import type { IntegrationName } from '#domain/integrations.ts';
import { absent, any, atMost, type CatalogStore, put } from '#ports/catalog-store.ts';
import type { Poke } from '#ports/pokes.ts';
import type { Log } from '#ports/system.ts';

const AT_MOST_EVERY_MS = 60_000;

/**
 * Whether the time of a webhook that asks for this is noted. Moved emails and deletions use up their budget of calls:
 * they leave the note to other events.
 */
export function isNoted(poke: Poke): poke is Extract<Poke, { externalId: string }> {
  return !('customerId' in poke) && poke.event?.kind !== 'deleted' && poke.event?.previous?.email === undefined;
}

/**
 * Notes when the latest webhook was received, once it is taken from the queue: one small write a minute and process, and
 * never one that goes back. The receiver itself may not touch the catalog. A note that is lost is made by the next one.
 */
export function webhookNoter(
  { store, log }: { readonly store: CatalogStore; readonly log: Log },
  integration: IntegrationName,
): (receivedAt: string) => Promise<void> {
  let notedMs = Number.NEGATIVE_INFINITY;
  return async (receivedAt) => {
    const receivedMs = Date.parse(receivedAt);
    if (receivedMs - notedMs < AT_MOST_EVERY_MS) return;
    notedMs = receivedMs;
    const note = put(
      { type: 'lastWebhook', integration },
      { receivedAt },
      any(absent, atMost('receivedAt', receivedAt)),
    );
    await store.commit({ note }).catch((error: Error) => {
      log.warn('The time of the last webhook was not noted.', { error: error.name });
    });
  };
}
