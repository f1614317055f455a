import { json, wireOperation } from '#adapters/http/render.ts';
import { getOperation } from '#use-cases/saga/get-operation.ts';
import { store } from '../wiring/catalog.ts';
import { pathId } from './dispatch.ts';
import type { Route } from './route.ts';

export const routeGetOperation: Route = async (event) => {
  return json(200, wireOperation(await getOperation(store, pathId(event))));
};
