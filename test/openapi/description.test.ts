import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type DescribedRoute, describeApi } from '../../lib/adapters/http/openapi/describe-api.ts';
import { PROBLEM_BASE, PROBLEMS } from '../../lib/adapters/http/render.ts';
import { ROUTES } from '../../lib/infra/routes.ts';
import { KIND_NAMES } from '../../lib/use-cases/repair/kinds/kinds.ts';
import { assertDescribed, type Exchange } from '../stack/described.ts';

const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
const describeRoutes = (routes: readonly DescribedRoute[]) => describeApi({ routes, kinds: KIND_NAMES, version });
const text = readFileSync('docs/openapi.json', 'utf8');

type ProblemSchema = { properties: { type: { const: string }; status: { const: number } } };

describe('the description of the API', () => {
  it('is that of the routes and schemas there are: `npm run openapi` makes it anew', () => {
    expect(`${JSON.stringify(describeRoutes(ROUTES), null, 2)}\n`).toBe(text);
  });

  it('is what the types of the client were made of: `npm run typed-client` makes them anew', () => {
    const [firstLine] = readFileSync('examples/typed-client/concord-api.d.ts', 'utf8').split('\n');
    expect(firstLine).toContain(createHash('sha256').update(text).digest('hex'));
  });

  it('cannot be made of a route that is not described, nor without one that is', () => {
    const more = [...ROUTES, { method: 'GET', path: '/customers/{id}/shoes', access: 'customers:read' }];
    expect(() => describeRoutes(more)).toThrow('The route GET /customers/{id}/shoes is not described.');
    const fewer = ROUTES.filter(({ path }) => path !== '/health');
    expect(() => describeRoutes(fewer)).toThrow('No route leads to what is described: GET /health.');
  });

  it('knows every problem with its status, but the one that only Stripe meets', () => {
    const schemas = Object.values(JSON.parse(text).components.schemas) as ProblemSchema[];
    const problems = schemas.filter(({ properties }) => properties?.type?.const?.startsWith(PROBLEM_BASE));
    expect(Object.fromEntries(problems.map(({ properties: { type, status } }) => [type.const, status.const]))).toEqual(
      Object.fromEntries(
        Object.entries(PROBLEMS)
          .filter(([type]) => type !== 'method-not-allowed')
          .map(([type, [status]]) => [`${PROBLEM_BASE}${type}`, status]),
      ),
    );
  });
});

describe('looking whether a reply is described', () => {
  const good = {
    method: 'DELETE',
    path: '/customers/some?cancel_subscriptions=true',
    request: { headers: new Headers() },
    reply: { status: 200, headers: json(), text: '{"id":"some","deleted":true}' },
  };
  const accepted = '{"operation_id":"some","status":"running"}';
  const problem = new Headers({ 'content-type': 'application/problem+json' });

  it('finds nothing wrong in one that is', () => {
    expect(assertDescribed(good)).toBe('DELETE /customers/{id}');
    expect(assertDescribed({ ...good, path: '/nowhere', reply: { ...good.reply, status: 404 } })).toBeUndefined();
  });

  it.each<[string, Partial<Exchange>, string]>([
    ['a status', { reply: { ...good.reply, status: 204 } }, 'this status'],
    ['a type', { reply: { ...good.reply, headers: problem } }, 'the type application/problem+json'],
    ['a field', { reply: { ...good.reply, text: '{"id":"some","deleted":true,"more":1}' } }, 'additional properties'],
    ['a missing field', { reply: { ...good.reply, text: '{"id":"some"}' } }, "required property 'deleted'"],
    ['a missing header', { reply: { status: 202, headers: json(), text: accepted } }, 'without Location'],
    [
      'a header’s value',
      { reply: { status: 202, headers: json({ location: '/elsewhere', 'retry-after': '2' }), text: accepted } },
      'Location: /elsewhere',
    ],
    [
      'the problem of another status',
      { reply: { status: 404, headers: problem, text: `{"type":"${PROBLEM_BASE}email-taken"}` } },
      'this body',
    ],
    ['a parameter that was taken', { path: '/customers/some?colour=red' }, 'the parameter colour'],
    [
      'a parameter’s value that was taken',
      { path: '/customers/some?cancel_subscriptions=3' },
      'cancel_subscriptions: 3',
    ],
    ['a route', { path: '/nowhere' }, 'that of a route that there is not'],
    [
      'a body that was taken',
      {
        ...{
          method: 'POST',
          path: '/customers/data-consistency/fix',
          request: { body: { dry_run: 7 }, headers: json() },
        },
        reply: {
          status: 202,
          headers: json({ location: '/customers/data-consistency/runs/some', 'retry-after': '5' }),
          text: '{"run_id":"some","kind":"fix","status":"running"}',
        },
      },
      'the body of this request',
    ],
  ])('tells of %s, which is not described', (_what, part, told) => {
    expect(() => assertDescribed({ ...good, ...part })).toThrow(told);
  });

  function json(more: Record<string, string> = {}): Headers {
    return new Headers({ 'content-type': 'application/json', ...more });
  }
});
