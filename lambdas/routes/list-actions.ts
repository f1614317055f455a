import { type List, nextCursor, readCursor } from '#adapters/http/cursor.ts';
import { json } from '#adapters/http/render.ts';
import { wireAction } from '#adapters/http/render-maintenance.ts';
import { listActionsSchema, parseWith } from '#adapters/http/schemas.ts';
import { actions } from '../wiring/actions.ts';
import type { Route } from './route.ts';

const LIST: List = { name: 'actions', position: 'time' };

export const routeListActions: Route = async (event) => {
  const { limit, cursor } = parseWith(listActionsSchema, event.queryStringParameters ?? {});
  const page = await actions.list(limit, cursor === undefined ? undefined : readCursor(LIST, cursor));
  return json(200, { data: page.actions.map(wireAction), next_cursor: nextCursor(LIST, page.next) });
};
