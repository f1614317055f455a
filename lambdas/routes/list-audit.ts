import { type List, nextCursor, readCursor } from '#adapters/http/cursor.ts';
import { json } from '#adapters/http/render.ts';
import { wireAudit } from '#adapters/http/render-history.ts';
import { listAuditSchema, parseWith } from '#adapters/http/schemas.ts';
import { listAudit } from '#use-cases/catalog/list-audit.ts';
import { store } from '../wiring/catalog.ts';
import { pathId } from './dispatch.ts';
import type { Route } from './route.ts';

export const routeListAudit: Route = async (event) => {
  const { limit, cursor } = parseWith(listAuditSchema, event.queryStringParameters ?? {});
  const customerId = pathId(event);
  const list: List = { name: `audit ${customerId}`, position: 'time' };
  const { entries, next } = await listAudit(store, customerId, {
    limit,
    ...(cursor !== undefined && { from: readCursor(list, cursor) }),
  });
  return json(200, { data: entries.map(wireAudit), next_cursor: nextCursor(list, next) });
};
