import { type Stack, startStack } from '../stack/stack.ts';
import { makeInStripe, readOwnWorld, runImport } from './running-import.ts';

describe('the pace of an import', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack();
    await stack.sandbox('POST', '/webhooks', { mode: 'hold' });
  });
  afterAll(() => stack.stop());
  beforeEach(() => stack.control$('DELETE', '/calls'));

  const fill = async (name: string, count: number) => {
    for (let n = 0; n < count; n += 1) await makeInStripe(stack, { name, email: `${name}${n}@example.com` });
  };
  const requests = async () => {
    const calls = (await stack.calls()) as unknown as { function: string; service: string; at: string }[];
    return calls
      .filter((call) => call.function === 'script' && call.service === 'stripe')
      .map(({ at }) => Date.parse(at));
  };
  it.each([10, 40])('never asks Stripe more than %p times a second, all that follows included', async (rate) => {
    await fill(`paced-${rate}-`, rate);
    const { code, report } = await runImport(stack, ['--from', 'stripe', '--rate', String(rate)]);

    const times = await requests();
    expect(code).toBe(0);
    // Each is read twice, and marked.
    expect(times).toHaveLength(1 + 3 * rate);
    expect(report.stripe_requests).toBe(times.length);
    // A busy machine may bunch what was sent evenly, and never makes it faster as a whole.
    const seconds = ((times.at(-1) ?? 0) - (times[0] ?? 0)) / 1000;
    expect((times.length - 1) / seconds).toBeLessThanOrEqual(rate * 1.1);
  });

  it('pauses, and asks again, when Stripe says that it is too much', async () => {
    await fill('throttled-', 20);
    const before = (await readOwnWorld(stack)).stripe.length;
    for (const nth of [3, 4, 20]) {
      await stack.control$('POST', '/faults', { function: 'script', service: 'stripe', kind: 'throttle', nth });
    }
    const { code, report } = await runImport(stack, ['--from', 'stripe', '--rate', '100']);

    expect(code).toBe(0);
    expect(report.counts).toMatchObject({ imported: 20, owed: 0 });
    expect(report.stripe_requests).toBe(1 + 3 * 20 + 3);
    const times = await requests();
    expect(Math.max(...times.slice(1).map((at, index) => at - (times[index] ?? 0)))).toBeGreaterThan(500);
    expect((await readOwnWorld(stack)).stripe).toHaveLength(before);
  });

  it('says so when Stripe does not answer at all, and what was done stays done', async () => {
    await stack.control$('POST', '/faults', {
      ...{ function: 'script', service: 'stripe', action: 'GET /v1/customers', kind: 'error', status: 500 },
    });
    const { code, report } = await runImport(stack, ['--from', 'stripe']);
    expect([code, report.counts.seen]).toEqual([1, 0]);
    expect(report.stopped).toContain('Stripe does not answer');
  });
});
