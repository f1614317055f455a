/** A route of an HTTP API, ready to be matched. */
export type Route = {
  readonly routeKey: string;
  /** `ANY`, or one method. Empty for `$default`. */
  readonly method: string;
  readonly segments: readonly Segment[];
};

type Segment = { readonly kind: 'exact' | 'parameter' | 'greedy'; readonly text: string };

export type Match<Found extends Route> = {
  readonly route: Found;
  readonly pathParameters: Readonly<Record<string, string>>;
};

/** What a segment is worth: API Gateway chooses the most specific route. */
const rank = { exact: 0, parameter: 1, greedy: 2 };

/** Reads a route key, such as `GET /customers/{id}` or `$default`. */
export function parseRouteKey(routeKey: string): Route {
  if (routeKey === '$default') return { routeKey, method: '', segments: [] };
  const [method = '', path = ''] = routeKey.split(' ');
  if (!path.startsWith('/')) throw new Error(`The route key ${routeKey} is not a method and a path.`);
  return { routeKey, method, segments: path.slice(1).split('/').map(parseSegment) };
}

function parseSegment(text: string): Segment {
  if (!text.startsWith('{') || !text.endsWith('}')) return { kind: 'exact', text };
  if (text.endsWith('+}')) return { kind: 'greedy', text: text.slice(1, -2) };
  return { kind: 'parameter', text: text.slice(1, -1) };
}

/**
 * Finds the route that API Gateway would choose: segment by segment an exact one before a parameter before a greedy
 * one, then the method before `ANY`, and `$default` last.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
 */
export function findRoute<Found extends Route>(
  routes: readonly Found[],
  method: string,
  path: string,
): Match<Found> | undefined {
  const segments = path.slice(1).split('/').map(decode);
  let best: Match<Found> | undefined;
  for (const route of routes) {
    if (route.method !== method && route.method !== 'ANY' && route.routeKey !== '$default') continue;
    const pathParameters = route.routeKey === '$default' ? {} : matchPath(route, segments);
    if (pathParameters && (!best || compare(route, best.route) < 0)) best = { route, pathParameters };
  }
  return best;
}

function matchPath(route: Route, segments: readonly string[]): Record<string, string> | undefined {
  const parameters: Record<string, string> = {};
  for (const [index, { kind, text }] of route.segments.entries()) {
    const segment = segments[index];
    if (segment === undefined) return undefined;
    if (kind === 'greedy') {
      // The tail may be empty: `/customers/` reaches `/customers/{proxy+}`.
      parameters[text] = segments.slice(index).join('/');
      return parameters;
    }
    if (kind === 'exact' && segment !== text) return undefined;
    if (kind === 'parameter' && segment === '') return undefined;
    if (kind === 'parameter') parameters[text] = segment;
  }
  return segments.length === route.segments.length ? parameters : undefined;
}

/** Negative when the first is the more specific one. */
function compare(first: Route, second: Route): number {
  if (first.method === '' || second.method === '') return first.method === '' ? 1 : -1;
  for (const [index, segment] of first.segments.entries()) {
    const other = second.segments[index];
    if (!other) return -1;
    if (rank[segment.kind] !== rank[other.kind]) return rank[segment.kind] - rank[other.kind];
  }
  return Number(first.method === 'ANY') - Number(second.method === 'ANY');
}

/** What is not valid percent-encoding stands for itself. */
function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
