import { createClock } from '../../local/clock.ts';
import type { FrontServer } from '../../local/front-server.ts';
import { startHttpApi } from '../../local/http-api.ts';
import { createIssuer, type Issuer } from '../../local/issuer.ts';
import { startLambdaUrl } from '../../local/lambda-url.ts';
import type { InvokeResult, LocalFunction } from '../../local/runtime.ts';

type Event = Record<string, unknown> & { requestContext: Record<string, unknown>; headers: Record<string, string> };

const functionArn = 'arn:aws:lambda:us-east-1:000000000000:function:concord-local-api';
const api = { ApiId: 'Http' };
const resource = (logicalId: string, type: string, properties: object) => ({
  logicalId,
  type: `AWS::${type}`,
  properties: { ...properties },
});
const route = (routeKey: string, properties: object) =>
  resource(routeKey, 'ApiGatewayV2::Route', {
    ...api,
    RouteKey: routeKey,
    Target: 'integrations/Integration',
    ...properties,
  });
const jwt = (...scopes: string[]) => ({
  AuthorizationType: 'JWT',
  AuthorizerId: 'Authorizer',
  AuthorizationScopes: scopes,
});

const resources = [
  resource('Http', 'ApiGatewayV2::Api', { ProtocolType: 'HTTP' }),
  resource('Stage', 'ApiGatewayV2::Stage', { ...api, StageName: '$default', AutoDeploy: true }),
  resource('Integration', 'ApiGatewayV2::Integration', {
    ...api,
    IntegrationType: 'AWS_PROXY',
    IntegrationUri: functionArn,
    PayloadFormatVersion: '2.0',
  }),
  resource('Authorizer', 'ApiGatewayV2::Authorizer', {
    ...api,
    AuthorizerType: 'JWT',
    IdentitySource: ['$request.header.Authorization'],
    JwtConfiguration: { Issuer: 'https://issuer.test', Audience: ['concord'] },
  }),
  route('GET /open/{id}', { AuthorizationType: 'NONE' }),
  route('POST /open', { AuthorizationType: 'NONE' }),
  route('GET /read', jwt('customers:read', 'customers:admin')),
  route('GET /any-token', jwt()),
  route('GET /iam', { AuthorizationType: 'AWS_IAM' }),
  resource('Url', 'Lambda::Url', { TargetFunctionArn: functionArn, AuthType: 'NONE' }),
];

const letIn = (admitted: LocalFunction) => admitted;

/** The doors of a small template, and what stands behind them. */
export function gatewayWorld() {
  const target: LocalFunction = {
    logicalId: 'Api',
    name: 'concord-local-api',
    roleLogicalId: 'Role',
    running: () => 0,
    close: async () => {},
    async invoke(event, onStart) {
      world.events.push(event as Event);
      await world.line;
      onStart?.();
      return world.result(event);
    },
  };
  const world = {
    events: [] as Event[],
    /** What a request waits for before its function starts to work on it. */
    line: Promise.resolve(),
    result: (() => ({ ok: true, payload: null })) as (event: unknown) => InvokeResult | Promise<InvokeResult>,
    server: undefined as unknown as FrontServer,
    url: undefined as unknown as FrontServer,
    issuer: undefined as unknown as Issuer,
    options: () => ({
      ...{ port: 0, resources, functions: [target], clock: createClock() },
      ...{ guardRoute: () => letIn, guard: letIn },
    }),
    /** Starts another API, of a template that says this of it. */
    startWith: (api: object) => {
      const others = resources.filter(({ logicalId }) => logicalId !== 'Http');
      const http = resource('Http', 'ApiGatewayV2::Api', { ProtocolType: 'HTTP', ...api });
      return startHttpApi({ ...world.options(), resources: [http, ...others], issuerKeys: world.issuer.keys });
    },
    get: (path: string, headers: Record<string, string> = {}) => fetch(world.server.url + path, { headers }),
    withToken: (path: string, token: string) => world.get(path, { authorization: `Bearer ${token}` }),
  };

  beforeAll(async () => {
    world.issuer = await createIssuer({ issuer: 'https://issuer.test', audience: 'concord' });
    world.server = await startHttpApi({
      ...world.options(),
      issuerKeys: world.issuer.keys,
      integrationTimeoutMs: 200,
    });
    const started = await startLambdaUrl(world.options());
    if (!started) throw new Error('The Function URL did not start.');
    world.url = started;
  });

  afterAll(() => Promise.all([world.server.close(), world.url.close()]));

  beforeEach(() => {
    world.events = [];
    world.line = Promise.resolve();
    world.result = () => ({ ok: true, payload: { statusCode: 204 } });
  });
  return world;
}
