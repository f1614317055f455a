import { until } from '../faults/telling.ts';
import { dashboard } from '../stack/dashboard.ts';
import { violations } from '../stack/invariants.ts';
import { type Call, type Stack, startStack } from '../stack/stack.ts';
import { readWorld } from '../stack/world.ts';

const DAY = 24 * 3600;

describe('sweep-events', () => {
  let stack: Stack;
  let stripe: ReturnType<typeof dashboard>;
  beforeAll(async () => {
    stack = await startStack();
    stripe = dashboard(stack);
    await stack.sandbox('POST', '/webhooks', { mode: 'hold' });
  });
  afterAll(() => stack.stop());
  afterEach(async () => {
    expect(violations(await readWorld(stack))).toEqual([]);
  });

  const sweep = async () => {
    const report = await stack.control$('POST', '/schedules/sweep-events/run');
    await stack.settle();
    return report;
  };
  const emails = async () =>
    ((await stack.call('GET', '/customers?limit=100')).body['data'] as { email: string }[]).map(({ email }) => email);

  it('finds what no webhook ever told: births, changes and deletions, past the first page of events', async () => {
    const born = await Promise.all(
      Array.from({ length: 130 }, (_, n) => stripe.customers.create({ email: `lost${n}@example.com` })),
    );
    await stripe.customers.update(born[0]?.id ?? '', { email: 'changed@example.com' });
    await stripe.customers.del(born[1]?.id ?? '');
    expect(await sweep()).toMatchObject({ pokes: 132, complete: true });

    expect((await readWorld(stack)).customers.filter(({ status }) => status === 'active')).toHaveLength(129);
    expect(await emails()).not.toContain('lost1@example.com');
    expect((await stack.call('GET', '/customers?email=changed@example.com')).body['data']).toHaveLength(1);
  });

  it('reads on from where it was, and again what lies close before', async () => {
    await stack.control$('POST', '/clock', { advance_seconds: DAY });
    await sweep();
    const { id } = await stripe.customers.create({ email: 'later@example.com' });
    expect(await sweep()).toMatchObject({ complete: true, age_seconds: expect.any(Number) });
    expect((await readWorld(stack)).syncs.map(({ externalId }) => externalId)).toContain(id);
    expect(Number((await sweep())['pokes'])).toBeLessThanOrEqual(2);
  });

  it('tells for how long webhooks have been silent, until one comes', async () => {
    await stack.control$('POST', '/clock', { advance_seconds: DAY });
    await sweep();
    await stripe.customers.create({ email: 'unheard@example.com' });
    await stack.control$('POST', '/clock', { advance_seconds: 700 });
    const silence = Number((await sweep())['silence_seconds']);
    expect(silence).toBeGreaterThanOrEqual(700);
    expect(silence).toBeLessThan(DAY);

    await stack.sandbox('POST', '/webhooks', { mode: 'deliver' });
    await stripe.customers.create({ email: 'heard@example.com' });
    await stack.settle();
    await stack.sandbox('POST', '/webhooks', { mode: 'hold' });
    expect(Number((await sweep())['silence_seconds'])).toBeLessThan(60);
  });

  it('is one at a time', async () => {
    const slow = { service: 'stripe', action: 'GET /v1/events', kind: 'delay', delay_ms: 6_000 };
    await stack.control$('POST', '/faults', slow);
    const first = sweep();
    const isSlow = ({ fault, duration_ms }: Call) => fault === 'delay' && duration_ms === null;
    await until(async () => (await stack.calls()).some(isSlow), 'the first one waits for Stripe');
    expect(await stack.control$('POST', '/schedules/sweep-events/run')).toEqual({ skipped: true });
    await stack.control$('DELETE', '/faults');
    expect(await first).not.toHaveProperty('skipped');
  });

  it('keeps its position while Stripe does not answer, and goes on later', async () => {
    await stripe.customers.create({ email: 'outage@example.com' });
    await stack.control$('POST', '/faults', { service: 'stripe', kind: 'error', status: 503, times: 100 });
    await sweep().catch(() => undefined);
    await stack.control$('DELETE', '/faults');
    await sweep();
    expect((await stack.call('GET', '/customers?email=outage@example.com')).body['data']).toHaveLength(1);
  });

  it('says so when it comes after Stripe has forgotten events', async () => {
    const before = await sweep();
    await stack.control$('POST', '/clock', { advance_seconds: 31 * DAY });
    expect(await sweep()).toMatchObject({ unread_since: before['through'] });
    // Until both sides have been compared in full.
    expect(await sweep()).toMatchObject({ unread_since: before['through'] });
  });
});
