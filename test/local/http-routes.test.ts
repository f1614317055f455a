import { findRoute, parseRouteKey } from '../../local/http-routes.ts';

function choose(routeKeys: readonly string[], request: string) {
  const [method = '', path = ''] = request.split(' ');
  const match = findRoute(routeKeys.map(parseRouteKey), method, path);
  return match && [match.route.routeKey, match.pathParameters];
}

const customers = [
  'POST /customers',
  'GET /customers',
  'GET /customers/{id}',
  'GET /customers/{id}/audit',
  'GET /customers/integration-health/{name}',
  'POST /customers/retry-failed-syncs',
  'POST /customers/{proxy+}',
  'GET /customers/{proxy+}',
];

describe('which route a request reaches', () => {
  it.each([
    ['POST /customers', 'POST /customers', {}],
    ['POST /customers/', 'POST /customers/{proxy+}', { proxy: '' }],
    ['GET /customers/', 'GET /customers/{proxy+}', { proxy: '' }],
    ['GET /customers/abc', 'GET /customers/{id}', { id: 'abc' }],
    ['GET /customers/a%20b%2Fc', 'GET /customers/{id}', { id: 'a b/c' }],
    ['GET /customers/%zz', 'GET /customers/{id}', { id: '%zz' }],
    ['GET /customers/abc/', 'GET /customers/{proxy+}', { proxy: 'abc/' }],
    ['GET /customers/abc/audit', 'GET /customers/{id}/audit', { id: 'abc' }],
    ['GET /customers/abc/nothing', 'GET /customers/{proxy+}', { proxy: 'abc/nothing' }],
    ['GET /customers/integration-health/stripe', 'GET /customers/integration-health/{name}', { name: 'stripe' }],
    ['POST /customers/retry-failed-syncs', 'POST /customers/retry-failed-syncs', {}],
    ['POST /customers/abc', 'POST /customers/{proxy+}', { proxy: 'abc' }],
  ])('%s', (request, routeKey, parameters) => {
    expect(choose(customers, request)).toEqual([routeKey, parameters]);
  });

  it.each(['PUT /customers/abc', 'GET /customer', 'GET /', 'DELETE /customers'])('%s reaches none', (request) => {
    expect(choose(customers, request)).toBeUndefined();
  });

  it('does not depend on the order of the routes', () => {
    expect(choose([...customers].reverse(), 'GET /customers/abc')).toEqual(['GET /customers/{id}', { id: 'abc' }]);
    expect(choose([...customers].reverse(), 'POST /customers/')).toEqual(['POST /customers/{proxy+}', { proxy: '' }]);
  });

  it('prefers the path to the method, the method to ANY, and all of them to $default', () => {
    const routes = ['$default', 'ANY /{proxy+}', 'ANY /things', 'GET /things', 'GET /{proxy+}'];
    expect(choose(routes, 'GET /things')?.[0]).toBe('GET /things');
    expect(choose(routes, 'PUT /things')?.[0]).toBe('ANY /things');
    expect(choose(routes, 'GET /other')?.[0]).toBe('GET /{proxy+}');
    expect(choose(routes, 'PUT /other')?.[0]).toBe('ANY /{proxy+}');
    expect(choose(['$default'], 'PUT /other')).toEqual(['$default', {}]);
  });

  it('refuses a route key that is none', () => {
    expect(() => parseRouteKey('GET')).toThrow('not a method and a path');
  });
});
