import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { PROTECTED, park, problemOf } from '../operate/stories.ts';
import { dashboard } from '../stack/dashboard.ts';
import { describedKeys, operationAt } from '../stack/described.ts';
import { type Reply, type Stack, startStack } from '../stack/stack.ts';
import { createTwins } from '../two-way/told.ts';

/** `call` itself compares each request and reply with the description; what is told here is that none is left out. */
describe('every operation that is described', () => {
  let stack: Stack;
  const succeeded = new Set<string>();
  beforeAll(async () => {
    stack = await startStack();
  });
  afterAll(() => stack.stop());

  async function call(method: string, path: string, body?: unknown, headers = {}): Promise<Reply> {
    const reply = await stack.call(method, path, { ...(body !== undefined && { body }), headers });
    if (reply.status < 300) succeeded.add(String(operationAt(method, path)?.routeKey));
    return reply;
  }
  const told = async (method: string, path: string, body?: unknown, headers = {}) =>
    problemOf(await call(method, path, body, headers));

  it('gives the description itself, to whoever asks', async () => {
    const reply = await call('GET', '/openapi.json');
    expect(reply.body).toEqual(JSON.parse(readFileSync('docs/openapi.json', 'utf8')));
    const [health, description] = await Promise.all(
      ['health', 'openapi.json'].map((at) => fetch(`${stack.api}/${at}`)),
    );
    expect([health?.status, description?.status]).toEqual([200, 200]);
    await call('GET', '/health');
  });

  it('changes customers, and refuses to, as described', async () => {
    const ann = { name: 'Ann', email: 'ann@example.com' };
    const keyed = { ...PROTECTED, 'idempotency-key': '"ann"' };
    const { body } = await call('POST', '/customers', ann, keyed);
    expect((await call('POST', '/customers/', ann, keyed)).headers.get('idempotency-replayed')).toBe('true');
    expect(await told('POST', '/customers', { ...ann, name: 'Other' }, keyed)).toEqual([422, 'idempotency-key-reused']);
    expect(await told('POST', '/customers', ann)).toEqual([409, 'email-taken']);
    const rejected = { name: 'Rejected', email: 'no@rejected.example' };
    expect(await told('POST', '/customers', rejected, PROTECTED)).toEqual([422, 'stripe-rejected']);
    const at = `/customers/${body['id']}`;
    expect((await call('PUT', at, { ...ann, name: 'Anna' }, { 'if-match': '"1"' })).body['version']).toBe(2);
    expect(await told('PATCH', at, { name: 'Late' }, { 'if-match': '"1"' })).toEqual([412, 'version-mismatch']);
    await call('PATCH', at, { name: 'Anne' }, { ...PROTECTED, prefer: 'respond-async' });
    await stack.settle();
    for (const path of ['', '/audit?limit=1', '/sync-health', '/sides']) await call('GET', `${at}${path}`);
    await call('GET', '/customers/?limit=1&sync_status=synced');
    expect((await call('POST', `${at}/resolve-conflict`, { keep: 'catalog' })).status).toBe(200);
    expect((await call('DELETE', `${at}?cancel_subscriptions=false`)).status).toBe(200);
    for (const method of ['GET', 'DELETE']) expect(await told(method, at)).toEqual([404, 'not-found']);
    await stack.settle();
  });

  it('links a customer that has no twin', async () => {
    const refused = { service: 'stripe', action: 'POST /v1/customers', kind: 'error', status: 400 };
    await stack.control$('POST', '/faults', refused);
    const { body } = await call('POST', '/customers', { name: 'Alone', email: 'alone@example.com' });
    await stack.settle();
    await stack.sandbox('POST', '/webhooks', { mode: 'hold' });
    const { id } = await dashboard(stack).customers.create({ name: 'Alone' });
    const link = `/customers/${body['id']}/link`;
    expect((await call('POST', link, { external_id: id })).status).toBe(200);
    await stack.sandbox('POST', '/webhooks', { mode: 'deliver' });
    const twins = await createTwins(stack, 'twin@example.com');
    expect(await told('POST', link, { external_id: twins.externalId })).toEqual([409, 'already-linked']);
  });

  it('follows operations, and tries again what needs attention', async () => {
    const { operation } = await park(stack, 'parked@example.com');
    await call('GET', '/operations?status=needs_attention&limit=1');
    await call('GET', `/operations/${operation.id}`);
    expect((await call('POST', `/operations/${operation.id}/retry`)).status).toBe(202);
    await stack.settle();
    expect(await told('POST', '/operations/nothing/retry')).toEqual([404, 'not-found']);
  });

  it('tells how it is, compares both sides and repairs', async () => {
    await call('GET', '/customers/integration-health/stripe');
    expect(await told('GET', '/customers/integration-health/other')).toEqual([404, 'not-found']);
    await call('POST', '/customers/retry-failed-syncs?integration_name=stripe');
    await call('POST', '/customers/redrive-dead-letters');
    await call('GET', '/actions');
    await call('GET', '/customers/data-consistency/validate');
    await call('POST', '/customers/data-consistency/fix', { dry_run: true, kinds: ['name-drift'] });
    await call('POST', '/customers/cleanup-orphaned?dry_run=true');
    await stack.control$('POST', '/schedules/validate-consistency/run');
    await call('GET', '/customers/data-consistency/runs/last');
    expect((await told('GET', '/customers/data-consistency/validate?colour=red')).slice(0, 2)).toEqual([
      400,
      'validation',
    ]);
  });

  it('lets in whom it says', async () => {
    const read = { authorization: `Bearer ${stack.tokens.read}` };
    expect((await call('GET', '/operations', undefined, read)).status).toBe(403);
    expect((await call('GET', '/operations', undefined, { authorization: 'Bearer none' })).status).toBe(401);
  });

  it('is one that a client with its types can call', async () => {
    const script = 'examples/typed-client/script.ts';
    const { stdout } = await promisify(execFile)(process.execPath, [script, stack.control]);
    expect(stdout.trim().split('\n')).toEqual([
      expect.stringMatching(/^created {2}\S+, in Stripe cus_\w+$/),
      'refused  email-taken: another customer has it',
      'changed  "2"; refused version-mismatch: read it again',
      'listed   John Q. Doe',
      'deleted  true',
    ]);
  });

  it('has succeeded in these tests', () => {
    expect([...succeeded].sort()).toEqual([...describedKeys].sort());
  });
});
