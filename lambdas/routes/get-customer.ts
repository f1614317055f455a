import { etag, json, wireCustomer } from '#adapters/http/render.ts';
import { getCustomer } from '#use-cases/catalog/get-customer.ts';
import { reads } from '../wiring/catalog.ts';
import { pathId } from './dispatch.ts';
import type { Route } from './route.ts';

export const routeGetCustomer: Route = async (event) => {
  const customer = await getCustomer(reads, pathId(event));
  return json(200, wireCustomer(customer), { etag: etag(customer) });
};
