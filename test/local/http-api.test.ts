import { connect } from 'node:net';
import { startLambdaUrl } from '../../local/lambda-url.ts';
import { gatewayWorld } from './gateway-world.ts';

const world = gatewayWorld();

describe('the event of a request', () => {
  it('has the fields of payload format 2.0', async () => {
    await world.get('/open/a%20b?x=1&y=%C3%A9&x=2', { 'User-Agent': 'test/1', Cookie: 'a=1; b=2' });
    const [event] = world.events;
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
    const { port } = new URL(world.server.url);
    await new Promise<void>((resolve) => {
      const socket = connect(Number(port), '127.0.0.1', () => {
        socket.write('GET /open/1 HTTP/1.1\r\nHost: x\r\nIdempotency-Key: a\r\nidempotency-key: b\r\n\r\n');
      });
      socket.once('data', () => {
        socket.destroy();
        resolve();
      });
    });
    expect(world.events[0]?.headers['idempotency-key']).toBe('a,b');
  });

  it.each([
    ['application/json', '{"é":1}', false],
    ['application/problem+json; charset=utf-8', '{}', false],
    ['text/plain', 'hello', false],
    ['application/x-www-form-urlencoded', 'a=1', true],
    ['application/octet-stream', 'abc', true],
  ])('carries a body of %s as it should', async (type, body, isBase64Encoded) => {
    await fetch(`${world.server.url}/open`, { method: 'POST', headers: { 'content-type': type }, body });
    const text = isBase64Encoded ? Buffer.from(body).toString('base64') : body;
    expect(world.events[0]).toMatchObject({ body: text, isBase64Encoded });
  });
});

describe('the reply of a function', () => {
  it('becomes status, headers, cookies and body', async () => {
    const headers = { 'Content-Type': 'application/problem+json', ETag: '"3"', 'X-Number': 7 };
    const body = Buffer.from('{"a":1}').toString('base64');
    world.result = () => ({
      ok: true,
      payload: { statusCode: 409, headers, cookies: ['a=1', 'b=2'], body, isBase64Encoded: true },
    });
    const reply = await world.get('/open/1');
    expect(reply.status).toBe(409);
    expect(reply.headers.get('content-type')).toBe('application/problem+json');
    expect(reply.headers.get('etag')).toBe('"3"');
    expect(reply.headers.get('x-number')).toBe('7');
    expect(reply.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(await reply.json()).toEqual({ a: 1 });
  });

  it.each([[{ a: 1 }], ['text'], [null], [[1]]])('is JSON with 200 when it is the bare value %j', async (payload) => {
    world.result = () => ({ ok: true, payload });
    const reply = await world.get('/open/1');
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
    world.result = () => ({ ok: true, payload });
    const reply = await world.get('/open/1');
    expect([reply.status, await reply.json()]).toEqual([500, { message: 'Internal Server Error' }]);
  });

  it('is a 500 when the function failed, without its reason', async () => {
    world.result = () => ({ ok: false, errorType: 'Error', errorMessage: 'secret' });
    const reply = await world.get('/open/1');
    expect([reply.status, await reply.json()]).toEqual([500, { message: 'Internal Server Error' }]);
  });

  it('is a 503 when it comes too late', async () => {
    world.result = () => new Promise((resolve) => setTimeout(() => resolve({ ok: true, payload: null }), 400));
    const reply = await world.get('/open/1');
    expect([reply.status, await reply.json()]).toEqual([503, { message: 'Service Unavailable' }]);
    expect(world.server.running()).toBe(0);
  });

  it('may be late by as long as the request waited for an environment', async () => {
    world.line = new Promise((resolve) => setTimeout(resolve, 400));
    expect((await world.get('/open/1')).status).toBe(204);
  });
});

describe('what API Gateway answers by itself', () => {
  it('is the id of the request, beside whatever the function answers', async () => {
    const { headers } = await world.get('/open/a');
    expect(headers.get('apigw-requestid')).toBe(world.events[0]?.requestContext['requestId']);
  });

  it('is nothing to the pages of other sites: a template that allows them is refused', () => {
    const start = () => world.startWith({ CorsConfiguration: {} });
    expect(start).toThrow('does not do CORS');
  });

  it('is 404 for an unknown route', async () => {
    for (const path of ['/nothing', '/open', '/open/1/2']) {
      const reply = await world.get(path);
      expect([reply.status, await reply.json()]).toEqual([404, { message: 'Not Found' }]);
    }
    expect(world.events).toEqual([]);
  });

  it('is 413 for a body over 10 MB, and the connection stays in step', async () => {
    const body = Buffer.alloc(10 * 1024 * 1024 + 1);
    const reply = await fetch(`${world.server.url}/open`, { method: 'POST', body });
    expect([reply.status, await reply.json()]).toEqual([413, { message: 'Request Entity Too Large' }]);
    expect(world.events).toEqual([]);
    expect((await world.get('/open/1')).status).toBe(204);
  });
});

describe('the Function URL', () => {
  it('passes every path and method to its function, the path as it came', async () => {
    await fetch(`${world.url.url}/a%20b?x=1`, {
      method: 'POST',
      body: '{"id":"evt_1"}',
      headers: { 'content-type': 'application/json' },
    });
    expect(world.events[0]).toMatchObject({
      version: '2.0',
      routeKey: '$default',
      rawPath: '/a%20b',
      body: '{"id":"evt_1"}',
      isBase64Encoded: false,
      requestContext: { accountId: 'anonymous', stage: '$default', http: { method: 'POST' } },
    });
  });

  it('answers 502 when the function failed', async () => {
    world.result = () => ({ ok: false, errorType: 'Error', errorMessage: 'secret' });
    expect((await fetch(world.url.url)).status).toBe(502);
  });

  it('does not listen when the template has none', async () => {
    expect(await startLambdaUrl({ ...world.options(), resources: [] })).toBeUndefined();
  });
});
