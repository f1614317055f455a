import { readFileSync } from 'node:fs';
import type { SynthesizedStack } from './synthesized.ts';

/** Who may call, and how much. */
export function tellCallers(stack: SynthesizedStack): void {
  it('opens no route but health, the description and the console’s files, and asks each other one for a scope', () => {
    const routes = stack.ofType('AWS::ApiGatewayV2::Route').map(({ Properties }) => Properties);
    const open = routes.filter(({ AuthorizationType }) => AuthorizationType === 'NONE');
    expect(open.map(({ RouteKey }) => RouteKey)).toEqual([
      ...['GET /health', 'GET /openapi.json', 'GET /console', 'GET /console/{file}'],
    ]);
    for (const route of routes.filter(({ AuthorizationType }) => AuthorizationType !== 'NONE')) {
      expect(route).toMatchObject({
        AuthorizationType: 'JWT',
        AuthorizationScopes: [expect.stringMatching(/^customers:/)],
      });
    }
  });

  it('lets no other site’s page call it, and no caller use up what all share', () => {
    for (const { Properties } of stack.ofType('AWS::ApiGatewayV2::Api'))
      expect(Properties).not.toHaveProperty('CorsConfiguration');
    for (const { Properties } of stack.ofType('AWS::Lambda::Url')) expect(Properties).not.toHaveProperty('Cors');
    expect(stack.ofType('AWS::ApiGatewayV2::Stage').map(({ Properties }) => Properties)).toEqual([
      expect.objectContaining({
        DefaultRouteSettings: { ThrottlingBurstLimit: 500, ThrottlingRateLimit: 1000 },
        AccessLogSettings: expect.objectContaining({ Format: expect.not.stringMatching(/sourceIp|identity|\.path/) }),
      }),
    ]);
  });

  it('has no function behind the API that a noisy caller may keep to itself', () => {
    const limits = stack.ofType('AWS::Lambda::Function').flatMap(({ Properties }) => {
      const { Variables = {} } = (Properties['Environment'] ?? {}) as unknown as {
        Variables?: Record<string, unknown>;
      };
      const { LIMIT_NOISY_CALLERS: limit } = Variables;
      return limit === undefined ? [] : [[Properties['FunctionName'], limit]];
    });
    const behindApi = ['api', 'delete-customer', 'maintenance'];
    expect(limits.toSorted()).toEqual(behindApi.map((name) => [`concord-prod-${name}`, 'yes']));
  });

  it('has the routes and scopes that docs/openapi.json describes, and none besides', () => {
    const paths = Object.entries<Record<string, { security: { token?: string[] }[] }>>(
      JSON.parse(readFileSync('docs/openapi.json', 'utf8')).paths,
    );
    const described = paths.flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { security }]) => [`${method.toUpperCase()} ${path}`, security[0]?.token]),
    );
    const routes = stack.ofType('AWS::ApiGatewayV2::Route').map(({ Properties }) => Properties);
    const routed = routes
      // These stand for a trailing slash.
      .filter(({ RouteKey }) => !String(RouteKey).endsWith('/{proxy+}'))
      // The console is a page, and no part of the API.
      .filter(({ RouteKey }) => !String(RouteKey).startsWith('GET /console'))
      .map(({ RouteKey, AuthorizationScopes }) => [RouteKey, AuthorizationScopes]);
    expect(Object.fromEntries(routed)).toEqual(Object.fromEntries(described));
  });
}
