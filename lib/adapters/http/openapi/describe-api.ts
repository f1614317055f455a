import { componentSchemas, schemaRef } from './components.ts';
import { REPLY_HEADER_NAMES, REPLY_HEADERS, REQUEST_HEADERS, type ReplyHeader } from './headers.ts';
import { CUSTOMER_OPERATIONS } from './operations/customers.ts';
import type { OperationDescription, ReplyDescription, Tag } from './operations/operation.ts';
import { SAGA_OPERATIONS } from './operations/saga.ts';
import { serviceOperations } from './operations/service.ts';
import { type Json, pathParameters, queryParameters } from './parameters.ts';
import { type ApiProblem, describeProblem, gatewayMessage, type ProblemDescription } from './problems.ts';

/** A route as it deploys: `access` is the scope that a token must have. */
export type DescribedRoute = { readonly method: string; readonly path: string; readonly access: string };

export type Description = {
  readonly routes: readonly DescribedRoute[];
  /** The kinds of drift that there are. */
  readonly kinds: readonly string[];
  readonly version: string;
};

const ABOUT =
  'Keeps a customer catalog and Stripe in agreement. Changes are answered at once and Stripe follows, or, with ' +
  '`X-Use-Integrity-Protection: true`, when both sides agree or nothing is left on either. Errors are problems ' +
  '(RFC 9457): what a program needs to know is the last segment of `type`. Unknown fields and parameters are refused.';

const TAGS: Readonly<Record<Tag, string>> = {
  Customers: 'The catalog.',
  Operations: 'Protected changes, from their first transaction to their end.',
  Consistency: 'Comparing both sides in full, and repairing what differs.',
  Service: 'How Concord itself is.',
};

/** Problems that say when another answer is to be expected. */
const RETRIED: ReadonlySet<ApiProblem> = new Set([
  'customer-busy',
  'idempotency-in-progress',
  'too-many-requests',
  'stripe-unavailable',
]);

/**
 * The whole API as OpenAPI 3.1: the routes that deploy, with the schemas that requests are parsed by.
 * @throws Error when a route is not described, or a description has no route.
 */
export function describeApi({ routes, kinds, version }: Description): Json {
  const descriptions = { ...CUSTOMER_OPERATIONS, ...SAGA_OPERATIONS, ...serviceOperations(kinds) };
  const paths: Record<string, Json> = {};
  // A greedy route carries the trailing slash of the route that it stands for, and nothing else.
  const described = routes.filter(({ path }) => !path.endsWith('/{proxy+}'));
  for (const route of described) {
    const description = descriptions[keyOf(route)];
    if (description === undefined) throw new Error(`The route ${keyOf(route)} is not described.`);
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operationOf(route, description) };
  }
  const keys = new Set(described.map(keyOf));
  const unrouted = Object.keys(descriptions).filter((key) => !keys.has(key));
  if (unrouted.length > 0) throw new Error(`No route leads to what is described: ${unrouted.join(', ')}.`);
  return {
    openapi: '3.1.1',
    info: { title: 'Concord', version, description: ABOUT, license: { name: 'MIT', identifier: 'MIT' } },
    servers: [
      { url: 'http://127.0.0.1:4000', description: '`npm start`' },
      {
        url: 'https://{api}.execute-api.{region}.amazonaws.com',
        description: 'The output `ApiUrl` of a deployed stack',
        variables: { api: { default: 'api' }, region: { default: 'us-east-1' } },
      },
    ],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths,
    components: {
      schemas: componentSchemas(),
      parameters: REQUEST_HEADERS,
      headers: REPLY_HEADERS,
      responses: GATEWAY_RESPONSES,
      securitySchemes: {
        token: {
          ...{ type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
          description: 'A token of the configured issuer, with the scope that the operation names.',
        },
        iam: {
          ...{ type: 'apiKey', in: 'header', name: 'Authorization', 'x-amazon-apigateway-authtype': 'awsSigv4' },
          description: 'AWS Signature Version 4, in a stack that has no issuer.',
        },
      },
    },
  };
}

const GATEWAY_RESPONSES = {
  Unauthorized: gatewayResponse('There is no valid token.'),
  Forbidden: gatewayResponse('The token lacks the scope.'),
  TooManyRequests: failureOf([describeProblem('too-many-requests')]),
  Unavailable: gatewayResponse('The function is not there to answer.'),
};

function operationOf({ path, access }: DescribedRoute, about: OperationDescription): Json {
  const { id, tag, summary, description, query, body, headers = [] } = about;
  const parameters = [
    ...pathParameters(path),
    ...(query === undefined ? [] : queryParameters(query)),
    ...headers.map((name) => ({ $ref: `#/components/parameters/${name}` })),
  ];
  return {
    ...{ operationId: id, tags: [tag], summary, ...(description !== undefined && { description }) },
    security: access === 'open' ? [] : [{ token: [access] }, { iam: [] }],
    ...(parameters.length > 0 && { parameters }),
    ...(body !== undefined && {
      requestBody: { required: body.isRequired, content: { 'application/json': { schema: schemaRef(body.schema) } } },
    }),
    responses: { ...gatewayReplies(access), ...repliesOf(about) },
  };
}

function repliesOf({ replies, problems }: OperationDescription): Json {
  const successes = Object.entries(replies).map(([status, reply]) => [status, successOf(reply)]);
  const described = [...new Set<ApiProblem>([...problems, 'internal'])].map(describeProblem);
  const statuses = Map.groupBy(described, ({ status }) => status);
  const failures = [...statuses].map(([status, together]) => [String(status), failureOf(together)]);
  return Object.fromEntries([...successes, ...failures]);
}

function successOf({ description, schema, headers = [] }: ReplyDescription): Json {
  return { description, ...headersOf(headers), content: { 'application/json': { schema: schemaRef(schema) } } };
}

/** Problems of one status, told apart by `type`. API Gateway answers when the function could not. */
function failureOf(problems: readonly ProblemDescription[]): Json {
  const schemas = problems.map(({ schema }) => schemaRef(schema));
  const isRetried = problems.some(({ type }) => RETRIED.has(type));
  const isGateways = problems.some(({ status }) => status === 413 || status === 429 || status >= 500);
  return {
    description: problems.map(({ type, meaning }) => `\`${type}\`: ${meaning}`).join('\n\n'),
    ...(isRetried && headersOf(['RetryLater'])),
    content: {
      'application/problem+json': { schema: schemas.length === 1 ? schemas[0] : { oneOf: schemas } },
      ...(isGateways && { 'application/json': { schema: schemaRef(gatewayMessage) } }),
    },
  };
}

function headersOf(names: readonly ReplyHeader[]): Json {
  if (names.length === 0) return {};
  const refs = names.map((name) => [REPLY_HEADER_NAMES[name], { $ref: `#/components/headers/${name}` }]);
  return { headers: Object.fromEntries(refs) };
}

/** What API Gateway may answer by itself. */
function gatewayReplies(access: string): Json {
  const refusals = access === 'open' ? {} : { 401: 'Unauthorized', 403: 'Forbidden' };
  const names = Object.entries({ ...refusals, 429: 'TooManyRequests', 503: 'Unavailable' });
  return Object.fromEntries(names.map(([status, name]) => [status, { $ref: `#/components/responses/${name}` }]));
}

function gatewayResponse(description: string): Json {
  return { description, content: { 'application/json': { schema: schemaRef(gatewayMessage) } } };
}

function keyOf({ method, path }: DescribedRoute): string {
  return `${method} ${path}`;
}
