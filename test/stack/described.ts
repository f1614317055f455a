import { readFileSync } from 'node:fs';
import { Ajv2020, type AnySchema } from 'ajv/dist/2020.js';
import { findRoute, parseRouteKey } from '../../local/http-routes.ts';

type Json = Readonly<Record<string, unknown>>;
type Parameter = { readonly name: string; readonly in: string; readonly required: boolean; readonly schema: Json };
type Content = Readonly<Record<string, { readonly schema: Json }>>;
type Response = {
  readonly headers?: Readonly<Record<string, Json>>;
  readonly content: Content;
};
type Operation = {
  readonly parameters?: readonly Json[];
  readonly requestBody?: { readonly required: boolean; readonly content: Content };
  readonly responses: Readonly<Record<string, Json>>;
};

/** A request, and what came back. */
export type Exchange = {
  readonly method: string;
  readonly path: string;
  readonly request: { readonly body?: unknown; readonly headers: Headers };
  readonly reply: { readonly status: number; readonly headers: Headers; readonly text: string };
};

const DESCRIPTION = 'docs/openapi.json';
const document = JSON.parse(readFileSync(DESCRIPTION, 'utf8')) as Json;
const routes = Object.entries(document['paths'] as Record<string, Record<string, Operation>>).flatMap(
  ([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      ...parseRouteKey(`${method.toUpperCase()} ${path}`),
      operation,
    })),
);

/** The keys of all operations that are described, such as `GET /customers/{id}`. */
export const describedKeys: readonly string[] = routes.map(({ routeKey }) => routeKey);

const ajv = new Ajv2020({ strict: false, validateSchema: false, validateFormats: false });
ajv.addSchema({ ...closed(document), $id: DESCRIPTION });

/** The operation that a request reaches, if there is one. A trailing slash is taken after `/customers` only. */
export function operationAt(method: string, path: string): (typeof routes)[number] | undefined {
  const { pathname } = new URL(path, 'http://described');
  return findRoute(routes, method, pathname === '/customers/' ? '/customers' : pathname)?.route;
}

/**
 * Looks whether an exchange is one that the description allows: the reply in status, headers, type and body, with no
 * field besides; and of a request that was not refused, each parameter and the body. Answers the operation's key, none
 * for what is no route.
 * @throws Error that says what is not described.
 */
export function assertDescribed({ method, path, request, reply }: Exchange): string | undefined {
  const route = operationAt(method, path);
  const refuse = (what: string) => {
    throw new Error(`${method} ${path} answered ${reply.status}, and ${DESCRIPTION} does not allow ${what}.`);
  };
  if (route === undefined) return reply.status === 404 ? undefined : refuse('that of a route that there is not');
  assertReply(route.operation, reply, refuse);
  if (reply.status < 400) assertRequest(route.operation, new URL(path, 'http://described'), request, refuse);
  return route.routeKey;
}

type Refuse = (what: string) => unknown;

function assertReply({ responses }: Operation, { status, headers, text }: Exchange['reply'], refuse: Refuse): void {
  const response = resolved<Response>(responses[status] ?? {});
  if (response.content === undefined) return void refuse('this status');
  const type = headers.get('content-type') ?? '';
  const media = response.content[type];
  if (media === undefined) return void refuse(`the type ${type}`);
  const wrong = problemsOf(media.schema, JSON.parse(text));
  if (wrong !== undefined) refuse(`this body: ${wrong}\n${text}`);
  for (const [name, reference] of Object.entries(response.headers ?? {})) {
    const { schema, required } = resolved<Parameter>(reference);
    const value = headers.get(name);
    if (value === null) {
      if (required) refuse(`a reply without ${name}`);
    } else if (problemsOf(schema, typed(value, schema)) !== undefined) refuse(`${name}: ${value}`);
  }
}

function assertRequest(
  operation: Operation,
  { searchParams }: URL,
  request: Exchange['request'],
  refuse: Refuse,
): void {
  const parameters = (operation.parameters ?? []).map((parameter) => resolved<Parameter>(parameter));
  const known = new Set(parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name));
  for (const name of searchParams.keys()) if (!known.has(name)) refuse(`the parameter ${name}`);
  for (const { name, in: place, schema } of parameters) {
    const value = place === 'query' ? searchParams.get(name) : place === 'header' ? request.headers.get(name) : null;
    if (value !== null && problemsOf(schema, typed(value, schema)) !== undefined) refuse(`${name}: ${value}`);
  }
  const { body } = request;
  const described = operation.requestBody;
  if (body === undefined) {
    if (described?.required) refuse('a request without a body');
    return;
  }
  const schema = described?.content['application/json']?.schema;
  const wrong = schema && problemsOf(schema, typeof body === 'string' ? JSON.parse(body) : body);
  if (wrong !== undefined) refuse(`the body of this request: ${wrong}`);
}

const validators = new Map<Json, ReturnType<typeof ajv.compile>>();

function problemsOf(schema: Json, value: unknown): string | undefined {
  const validate = validators.get(schema) ?? ajv.compile(inDocument(schema));
  validators.set(schema, validate);
  return validate(value) ? undefined : ajv.errorsText(validate.errors);
}

/** References in the document are to itself. */
function inDocument(schema: Json): AnySchema {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/', `"${DESCRIPTION}#/`));
}

function resolved<Described>(reference: Json): Described {
  const path = reference['$ref'];
  if (typeof path !== 'string') return reference as Described;
  const [, ...names] = path.split('/');
  return names.reduce<unknown>((place, name) => (place as Json)[name], document) as Described;
}

/** Headers and queries are text: what it stands for. */
function typed(text: string, { type }: Json): unknown {
  if (type === 'integer') return Number(text);
  return type === 'boolean' ? JSON.parse(text) : text;
}

/** Clients must bear fields that they do not know; here each one has to be described. */
function closed<Part>(part: Part): Part {
  if (Array.isArray(part)) return part.map(closed) as Part;
  if (typeof part !== 'object' || part === null) return part;
  const entries = Object.entries(part).map(([name, value]) => [name, closed(value)]);
  return {
    ...('properties' in part && !('additionalProperties' in part) && { additionalProperties: false }),
    ...Object.fromEntries(entries),
  };
}
