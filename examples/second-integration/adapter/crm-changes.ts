import type { EventList, EventPage } from '#ports/event-list.ts';
import { IntegrationUnavailableError } from '#ports/integration.ts';
import { type Digest, digestOf, type Poke } from '#ports/pokes.ts';
import { ask, type CrmSend } from './contacts-api.ts';
import { type Change, type Listed, previousOf, timeOf } from './crm-integration.ts';

/** The CRM's own list of what happened to its contacts. It sends no webhooks: this is how changes there are found. */
export function crmChanges(send: CrmSend, digest: Digest): EventList {
  return {
    async list({ sinceMs, untilMs }, from): Promise<EventPage> {
      const query = new URLSearchParams({ ...timeOf(sinceMs, untilMs), ...(from !== undefined && { after: from }) });
      const page = await ask<Listed<Change>>(send, `/changes?${query}`);
      if (page === undefined) throw new IntegrationUnavailableError('The CRM does not list its changes.');
      return { pokes: page.items.map((change) => pokeOf(digest, change)), next: page.next ?? undefined };
    },
  };
}

/** Where a change asks to look. Nothing personal: the values before it are digests. */
export function pokeOf(digest: Digest, change: Change): Poke {
  const { id, what: kind, at, contact_id: externalId, key } = change;
  const previous = Object.fromEntries(
    Object.entries(previousOf(change)).map(([field, value]) => [field, digestOf(digest, id, value)]),
  );
  const event = { id, kind, createdAt: `${at.slice(0, 19)}.000Z`, ...(key !== null && { key }) };
  return { externalId, event: { ...event, ...(kind === 'updated' && { previous }) } };
}
