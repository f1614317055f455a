import { hold } from '../faults/telling.ts';
import { violations } from '../stack/invariants.ts';
import { withPlantedBug } from '../stack/planted-bug.ts';
import { type Reply, type Stack, startStack } from '../stack/stack.ts';
import { readWorld } from '../stack/world.ts';
import { problemOf } from './stories.ts';

const CREATE = 'POST /v1/customers';
const REFUSAL = { service: 'stripe', action: CREATE, kind: 'error', status: 400, times: 1000 };
const OUTAGE = { ...REFUSAL, status: 500 };
const PATH = '/customers/retry-failed-syncs?integration_name=stripe';

async function createFailing(stack: Stack, emails: readonly string[], fault: object = REFUSAL): Promise<string[]> {
  await stack.control$('POST', '/faults', fault);
  const replies = await Promise.all(
    emails.map((email) => stack.call('POST', '/customers', { body: { name: 'Failing', email } })),
  );
  await stack.settle();
  return replies.map(({ body }) => String(body['id']));
}

const advance = (stack: Stack, seconds: number) => stack.control$('POST', '/clock', { advance_seconds: seconds });
const runSchedule = (stack: Stack) => stack.control$('POST', '/schedules/retry-failed-syncs/run');
const healthOf = async (stack: Stack, id: string) =>
  (
    (await stack.call('GET', `/customers/${id}/sync-health`)).body['integrations'] as {
      stripe: Record<string, unknown>;
    }
  ).stripe;
const creates = async (stack: Stack) => (await stack.calls()).filter(({ action }) => action === CREATE).length;

describe('retry-failed-syncs', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack();
  });
  afterEach(async () => {
    await stack.control$('DELETE', '/faults');
    await stack.call('POST', PATH);
    await stack.settle();
    expect(violations(await readWorld(stack))).toEqual([]);
  });
  afterAll(() => stack.stop());

  it.each([
    ['refused', REFUSAL],
    ['failed, their outcome unknown', OUTAGE],
  ])('tries at once, for an administrator, what Stripe has %s', async (name, fault) => {
    const ids = await createFailing(stack, [`a-${name.length}@example.com`, `b-${name.length}@example.com`], fault);
    const still = await stack.call('POST', PATH);
    expect([still.status, still.body]).toEqual([
      200,
      { integration: 'stripe', retried: 2, succeeded: 0, still_failing: 2, remaining: 0 },
    ]);
    await stack.control$('DELETE', '/faults');
    expect((await stack.call('POST', PATH)).body).toMatchObject({ retried: 2, succeeded: 2, still_failing: 0 });
    for (const id of ids) expect(await healthOf(stack, id)).toMatchObject({ status: 'synced', retry_count: 0 });
    expect((await stack.call('POST', PATH)).body).toMatchObject({ retried: 0, remaining: 0 });
  });

  it('by the schedule, waits for the backoff of each customer; the minute’s sweep leaves them to it', async () => {
    const [id = ''] = await createFailing(stack, ['patient@example.com']);
    await stack.control$('DELETE', '/faults');
    expect(await runSchedule(stack)).toMatchObject({ retried: 0, remaining: 0 });
    await advance(stack, 10);
    await stack.control$('POST', '/schedules/sweep-operations/run');
    await stack.settle();
    expect(await healthOf(stack, id)).toMatchObject({ status: 'failed' });
    expect(await runSchedule(stack)).toMatchObject({ retried: 1, succeeded: 1 });
    expect(await healthOf(stack, id)).toMatchObject({ status: 'synced' });
  });

  it('doubles the backoff with each try, and gives up for itself what Stripe goes on refusing', async () => {
    const [id = ''] = await createFailing(stack, ['hopeless@example.com']);
    const delays: number[] = [];
    for (let tries = 1; tries < 15; tries += 1) {
      const { next_retry_at: next, retry_count: count } = await healthOf(stack, id);
      expect(count).toBe(tries);
      const { now } = (await advance(stack, 0)) as { now: string };
      delays.push((Date.parse(String(next)) - Date.parse(now)) / 1000);
      await advance(stack, 3601);
      expect(await runSchedule(stack)).toMatchObject({ retried: 1, still_failing: 1 });
    }
    expect(delays[0]).toBeLessThanOrEqual(5);
    expect(delays[8]).toBeGreaterThan(5 * 2 ** 7 - 10);
    expect(await healthOf(stack, id)).toMatchObject({ status: 'failed', retry_count: 15, next_retry_at: null });
    await advance(stack, 24 * 3600);
    expect(await runSchedule(stack)).toMatchObject({ retried: 0, remaining: 0 });
    // It is still shown, and an administrator's call or an edit takes it up again.
    const failed = await stack.call('GET', '/customers?sync_status=failed');
    expect(failed.body['data']).toHaveLength(1);
    expect((await stack.call('POST', PATH)).body).toMatchObject({ retried: 1, still_failing: 1 });
    await stack.control$('DELETE', '/faults');
    await stack.call('PATCH', `/customers/${id}`, { body: { name: 'Hopeful' } });
    await stack.settle();
    expect(await healthOf(stack, id)).toMatchObject({ status: 'synced', retry_count: 0 });
  });

  it('never gives up on an outage', async () => {
    const [id = ''] = await createFailing(stack, ['outage@example.com'], OUTAGE);
    for (let tries = 1; tries < 18; tries += 1) {
      await advance(stack, 3601);
      expect(await runSchedule(stack)).toMatchObject({ retried: 1 });
    }
    expect(await healthOf(stack, id)).toMatchObject({ status: 'failed', next_retry_at: expect.any(String) });
  });

  it('takes 50 a call, the oldest first, and says how many are left', async () => {
    const [oldest = ''] = await createFailing(stack, ['oldest@example.com']);
    await createFailing(
      stack,
      Array.from({ length: 52 }, (_, n) => `many${n}@example.com`),
    );
    await stack.control$('DELETE', '/faults');
    const first = await stack.call('POST', PATH);
    expect(first.body).toEqual({ integration: 'stripe', retried: 50, succeeded: 50, still_failing: 0, remaining: 3 });
    expect(await healthOf(stack, oldest)).toMatchObject({ status: 'synced' });
    expect((await stack.call('POST', PATH)).body).toMatchObject({ retried: 3, succeeded: 3, remaining: 0 });
  });

  /** Two at once: what each is told, and how many requests Stripe gets of the one customer. */
  async function both(on: Stack): Promise<[unknown[], number]> {
    await createFailing(on, [`once-${Math.random()}@example.com`]);
    await on.control$('DELETE', '/faults');
    await on.control$('DELETE', '/calls');
    let first: Promise<Reply> | undefined;
    await hold(on, { service: 'stripe', action: CREATE }, async () => {
      first = on.call('POST', PATH);
    });
    const answers = await Promise.all([runSchedule(on), on.call('POST', PATH).then(({ body }) => body)]);
    await on.control$('DELETE', '/faults');
    return [[...answers, (await first)?.body], await creates(on)];
  }

  it('is one at a time, whoever asks', async () => {
    const [answers, requests] = await both(stack);
    expect(answers).toEqual([
      { skipped: true },
      { integration: 'stripe', retried: 0, succeeded: 0, still_failing: 0, remaining: 1, skipped: true },
      { integration: 'stripe', retried: 1, succeeded: 1, still_failing: 0, remaining: 0 },
    ]);
    expect(requests).toBe(1);
  });

  it('leaves what a killed one held to the next', async () => {
    await createFailing(stack, ['killed@example.com']);
    await stack.control$('DELETE', '/faults');
    const kill = { function: 'concord-local-retry-failed-syncs', service: 'stripe', kind: 'kill-after' };
    await stack.control$('POST', '/faults', kill);
    await advance(stack, 60);
    await runSchedule(stack).catch(() => undefined);
    await stack.quiesce();
    expect((await readWorld(stack)).stripe.filter(({ email }) => email === 'killed@example.com')).toHaveLength(1);
  });

  it('is for administrators, of an integration that there is', async () => {
    const headers = { authorization: `Bearer ${stack.tokens.write}` };
    expect((await stack.call('POST', PATH, { headers })).status).toBe(403);
    const other = await stack.call('POST', '/customers/retry-failed-syncs?integration_name=other');
    expect(problemOf(other)).toEqual([404, 'not-found']);
    const unknown = await stack.call('POST', '/customers/retry-failed-syncs?force=true');
    expect(problemOf(unknown)).toEqual([400, 'validation', '/force']);
  });

  it('would be two at a time without its lease', async () => {
    const bug = {
      file: 'lib/use-cases/sync/retry-failed-syncs.ts',
      guard: "deps.leases.tryAcquire(['retry-failed-syncs']",
      without: 'deps.leases.tryAcquire([deps.random.id()]',
    };
    await withPlantedBug(bug, async (planted) => {
      const [answers] = await both(planted);
      expect(answers.filter((answer) => (answer as { skipped?: boolean }).skipped === true)).toEqual([]);
    });
  });
});
