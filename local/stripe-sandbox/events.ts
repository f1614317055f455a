/** https://docs.stripe.com/api/events */
import type { Endpoint, Rooms } from './endpoint.ts';
import { missingResource } from './errors.ts';
import { type StripeEvent, shownEvent } from './event.ts';
import { newestFirst, PAGE_PARAMETERS, pageOf, readPage } from './lists.ts';
import { assertKnownParameters, findExpansions, findString, findStrings, findTimeFilter } from './parameters.ts';

const PATH = '/v1/events';

export function eventEndpoints({ state, events }: Rooms): readonly Endpoint[] {
  const shown = (event: StripeEvent) => shownEvent(event, state.deliveries.get(event.id) === undefined ? 0 : 1);
  return [
    {
      method: 'GET',
      path: `${PATH}/{id}`,
      prepare: (parameters, id) => {
        assertKnownParameters(parameters, []);
        findExpansions(parameters, []);
        return () => {
          const event = events.find(id);
          if (event === undefined) throw missingResource('event', id);
          return shown(event);
        };
      },
    },
    {
      method: 'GET',
      path: PATH,
      prepare: (parameters) => {
        assertKnownParameters(parameters, [...PAGE_PARAMETERS, 'created', 'type', 'types']);
        findExpansions(parameters, []);
        const page = readPage(parameters);
        const inTime = findTimeFilter(parameters, 'created');
        const type = findString(parameters, 'type');
        const types = findStrings(parameters, 'types');
        const isListed = (event: StripeEvent) =>
          events.find(event.id) !== undefined &&
          inTime(event.created) &&
          (type === undefined || matchesType(event, type)) &&
          (types.length === 0 || types.includes(event.type));
        return () => {
          const all = newestFirst(state.events.values(), ({ created }) => created);
          const found = pageOf(all, page, { kind: 'event', url: PATH, idOf: ({ id }) => id, isListed });
          return { ...found, data: found.data.map(shown) };
        };
      },
    },
  ];
}

/** A type can be a group, written with `*`: https://docs.stripe.com/api/events/list#list_events-type */
function matchesType(event: StripeEvent, wanted: string): boolean {
  return wanted.endsWith('*') ? event.type.startsWith(wanted.slice(0, -1)) : event.type === wanted;
}
