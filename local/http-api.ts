import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { JWTVerifyGetKey } from 'jose';
import { type Authorizer, iamAuthorizer, jwtAuthorizer, openAuthorizer } from './authorizers.ts';
import { type FrontServer, startFrontServer } from './front-server.ts';
import { httpEvent, splitOnce } from './http-event.ts';
import { type HttpReply, jsonReply, readBody, replyOf } from './http-reply.ts';
import { findRoute, parseRouteKey, type Route } from './http-routes.ts';
import type { Guard } from './iam/access.ts';
import { accountId, region } from './resource-identity.ts';
import { type Clock, type InvokeResult, type LocalFunction, THROTTLED } from './runtime.ts';

/** A resource of the template with every intrinsic function answered; `Ref` of the ones used here is the logical id. */
export type ApiResource = {
  readonly logicalId: string;
  readonly type: string;
  readonly properties: Readonly<Record<string, unknown>>;
};

export type HttpApiOptions = {
  readonly port: number;
  /** All of the template, or only those of `AWS::ApiGatewayV2`. */
  readonly resources: readonly ApiResource[];
  readonly functions: readonly LocalFunction[];
  /** The public keys of the local token issuer. */
  readonly issuerKeys: JWTVerifyGetKey;
  readonly clock: Clock;
  /** Lets a route, by its ARN, invoke only functions that let it in. */
  readonly guardRoute: (routeArn: string) => Guard;
  /** API Gateway's limit, in real time from when the function starts to work, unless the integration sets a shorter one. */
  readonly integrationTimeoutMs?: number;
};

type ApiRoute = Route & {
  readonly authorize: Authorizer;
  readonly target: LocalFunction;
  readonly timeoutMs: number;
};

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html */
const largestBodyBytes = 10 * 1024 * 1024;
const longestIntegrationMs = 30_000;

const unavailable: HttpReply = jsonReply(503, { message: 'Service Unavailable' });
const failed: HttpReply = jsonReply(500, { message: 'Internal Server Error' });

/**
 * Serves the HTTP API of the template. Throttling settings of the stage are not enforced. Throws when the template
 * uses something of API Gateway that the runner does not do, rather than doing something else.
 */
export function startHttpApi(options: HttpApiOptions): Promise<FrontServer> {
  const { apiId, routes } = readApi(options);

  async function handle(request: IncomingMessage): Promise<HttpReply> {
    const [path] = splitOnce(request.url ?? '/', '?');
    const match = findRoute(routes, request.method ?? 'GET', path);
    if (!match) return jsonReply(404, { message: 'Not Found' });
    const admission = await match.route.authorize(request);
    if (!admission.admitted) return admission.reply;
    const body = await readBody(request, largestBodyBytes);
    if (!body) return jsonReply(413, { message: 'Request Entity Too Large' });
    const requestId = randomUUID();
    const event = httpEvent(request, body, {
      routeKey: match.route.routeKey,
      // API Gateway hands the path over decoded; a Function URL does not.
      rawPath: decodePath(path),
      pathParameters: match.pathParameters,
      accountId,
      ...{ apiId, requestId },
      nowMs: Math.floor(options.clock.now()),
      authorizer: admission.authorizer,
    });
    const reply = await answer(match.route, event);
    // As API Gateway names it to the caller.
    return { ...reply, headers: { ...reply.headers, 'apigw-requestid': requestId } };
  }

  return startFrontServer(options.port, handle);
}

/** The function goes on after a time-out; only its caller does not wait any longer. */
async function answer(route: ApiRoute, event: unknown): Promise<HttpReply> {
  let timer: NodeJS.Timeout | undefined;
  const result = await new Promise<InvokeResult | undefined>((resolve) => {
    // Not while the request waits for an environment: in AWS there is no line to wait in.
    const onStart = () => {
      timer = setTimeout(() => resolve(undefined), route.timeoutMs);
    };
    route.target.invoke(event, onStart).then(resolve);
  });
  clearTimeout(timer);
  if (!result) return unavailable;
  if (result.ok) return replyOf(result.payload) ?? failed;
  return result.errorType === THROTTLED ? unavailable : failed;
}

function readApi(options: HttpApiOptions): { readonly apiId: string; readonly routes: readonly ApiRoute[] } {
  const ofType = (name: string) => options.resources.filter(({ type }) => type === `AWS::ApiGatewayV2::${name}`);
  const [api, ...otherApis] = ofType('Api');
  if (!api) throw new Error('The template has no HTTP API.');
  if (otherApis.length > 0) throw new Error('The runner serves one HTTP API; the template has several.');
  if (api.properties['ProtocolType'] !== 'HTTP') throw new Error(`${api.logicalId} is not an HTTP API.`);
  if ('CorsConfiguration' in api.properties) throw new Error(`${api.logicalId}: the runner does not do CORS.`);
  const stages = ofType('Stage').map(({ properties }) => properties['StageName']);
  if (!stages.includes('$default')) throw new Error('The HTTP API has no $default stage: the runner serves that one.');
  const routes = ofType('Route').map((route): ApiRoute => {
    const integration = find(ofType('Integration'), route, String(route.properties['Target']).split('/').at(-1));
    const routeKey = String(route.properties['RouteKey']);
    return {
      ...parseRouteKey(routeKey),
      authorize: authorizerOf(route, ofType('Authorizer'), options.issuerKeys),
      target: options.guardRoute(routeArn(api.logicalId, routeKey))(functionOf(integration, options.functions)),
      timeoutMs: Math.min(
        options.integrationTimeoutMs ?? longestIntegrationMs,
        Number(integration.properties['TimeoutInMillis'] ?? longestIntegrationMs),
      ),
    };
  });
  return { apiId: api.logicalId, routes };
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/arn-format-reference.html */
function routeArn(apiId: string, routeKey: string): string {
  return `arn:aws:execute-api:${region}:${accountId}:${apiId}/$default/${routeKey.replace(' ', '')}`;
}

function find(resources: readonly ApiResource[], asker: ApiResource, logicalId: unknown): ApiResource {
  const found = resources.find((resource) => resource.logicalId === logicalId);
  if (!found) throw new Error(`${asker.logicalId} refers to ${String(logicalId)}, which the template does not have.`);
  return found;
}

function authorizerOf(route: ApiResource, authorizers: readonly ApiResource[], keys: JWTVerifyGetKey): Authorizer {
  const { AuthorizationType: kind = 'NONE', AuthorizerId, AuthorizationScopes: scopes = [] } = route.properties;
  if (kind === 'NONE') return openAuthorizer;
  if (kind === 'AWS_IAM') return iamAuthorizer;
  if (kind !== 'JWT') throw new Error(`${route.logicalId}: the runner does not do the authorization type ${kind}.`);
  const { IdentitySource, JwtConfiguration } = find(authorizers, route, AuthorizerId).properties;
  if (String(IdentitySource) !== '$request.header.Authorization') {
    throw new Error(`${route.logicalId}: the runner reads tokens from the Authorization header only.`);
  }
  const { Issuer, Audience } = JwtConfiguration as { readonly Issuer: string; readonly Audience: readonly string[] };
  return jwtAuthorizer({ issuer: Issuer, audience: Audience, scopes: scopes as readonly string[], keys });
}

function functionOf(integration: ApiResource, functions: readonly LocalFunction[]): LocalFunction {
  const { IntegrationType, IntegrationUri, PayloadFormatVersion } = integration.properties;
  if (IntegrationType !== 'AWS_PROXY' || PayloadFormatVersion !== '2.0') {
    throw new Error(`${integration.logicalId}: the runner does AWS_PROXY with payload format 2.0 only.`);
  }
  return findFunction(String(IntegrationUri), functions, integration.logicalId);
}

/** Finds the function that an ARN names. Throws, naming who asked, when there is none. */
export function findFunction(arn: string, functions: readonly LocalFunction[], asker: string): LocalFunction {
  const [, name] = /function:([\w-]+)/.exec(arn) ?? [];
  const found = functions.find((candidate) => candidate.name === name);
  if (!found) throw new Error(`${asker} refers to the function ${arn}, which the template does not have.`);
  return found;
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
