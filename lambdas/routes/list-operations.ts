import { type List, nextCursor, readCursor } from '#adapters/http/cursor.ts';
import { json, wireOperation } from '#adapters/http/render.ts';
import { listOperationsSchema, parseWith } from '#adapters/http/schemas.ts';
import { listOperations } from '#use-cases/saga/list-operations.ts';
import { store } from '../wiring/catalog.ts';
import type { Route } from './route.ts';

export const routeListOperations: Route = async (event) => {
  const query = parseWith(listOperationsSchema, event.queryStringParameters ?? {});
  const { limit, cursor, status, customer_id: customerId } = query;
  const list: List = {
    name: `operations ${customerId ?? ''} ${status ?? ''}`,
    position: customerId === undefined ? 'due' : 'time',
  };
  const { data, next } = await listOperations(store, {
    limit,
    ...(cursor !== undefined && { from: readCursor(list, cursor) }),
    ...(status !== undefined && { status }),
    ...(customerId !== undefined && { customerId }),
  });
  return json(200, { data: data.map(wireOperation), next_cursor: nextCursor(list, next) });
};
