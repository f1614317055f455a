import { violations } from '../stack/invariants.ts';
import { type Stack, startStack } from '../stack/stack.ts';
import { readWorld } from '../stack/world.ts';

describe('an execution that ends early', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack();
  });
  afterAll(() => stack.stop());

  it('leaves its operation due at once, and the sweep ends it', async () => {
    await stack.control$('POST', '/faults', { service: 'stripe', kind: 'error', status: 500, times: 10_000 });
    const reply = await stack.call('POST', '/customers', {
      body: { name: 'Early', email: 'early@example.com' },
      headers: { 'x-use-integrity-protection': 'true', prefer: 'respond-async' },
    });
    const location = reply.headers.get('location') ?? '';
    // Undo waits for Stripe, until the execution itself times out.
    for (let passed = 0; passed < 6; passed += 1) {
      await stack.settle();
      await stack.control$('POST', '/clock', { advance_seconds: 10 });
    }
    await stack.settle();
    expect((await stack.call('GET', location)).body['status']).toBe('compensating');
    await stack.control$('POST', '/clock', { advance_seconds: 12 * 3600 });
    await stack.settle();

    const { now } = await stack.control$('POST', '/clock', { advance_seconds: 0 });
    const [operation] = (await readWorld(stack)).operations;
    expect(operation?.['fence']).toBe(1);
    expect(Date.parse(String(operation?.['dueAt']))).toBeLessThanOrEqual(new Date(now as string).getTime());
    expect((await stack.calls()).some((call) => call.function === 'concord-local-execution-ended-early')).toBe(true);

    await stack.control$('DELETE', '/faults');
    await stack.control$('POST', '/schedules/sweep-operations/run');
    await stack.settle();
    expect((await stack.call('GET', location)).body['status']).toBe('compensated');
    expect(violations(await readWorld(stack))).toEqual([]);
  });

  it('is swept by one of two sweeps at once, and the other says so', async () => {
    const listing = { function: 'concord-local-sweep-operations', service: 'dynamodb', action: 'Query' };
    await stack.control$('POST', '/faults', { ...listing, kind: 'delay', delay_ms: 2000 });
    const sweep = () => stack.control$('POST', '/schedules/sweep-operations/run');
    const reports = await Promise.all([sweep(), sweep(), sweep()]);
    const skipped = reports.filter((report) => JSON.stringify(report).includes('"skipped":true'));
    expect(skipped.length).toBeGreaterThanOrEqual(1);
    expect(skipped.length).toBeLessThan(3);
  });
});
