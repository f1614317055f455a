/** The HTTP API: one function behind every route of customers and operations. */
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { type HttpReply, json, problemReply } from '#adapters/http/render.ts';
import { customerBusy, notFound, ProblemError } from '#domain/problem.ts';
import { StoreContendedError } from '#ports/catalog-store.ts';
import { routeCreateCustomer } from './routes/create-customer.ts';
import { routeGetCustomer } from './routes/get-customer.ts';
import { routeGetOperation } from './routes/get-operation.ts';
import { routeListCustomers } from './routes/list-customers.ts';
import type { Route } from './routes/route.ts';

/** By API Gateway's own route keys: it has done the matching. */
const ROUTES: Readonly<Record<string, Route>> = {
  'GET /health': async () => json(200, { status: 'ok' }),
  'POST /customers': routeCreateCustomer,
  'POST /customers/{proxy+}': onlyTrailingSlash(routeCreateCustomer),
  'GET /customers': routeListCustomers,
  'GET /customers/{proxy+}': onlyTrailingSlash(routeListCustomers),
  'GET /customers/{id}': routeGetCustomer,
  'GET /operations/{id}': routeGetOperation,
};

export async function handler(
  event: APIGatewayProxyEventV2,
  context: Context,
): Promise<APIGatewayProxyStructuredResultV2> {
  const { status, headers, body } = await answer(event, context, event.requestContext.requestId);
  return { statusCode: status, headers: { ...headers }, body };
}

async function answer(event: APIGatewayProxyEventV2, context: Context, requestId: string): Promise<HttpReply> {
  try {
    const route = ROUTES[event.routeKey];
    if (route === undefined) throw notFound('route');
    return await route(event, context);
  } catch (error) {
    if (error instanceof ProblemError) return problemReply(error.problem, requestId);
    if (error instanceof StoreContendedError) return problemReply(customerBusy().problem, requestId);
    console.error({ message: 'The request failed.', requestId, route: event.routeKey, error: describe(error) });
    return problemReply(
      { type: 'internal', detail: 'Something went wrong here. The request can be repeated.' },
      requestId,
    );
  }
}

/** API Gateway allows no route that ends in a slash: it comes as an empty tail of a greedy one. */
function onlyTrailingSlash(route: Route): Route {
  return async (event, context) => {
    if ((event.pathParameters?.['proxy'] ?? '') !== '') throw notFound('route');
    return route(event, context);
  };
}

/** An error without its message, which could quote what the caller sent. */
function describe(error: unknown): unknown {
  return error instanceof Error ? { name: error.name, stack: error.stack?.split('\n').slice(1, 6) } : typeof error;
}
