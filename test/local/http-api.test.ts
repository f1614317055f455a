import { connect } from 'node:net';
import type { JWK } from 'jose';
import { createClock } from '../../local/clock.ts';
import type { FrontServer } from '../../local/front-server.ts';
import { startHttpApi } from '../../local/http-api.ts';
import { createIssuer, type Issuer } from '../../local/issuer.ts';
import { startLambdaUrl } from '../../local/lambda-url.ts';
import { openCollections } from '../../local/persistent-collection.ts';
import type { InvokeResult, LocalFunction } from '../../local/runtime.ts';

type Event = Record<string, unknown> & { requestContext: Record<string, unknown>; headers: Record<string, string> };

let events: Event[] = [];
/** What a request waits for before its function starts to work on it. */
let line: Promise<void> = Promise.resolve();
let result: (event: unknown) => InvokeResult | Promise<InvokeResult> = () => ({ ok: true, payload: null });

const target: LocalFunction = {
  logicalId: 'Api',
  name: 'concord-local-api',
  roleLogicalId: 'Role',
  running: () => 0,
  close: async () => {},
  async invoke(event, onStart) {
    events.push(event as Event);
    await line;
    onStart?.();
    return result(event);
  },
};

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

let server: FrontServer;
let url: FrontServer;
let issuer: Issuer;

const letIn = (admitted: LocalFunction) => admitted;
const options = () => ({
  ...{ port: 0, resources, functions: [target], clock: createClock() },
  ...{ guardRoute: () => letIn, guard: letIn },
});

beforeAll(async () => {
  issuer = await createIssuer({ issuer: 'https://issuer.test', audience: 'concord' });
  server = await startHttpApi({ ...options(), issuerKeys: issuer.keys, integrationTimeoutMs: 200 });
  const started = await startLambdaUrl(options());
  if (!started) throw new Error('The Function URL did not start.');
  url = started;
});

afterAll(() => Promise.all([server.close(), url.close()]));

beforeEach(() => {
  events = [];
  line = Promise.resolve();
  result = () => ({ ok: true, payload: { statusCode: 204 } });
});

const get = (path: string, headers: Record<string, string> = {}) => fetch(server.url + path, { headers });
const withToken = (path: string, token: string) => get(path, { authorization: `Bearer ${token}` });

describe('the event of a request', () => {
  it('has the fields of payload format 2.0', async () => {
    await get('/open/a%20b?x=1&y=%C3%A9&x=2', { 'User-Agent': 'test/1', Cookie: 'a=1; b=2' });
    const [event] = events;
    expect(event).toMatchObject({
      version: '2.0',
      routeKey: 'GET /open/{id}',
      rawPath: '/open/a b',
      rawQueryString: 'x=1&y=%C3%A9&x=2',
      cookies: ['a=1', 'b=2'],
      queryStringParameters: { x: '1,2', y: 'é' },
      pathParameters: { id: 'a b' },
      isBase64Encoded: false,
      requestContext: {
        accountId: '000000000000',
        apiId: 'Http',
        domainName: '127.0.0.1',
        http: {
          method: 'GET',
          path: '/open/a b',
          protocol: 'HTTP/1.1',
          sourceIp: '127.0.0.1',
          userAgent: 'test/1',
        },
        requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        routeKey: 'GET /open/{id}',
        stage: '$default',
        time: expect.stringMatching(/^\d{2}\/\w{3}\/\d{4}:\d\d:\d\d:\d\d \+0000$/),
        timeEpoch: expect.any(Number),
      },
    });
    expect(event).not.toHaveProperty('body');
    expect(event?.headers).not.toHaveProperty('cookie');
    expect(event?.headers).not.toHaveProperty('connection');
    expect(event?.requestContext).not.toHaveProperty('authorizer');
  });

  it('joins doubled headers by commas, with names in lower case', async () => {
    const { port } = new URL(server.url);
    await new Promise<void>((resolve) => {
      const socket = connect(Number(port), '127.0.0.1', () => {
        socket.write('GET /open/1 HTTP/1.1\r\nHost: x\r\nIdempotency-Key: a\r\nidempotency-key: b\r\n\r\n');
      });
      socket.once('data', () => {
        socket.destroy();
        resolve();
      });
    });
    expect(events[0]?.headers['idempotency-key']).toBe('a,b');
  });

  it.each([
    ['application/json', '{"é":1}', false],
    ['application/problem+json; charset=utf-8', '{}', false],
    ['text/plain', 'hello', false],
    ['application/x-www-form-urlencoded', 'a=1', true],
    ['application/octet-stream', 'abc', true],
  ])('carries a body of %s as it should', async (type, body, isBase64Encoded) => {
    await fetch(`${server.url}/open`, { method: 'POST', headers: { 'content-type': type }, body });
    const text = isBase64Encoded ? Buffer.from(body).toString('base64') : body;
    expect(events[0]).toMatchObject({ body: text, isBase64Encoded });
  });
});

describe('the reply of a function', () => {
  it('becomes status, headers, cookies and body', async () => {
    const headers = { 'Content-Type': 'application/problem+json', ETag: '"3"', 'X-Number': 7 };
    const body = Buffer.from('{"a":1}').toString('base64');
    result = () => ({
      ok: true,
      payload: { statusCode: 409, headers, cookies: ['a=1', 'b=2'], body, isBase64Encoded: true },
    });
    const reply = await get('/open/1');
    expect(reply.status).toBe(409);
    expect(reply.headers.get('content-type')).toBe('application/problem+json');
    expect(reply.headers.get('etag')).toBe('"3"');
    expect(reply.headers.get('x-number')).toBe('7');
    expect(reply.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(await reply.json()).toEqual({ a: 1 });
  });

  it.each([[{ a: 1 }], ['text'], [null], [[1]]])('is JSON with 200 when it is the bare value %j', async (payload) => {
    result = () => ({ ok: true, payload });
    const reply = await get('/open/1');
    expect([reply.status, reply.headers.get('content-type')]).toEqual([200, 'application/json']);
    expect(await reply.json()).toEqual(payload);
  });

  it.each([
    [{ statusCode: 'abc' }],
    [{ statusCode: 700 }],
    [{ statusCode: 200, body: { a: 1 } }],
    [{ statusCode: 200, headers: 'x' }],
    [{ statusCode: 200, headers: { x: {} } }],
  ])('is a 500 when it is %j', async (payload) => {
    result = () => ({ ok: true, payload });
    const reply = await get('/open/1');
    expect([reply.status, await reply.json()]).toEqual([500, { message: 'Internal Server Error' }]);
  });

  it('is a 500 when the function failed, without its reason', async () => {
    result = () => ({ ok: false, errorType: 'Error', errorMessage: 'secret' });
    const reply = await get('/open/1');
    expect([reply.status, await reply.json()]).toEqual([500, { message: 'Internal Server Error' }]);
  });

  it('is a 503 when it comes too late', async () => {
    result = () => new Promise((resolve) => setTimeout(() => resolve({ ok: true, payload: null }), 400));
    const reply = await get('/open/1');
    expect([reply.status, await reply.json()]).toEqual([503, { message: 'Service Unavailable' }]);
    expect(server.running()).toBe(0);
  });

  it('may be late by as long as the request waited for an environment', async () => {
    line = new Promise((resolve) => setTimeout(resolve, 400));
    expect((await get('/open/1')).status).toBe(204);
  });
});

describe('what API Gateway answers by itself', () => {
  it('is 404 for an unknown route', async () => {
    for (const path of ['/nothing', '/open', '/open/1/2']) {
      const reply = await get(path);
      expect([reply.status, await reply.json()]).toEqual([404, { message: 'Not Found' }]);
    }
    expect(events).toEqual([]);
  });

  it('is 413 for a body over 10 MB, and the connection stays in step', async () => {
    const body = Buffer.alloc(10 * 1024 * 1024 + 1);
    const reply = await fetch(`${server.url}/open`, { method: 'POST', body });
    expect([reply.status, await reply.json()]).toEqual([413, { message: 'Request Entity Too Large' }]);
    expect(events).toEqual([]);
    expect((await get('/open/1')).status).toBe(204);
  });
});

describe('the JWT authorizer', () => {
  it('lets a token with any one of the scopes pass, and tells the function its claims as text', async () => {
    const token = await issuer.issueToken({ scopes: ['customers:write', 'customers:read'], subject: 'alice' });
    expect((await withToken('/read', token)).status).toBe(204);
    expect(events[0]?.requestContext['authorizer']).toEqual({
      jwt: {
        claims: {
          iss: 'https://issuer.test',
          sub: 'alice',
          aud: 'concord',
          client_id: 'alice',
          scope: 'customers:write customers:read',
          iat: expect.stringMatching(/^\d+$/),
          exp: expect.stringMatching(/^\d+$/),
        },
        scopes: ['customers:write', 'customers:read'],
      },
    });
  });

  it('refuses a token without any of the scopes', async () => {
    const reply = await withToken('/read', await issuer.issueToken({ scopes: ['customers:write'] }));
    expect([reply.status, await reply.json()]).toEqual([403, { message: 'Forbidden' }]);
    expect((await withToken('/any-token', await issuer.issueToken({ scopes: [] }))).status).toBe(204);
  });

  it('refuses a request without a token', async () => {
    const reply = await get('/read');
    expect([reply.status, await reply.json()]).toEqual([401, { message: 'Unauthorized' }]);
    expect(reply.headers.get('www-authenticate')).toBe('Bearer');
  });

  const scopes = ['customers:read'];
  const unsigned = (token: string) => {
    const header = Buffer.from('{"alg":"none"}').toString('base64url');
    return `${header}.${token.split('.')[1]}.`;
  };
  it.each<[string, () => Promise<string>, string]>([
    ['expired', () => issuer.issueToken({ scopes, expiresInSeconds: -1 }), 'the token has expired'],
    ['foreign', () => issuer.issueToken({ scopes, issuer: 'https://other.test' }), 'unable to verify'],
    ['tampered', async () => `${(await issuer.issueToken({ scopes })).slice(0, -8)}AAAAAAAA`, 'unable to verify'],
    ['unsigned', async () => unsigned(await issuer.issueToken({ scopes })), 'unable to verify'],
    ['malformed', async () => 'abc', 'unable to verify'],
  ])('refuses a token that is %s', async (_, token, why) => {
    const reply = await withToken('/read', await token());
    expect([reply.status, await reply.json()]).toEqual([401, { message: 'Unauthorized' }]);
    expect(reply.headers.get('www-authenticate')).toContain(why);
    expect(events).toEqual([]);
  });
});

describe('the token issuer', () => {
  const collections = openCollections();
  const names = { issuer: 'https://issuer.test', store: collections.open<JWK>('issuer') };
  let restarted: FrontServer;

  beforeAll(async () => {
    const { keys } = await createIssuer({ ...names, audience: 'concord' });
    restarted = await startHttpApi({ ...options(), issuerKeys: keys });
  });

  afterAll(async () => {
    await restarted.close();
    collections.close();
  });

  async function statusWith(audience: string): Promise<[number, string | null]> {
    const token = await (await createIssuer({ ...names, audience })).issueToken({ scopes: [] });
    const reply = await fetch(`${restarted.url}/any-token`, { headers: { authorization: `Bearer ${token}` } });
    return [reply.status, reply.headers.get('www-authenticate')];
  }

  it('keeps its key, so that tokens outlive a restart', async () => {
    expect(await statusWith('concord')).toEqual([204, null]);
  });

  it('makes tokens for its audience only', async () => {
    expect(await statusWith('other')).toEqual([401, expect.stringContaining('valid audience')]);
  });
});

describe('IAM authorization', () => {
  it('lets only a request pass that is signed in form', async () => {
    const refused = await get('/iam');
    expect([refused.status, await refused.json()]).toEqual([403, { message: 'Forbidden' }]);
    const token = await issuer.issueToken({ scopes: ['customers:read'] });
    expect((await withToken('/iam', token)).status).toBe(403);
    const credential = 'Credential=AKIDEXAMPLE/20261123/us-east-1/execute-api/aws4_request';
    const authorization = `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=host;x-amz-date, Signature=${'a'.repeat(64)}`;
    expect((await get('/iam', { authorization })).status).toBe(204);
    expect(events[0]?.requestContext['authorizer']).toMatchObject({ iam: { accessKey: 'AKIDEXAMPLE' } });
  });
});

describe('the Function URL', () => {
  it('passes every path and method to its function, the path as it came', async () => {
    await fetch(`${url.url}/a%20b?x=1`, {
      method: 'POST',
      body: '{"id":"evt_1"}',
      headers: { 'content-type': 'application/json' },
    });
    expect(events[0]).toMatchObject({
      version: '2.0',
      routeKey: '$default',
      rawPath: '/a%20b',
      body: '{"id":"evt_1"}',
      isBase64Encoded: false,
      requestContext: { accountId: 'anonymous', stage: '$default', http: { method: 'POST' } },
    });
  });

  it('answers 502 when the function failed', async () => {
    result = () => ({ ok: false, errorType: 'Error', errorMessage: 'secret' });
    expect((await fetch(url.url)).status).toBe(502);
  });

  it('does not listen when the template has none', async () => {
    expect(await startLambdaUrl({ ...options(), resources: [] })).toBeUndefined();
  });
});
