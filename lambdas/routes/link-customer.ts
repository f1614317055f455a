import { completed } from '#adapters/http/render.ts';
import { readJson } from '#adapters/http/request.ts';
import { linkSchema, parseWith } from '#adapters/http/schemas.ts';
import { linkCustomer } from '#use-cases/catalog/link-customer.ts';
import { stripe } from '../wiring/stripe.ts';
import { writes } from '../wiring/writes.ts';
import { pathId } from './dispatch.ts';
import { recorded } from './recorded.ts';
import type { Route } from './route.ts';

export const routeLinkCustomer: Route = async (event) => {
  const { external_id: externalId } = parseWith(linkSchema, readJson(event));
  const id = pathId(event);
  const customer = await recorded(event, { external_id: externalId }, () =>
    linkCustomer({ ...writes, integration: stripe }, id, externalId),
  );
  return completed({ is: 'updated', customer });
};
