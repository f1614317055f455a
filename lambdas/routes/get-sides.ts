import { json } from '#adapters/http/render.ts';
import { wireSides } from '#adapters/http/render-history.ts';
import { getSides } from '#use-cases/catalog/get-sides.ts';
import { store } from '../wiring/catalog.ts';
import { stripe } from '../wiring/stripe.ts';
import { pathId } from './dispatch.ts';
import type { Route } from './route.ts';

export const routeGetSides: Route = async (event) => {
  return json(200, wireSides(await getSides({ store, integration: stripe }, pathId(event))));
};
