import { contextOf } from '../../local/context.ts';
import { synthesize } from '../../local/synth.ts';
import { ASYNC, advance, fault, PROTECTED, SAGA, until } from '../faults/telling.ts';
import { type Stack, startStack } from '../stack/stack.ts';
import { createTwins } from '../two-way/told.ts';
import { CANARY, deadBodies, executions, flyEverywhere, keys } from './canary.ts';
import { useEverything } from './uses.ts';

const SCOPES = ['customers:read', 'customers:write', 'customers:admin'];

/** The operator's page: open, and no part of the API that docs/openapi.json describes. */
const CONSOLE = ['/console', '/console/nobody'];

type Route = { readonly method: string; readonly path: string; readonly scopes: readonly string[] };
type Permission = {
  readonly holder: string;
  readonly action: string;
  readonly resource: string;
  readonly used: number;
};

/** What Lambda and Step Functions do in a role by themselves, to write logs and traces: no call of ours shows here. */
const BY_SERVICES = [
  'logs:CreateLogDelivery',
  'logs:CreateLogStream',
  'logs:DeleteLogDelivery',
  'logs:DescribeLogGroups',
  'logs:DescribeResourcePolicies',
  'logs:GetLogDelivery',
  'logs:ListLogDeliveries',
  'logs:PutLogEvents',
  'logs:PutResourcePolicy',
  'logs:UpdateLogDelivery',
  'xray:GetSamplingRules',
  'xray:GetSamplingTargets',
  'xray:PutTelemetryRecords',
  'xray:PutTraceSegments',
];

/** The functions that have the key of those that only read in Stripe. */
const READERS = ['delete-customer', 'sweep-events', 'validate-consistency'].map((name) => `concord-local-${name}`);

/** Those of the very template that runs: the runner has put it on its shelf. */
async function routesOfTemplate(): Promise<readonly Route[]> {
  const { template, release } = await synthesize(process.cwd(), contextOf({ useSandbox: true }));
  release();
  return Object.values(template.Resources)
    .filter(({ Type }) => Type === 'AWS::ApiGatewayV2::Route')
    .map(({ Properties }) => {
      const { RouteKey, AuthorizationScopes: scopes = [] } = Properties as unknown as {
        RouteKey: string;
        AuthorizationScopes?: string[];
      };
      const [method = '', path = ''] = RouteKey.split(' ');
      return { method, path: path.replace(/\{\w+\+\}/, '').replace(/\{\w+\}/g, 'nobody'), scopes };
    });
}

describe('access', () => {
  let stack: Stack;
  let routes: readonly Route[];
  let log = '';
  beforeAll(async () => {
    stack = await startStack();
    routes = await routesOfTemplate();
    stack.process.stderr?.on('data', (chunk) => {
      log += chunk;
    });
  }, 120_000);
  afterAll(() => stack.stop());

  const tokenOf = async (request: object) => String((await stack.control$('POST', '/tokens', request))['token']);
  const statusOf = async ({ method, path }: Route, token?: string) =>
    (
      await stack.call(method, path, {
        headers: { authorization: token === undefined ? '' : `Bearer ${token}` },
        ...(method !== 'GET' && { body: {} }),
      })
    ).status;

  it('to every route but the open ones needs a token of the issuer that has not expired, with a scope of the route', async () => {
    const guarded = routes.filter(({ scopes }) => scopes.length > 0);
    expect(routes.filter((route) => !guarded.includes(route)).map(({ path }) => path)).toEqual([
      '/health',
      '/openapi.json',
      ...CONSOLE,
    ]);
    await stack.control$('DELETE', '/calls');
    const [expired, foreign] = await Promise.all([
      tokenOf({ scopes: SCOPES, expires_in_seconds: -60 }),
      tokenOf({ scopes: SCOPES, issuer: 'https://elsewhere.example/' }),
    ]);
    for (const route of guarded) {
      const wrong = await tokenOf({ scopes: SCOPES.filter((scope) => !route.scopes.includes(scope)) });
      const statuses = await Promise.all([undefined, expired, foreign, wrong].map((token) => statusOf(route, token)));
      expect([route.method, route.path, ...statuses]).toEqual([route.method, route.path, 401, 401, 401, 403]);
    }
    // Whoever is turned away costs nothing: no function has run.
    expect(await stack.calls()).toEqual([]);
  });

  it('is given by any one scope of the route', async () => {
    for (const route of routes.filter(({ path }) => !CONSOLE.includes(path))) {
      const status = await statusOf(route, await tokenOf({ scopes: route.scopes }));
      expect([route.method, route.path, status < 500 && status !== 401 && status !== 403]).toEqual([
        route.method,
        route.path,
        true,
      ]);
    }
    await stack.settle();
  });

  it('of the functions is what they use: nothing is denied, and no grant is without use', async () => {
    await stack.control$('DELETE', '/calls');
    await useEverything(stack);
    const { permissions, denials } = (await stack.control$('GET', '/permissions')) as unknown as {
      permissions: Permission[];
      denials: string[];
    };
    expect(denials).toEqual([]);
    // Of two that allow the same, neither would be missed.
    const said = permissions
      .filter(({ holder }) => holder.includes('Role'))
      .map(({ used: _, ...grant }) => JSON.stringify(grant));
    expect(said).toEqual([...new Set(said)]);
    const unused = permissions.filter(({ used }) => used === 0);
    const isByService = ({ action }: Permission) => BY_SERVICES.includes(action);
    expect(unused.filter((permission) => !isByService(permission))).toEqual([]);
    // The record does tell grants that nothing made use of.
    expect([...new Set(unused.map(({ action }) => action))].sort()).toEqual(BY_SERVICES);
  }, 240_000);

  it('to Stripe is for reading only, where the key need not be able to write', async () => {
    const asked = (await stack.calls()).filter(({ service }) => service === 'stripe');
    const byReaders = asked.filter((call) => READERS.includes(call.function));
    expect([...new Set(byReaders.map((call) => call.function))].sort()).toEqual(READERS);
    expect(byReaders.filter(({ action }) => !action.startsWith('GET '))).toEqual([]);
  });

  /** What functions have told in their logs, a line each, that tells of all of these. */
  const linesWith = (...told: readonly string[]) =>
    log.split('\n').filter((line) => told.every((text) => line.includes(text)));

  it('to Stripe is told from the caller’s request on: by the operation, to Stripe’s own request', async () => {
    const body = { name: 'Followed', email: 'followed@example.com' };
    const reply = await stack.call('POST', '/customers', { body, headers: ASYNC });
    await stack.settle();
    const place = String(reply.headers.get('location'));
    const { steps } = (await stack.call('GET', place)).body as unknown as { steps: { stripe_request_id: string }[] };
    const requestId = String(reply.headers.get('apigw-requestid'));
    const asked = String(steps[0]?.stripe_request_id);
    expect([place, requestId, asked]).toEqual([
      ...[expect.stringMatching(/^\/operations\/./), expect.stringMatching(/^[\da-f-]{36}$/)],
      expect.stringMatching(/^req_/),
    ]);
    await until(async () => linesWith(asked).length > 0, 'the answer of Stripe is told');
    expect(linesWith('Answered.', requestId, place)).toHaveLength(1);
    expect(linesWith('Stripe answered.', place.replace('/operations/', ''), asked)).toHaveLength(1);
  });

  it('to Stripe by a key that it no longer takes is by the present one at the next request', async () => {
    const { path } = await createTwins(stack, 'rolled@example.com');
    const keysRead = async () =>
      (await stack.calls()).filter((call) => call.function === SAGA && call.service === 'secrets').length;
    await advance(stack, 11);
    await stack.control$('DELETE', '/calls');
    await fault(stack, { function: SAGA, service: 'stripe', kind: 'error', status: 401 });
    const reply = await stack.call('PATCH', path, { body: { name: 'Rolled' }, headers: PROTECTED });
    // Refused before it had any effect, and asked again: the caller notices nothing.
    expect(reply.status).toBe(200);
    expect(await keysRead()).toBeGreaterThan(0);
    await stack.control$('DELETE', '/calls');
    await stack.call('PATCH', path, { body: { name: 'Not rolled' }, headers: PROTECTED });
    expect(await keysRead()).toBe(0);
    await stack.settle();
  });

  it('to Stripe that is asked again is no failure: it is told as what happens, and not by where it was thrown', async () => {
    await fault(stack, { function: SAGA, service: 'stripe', kind: 'error', status: 500 });
    const body = { name: 'Again', email: 'again@example.com' };
    expect((await stack.call('POST', '/customers', { body, headers: PROTECTED })).status).toBe(201);
    await stack.settle();
    expect(linesWith('The outcome is not known yet').length).toBeGreaterThan(0);
    const thrown = linesWith('"level":"ERROR"', '"errorType":"OutcomeUnknown"');
    expect(thrown.length).toBeGreaterThan(0);
    expect(thrown.filter((line) => /" +at /.test(line))).toEqual([]);
  });

  it('to a log, a queue, an execution or a key shows nothing personal', async () => {
    const { id, externalId } = await flyEverywhere(stack);
    const told = { dead: await deadBodies(stack), executions: await executions(stack), keys: await keys(stack), log };
    const personal = Object.entries(told).flatMap(([where, text]) =>
      text
        .split('\n')
        .filter((line) => line.toLowerCase().includes(CANARY))
        .map((line) => `${where}: ${line}`),
    );
    expect(personal).toEqual([]);
    // What is looked at does tell of the canary, by what is not personal.
    const seen = Object.entries(told).map(([where, text]) => [where, text.includes(id) || text.includes(externalId)]);
    expect(Object.fromEntries(seen)).toEqual({ dead: true, executions: false, keys: true, log: true });
    expect(told.executions).toContain('operationId');
    // In whose name a poke was sent: a caller's, who shows as a digest only, or the webhook's.
    const senders = told.dead.match(/(?<="MessageGroupId":")[^"]+/g);
    expect([...new Set(senders)].sort()).toEqual([expect.stringMatching(/^[\da-f]{16}$/), 'concord-local-webhook']);
  }, 240_000);
});
