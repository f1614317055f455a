import { dashboard } from '../stack/dashboard.ts';
import { type Stack, startStack } from '../stack/stack.ts';
import { beginUnstarted, PROTECTED, park, problemOf } from './stories.ts';

const TIME = expect.stringMatching(/^\d{4}-.*Z$/);

describe('the sync health of a customer', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack();
  });
  afterEach(() => stack.control$('DELETE', '/faults'));
  afterAll(() => stack.stop());

  async function create(email: string, headers = {}): Promise<string> {
    const reply = await stack.call('POST', '/customers', { body: { name: 'Healthy', email }, headers });
    expect(reply.status).toBe(201);
    return String(reply.body['id']);
  }

  const healthOf = (id: string) => stack.call('GET', `/customers/${id}/sync-health`);

  it('is good once both sides agree', async () => {
    const id = await create('agreed@example.com', PROTECTED);
    const { status, body } = await healthOf(id);
    expect(status).toBe(200);
    expect(body).toEqual({
      customer_id: id,
      healthy: true,
      integrations: {
        stripe: {
          status: 'synced',
          external_id: expect.stringMatching(/^cus_/),
          last_synced_at: TIME,
          last_attempt_at: TIME,
          retry_count: 0,
          next_retry_at: null,
          error: null,
          conflict: null,
        },
      },
      open_operation: null,
    });
  });

  it('tells of failed tries, and when the next one is; good again when one succeeds', async () => {
    const failure = { service: 'stripe', action: 'POST /v1/customers', kind: 'error', status: 500, times: 1000 };
    await stack.control$('POST', '/faults', failure);
    const id = await create('failing@example.com');
    await stack.settle();
    const failed = (await healthOf(id)).body as { integrations: { stripe: Record<string, unknown> } };
    const { now } = (await stack.control$('POST', '/clock', { advance_seconds: 0 })) as { now: string };
    expect(failed).toMatchObject({ healthy: false, open_operation: null });
    expect(failed.integrations.stripe).toMatchObject({ status: 'failed', external_id: null, last_synced_at: null });
    expect(failed.integrations.stripe).toMatchObject({ last_attempt_at: TIME, error: expect.any(String) });
    expect(Number(failed.integrations.stripe['retry_count'])).toBeGreaterThan(0);
    expect(Date.parse(String(failed.integrations.stripe['next_retry_at']))).toBeGreaterThan(Date.parse(now) - 60_000);

    await stack.quiesce();
    const stripe = { status: 'synced', retry_count: 0, next_retry_at: null, error: null };
    expect((await healthOf(id)).body).toMatchObject({ healthy: true, integrations: { stripe } });
  });

  it('names the operation that is under way', async () => {
    const { id, customer_id } = await beginUnstarted(stack, 'underway@example.com');
    expect((await healthOf(customer_id)).body).toMatchObject({
      healthy: false,
      integrations: { stripe: { status: 'pending', external_id: null, retry_count: 0, next_retry_at: null } },
      open_operation: { id, kind: 'create', status: 'running' },
    });
    await stack.quiesce();
    expect((await healthOf(customer_id)).body).toMatchObject({ healthy: true, open_operation: null });
  });

  it('names the operation that needs attention', async () => {
    const { operation } = await park(stack, 'parked@example.com');
    expect((await healthOf(operation.customer_id)).body).toMatchObject({
      healthy: false,
      open_operation: { id: operation.id, kind: 'create', status: 'needs_attention' },
    });
  });

  it('is not found, as the customer, when there is none or it is deleted', async () => {
    expect(problemOf(await healthOf('never-was'))).toEqual([404, 'not-found']);
    expect(problemOf(await healthOf('not%20an%20id'))).toEqual([404, 'not-found']);
    const id = await create('brief@example.com');
    await stack.call('DELETE', `/customers/${id}`);
    expect(problemOf(await healthOf(id))).toEqual([404, 'not-found']);
  });

  it('shows a deleted customer whose delete Stripe refuses', async () => {
    const id = await create('refused-delete@example.com');
    await stack.settle();
    const refusal = { service: 'stripe', action: 'DELETE /v1/customers/{id}', kind: 'error', status: 400 };
    await stack.control$('POST', '/faults', refusal);
    await stack.call('DELETE', `/customers/${id}`);
    await stack.settle();
    expect((await healthOf(id)).body).toMatchObject({ healthy: false, integrations: { stripe: { status: 'failed' } } });
    await stack.quiesce();
    expect(problemOf(await healthOf(id))).toEqual([404, 'not-found']);
  });

  it('is told from what both sides hold, field by field, and from what they agreed on', async () => {
    const id = await create('sides@example.com', PROTECTED);
    const sides = async () => (await stack.call('GET', `/customers/${id}/sides`)).body;
    const email = {
      catalog: 'sides@example.com',
      stripe: 'sides@example.com',
      base: 'sides@example.com',
      differs: false,
    };
    const both = await sides();
    expect(both).toEqual({
      ...{ customer_id: id, external_id: expect.stringMatching(/^cus_/), stripe: 'present' },
      fields: { name: { catalog: 'Healthy', stripe: 'Healthy', base: 'Healthy', differs: false }, email },
    });
    await stack.sandbox('POST', '/webhooks', { mode: 'hold' });
    const external = String(both['external_id']);
    await dashboard(stack).customers.update(external, { name: 'There' });
    const name = { catalog: 'Healthy', stripe: 'There', base: 'Healthy', differs: true };
    expect(await sides()).toMatchObject({ stripe: 'present', fields: { name, email } });
    await stack.control$('POST', '/faults', { service: 'stripe', kind: 'error', status: 500 });
    expect(problemOf(await stack.call('GET', `/customers/${id}/sides`))).toEqual([503, 'stripe-unavailable']);
    await dashboard(stack).customers.del(external);
    const gone = { catalog: 'Healthy', stripe: null, base: 'Healthy', differs: false };
    expect(await sides()).toMatchObject({ stripe: 'deleted', fields: { name: gone } });
    await stack.sandbox('POST', '/webhooks', { mode: 'deliver' });
    expect(problemOf(await stack.call('GET', '/customers/nobody/sides'))).toEqual([404, 'not-found']);
  });

  it('costs one read, and is for those who may read customers', async () => {
    const id = await create('read@example.com');
    await stack.settle();
    await stack.control$('DELETE', '/calls');
    const headers = { authorization: `Bearer ${stack.tokens.read}` };
    expect((await stack.call('GET', `/customers/${id}/sync-health`, { headers })).status).toBe(200);
    expect((await stack.calls()).map(({ action }) => action)).toEqual(['BatchGetItem']);
    const none = await stack.call('GET', `/customers/${id}/sync-health`, { headers: { authorization: '' } });
    expect(none.status).toBe(401);
  });
});
