import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { type HttpReply, problemReply } from '#adapters/http/render.ts';
import { customerBusy, notFound, ProblemError } from '#domain/problem.ts';
import { StoreContendedError } from '#ports/catalog-store.ts';
import { log } from '../wiring/catalog.ts';
import { count } from '../wiring/metric.ts';
import { fairly } from './fairly.ts';
import type { Route } from './route.ts';

type HttpHandler = (event: APIGatewayProxyEventV2, context: Context) => Promise<APIGatewayProxyStructuredResultV2>;

/** The handler of a function behind these routes, by API Gateway's own route keys: it has done the matching. */
export function dispatch(routes: Readonly<Record<string, Route>>): HttpHandler {
  return async (event, context) => {
    const { status, headers, body } = await answer(routes, event, context);
    const { requestId } = event.requestContext;
    // What a caller can tell us, and where to go on from it: the operation or the customer.
    log.info('Answered.', {
      ...{ requestId, route: event.routeKey, status },
      ...{ id: ownId(event), location: headers['location'] },
    });
    return { statusCode: status, headers: { ...headers }, body };
  };
}

/** The id in the path, if it is one that we give: anything else is what somebody typed, and may be personal. */
function ownId({ pathParameters }: APIGatewayProxyEventV2): string | undefined {
  const id = pathParameters?.['id'];
  return id !== undefined && /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/.test(id) ? id : undefined;
}

/** The id in the path. One that cannot be ours is nobody's, and never asked for. */
export function pathId({ pathParameters }: APIGatewayProxyEventV2): string {
  const id = pathParameters?.['id'] ?? '';
  if (!/^[\w-]{1,64}$/.test(id)) throw notFound('resource');
  return id;
}

/** API Gateway allows no route that ends in a slash: it comes as an empty tail of a greedy one. */
export function onlyTrailingSlash(route: Route): Route {
  return async (event, context) => {
    if ((event.pathParameters?.['proxy'] ?? '') !== '') throw notFound('route');
    return route(event, context);
  };
}

async function answer(
  routes: Readonly<Record<string, Route>>,
  event: APIGatewayProxyEventV2,
  context: Context,
): Promise<HttpReply> {
  const { requestId } = event.requestContext;
  try {
    const route = routes[event.routeKey];
    if (route === undefined) throw notFound('route');
    return await fairly(event, () => route(event, context));
  } catch (error) {
    if (error instanceof ProblemError) return problemReply(error.problem, requestId);
    if (error instanceof StoreContendedError) return problemReply(customerBusy().problem, requestId);
    console.error({ message: 'The request failed.', requestId, route: event.routeKey, error: describe(error) });
    count('InternalError', { also: { requestId } });
    const detail = 'Something went wrong here. The request can be repeated.';
    return problemReply({ type: 'internal', detail }, requestId);
  }
}

/** An error without its message, which could quote what the caller sent. */
function describe(error: unknown): unknown {
  return error instanceof Error ? { name: error.name, stack: error.stack?.split('\n').slice(1, 6) } : typeof error;
}
