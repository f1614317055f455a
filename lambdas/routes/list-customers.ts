import { type List, nextCursor, readCursor } from '#adapters/http/cursor.ts';
import { json, wireCustomer } from '#adapters/http/render.ts';
import { listCustomersSchema, parseWith } from '#adapters/http/schemas.ts';
import { listCustomers } from '#use-cases/catalog/list-customers.ts';
import { reads } from '../wiring/catalog.ts';
import type { Route } from './route.ts';

const LIST: List = { name: 'customers', position: 'id' };

export const routeListCustomers: Route = async (event) => {
  const query = parseWith(listCustomersSchema, event.queryStringParameters ?? {});
  const { data, next } = await listCustomers(reads, {
    limit: query.limit,
    ...(query.cursor !== undefined && { from: readCursor(LIST, query.cursor) }),
    ...(query.email !== undefined && { email: query.email }),
    ...(query.sync_status !== undefined && { syncStatus: query.sync_status }),
  });
  return json(200, { data: data.map(wireCustomer), next_cursor: nextCursor(LIST, next) });
};
