import type { Endpoint } from './endpoint.ts';
import { StripeFailure } from './errors.ts';

export type Route = { readonly endpoint: Endpoint; readonly id: string };

/** Of several endpoints that match, the first counts. Throws Stripe's 404 for a path that it does not know. */
export function createRouter(endpoints: readonly Endpoint[]): (method: string, path: string) => Route {
  const routes = endpoints.map((endpoint) => ({
    endpoint,
    pattern: new RegExp(`^${endpoint.path.replace('{id}', '(?<id>[^/]+)')}$`),
  }));
  return (method, path) => {
    for (const { endpoint, pattern } of routes) {
      const match = endpoint.method === method ? pattern.exec(path) : null;
      if (match) return { endpoint, id: decoded(match.groups?.['id'] ?? '') };
    }
    throw new StripeFailure(404, {
      type: 'invalid_request_error',
      message: `Unrecognized request URL (${method}: ${path}). Please see https://stripe.com/docs or we can help at https://support.stripe.com/.`,
    });
  };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
