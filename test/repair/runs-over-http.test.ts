import { dashboard } from '../stack/dashboard.ts';
import { withPlantedBug } from '../stack/planted-bug.ts';
import type { Stack } from '../stack/stack.ts';
import { createTwins } from '../two-way/told.ts';
import { MANY } from './at-size.ts';

const DATA_CONSISTENCY = '/customers/data-consistency';

/** The run that has the answer of a call, when it has ended. */
async function ended(stack: Stack, method: string, path: string) {
  const reply = await stack.call(method, path);
  const place = String(reply.headers.get('location'));
  expect([reply.status, place]).toEqual([202, expect.stringMatching(`^${DATA_CONSISTENCY}/runs/[\\w-]+$`)]);
  await stack.settle();
  return (await stack.call('GET', place)).body;
}

const kindsOf = (issues: unknown) => (issues as { kind: string }[]).map(({ kind }) => kind).sort();

describe('comparing and repairing at size, over HTTP', () => {
  it('is a run that is followed to its end, whatever dies on its way', async () => {
    await withPlantedBug(MANY, async (stack) => {
      const stripe = dashboard(stack);
      const [named] = [await createTwins(stack, 'run0@example.com'), await createTwins(stack, 'run1@example.com')];
      for (let count = 2; count < 5; count += 1) await createTwins(stack, `run${count}@example.com`);
      await stack.sandbox('POST', '/webhooks', { mode: 'hold' });
      await stripe.customers.update(named.externalId, { name: 'Renamed in Stripe' });
      const metadata = { concord_stage: 'local', concord_operation_id: 'x', concord_customer_id: 'nobody' };
      await stripe.customers.create({ metadata });
      await stack.control$('POST', '/clock', { advance_seconds: 3600 });

      // Begun, and never started: another call is told of the same run, and something else has to wait.
      const lost = {
        function: 'concord-local-maintenance',
        service: 'states',
        action: 'StartExecution',
        kind: 'kill-before',
      };
      await stack.control$('POST', '/faults', lost);
      expect((await stack.call('GET', `${DATA_CONSISTENCY}/validate`)).status).toBeGreaterThanOrEqual(500);
      const joined = await stack.call('GET', `${DATA_CONSISTENCY}/validate`);
      expect([joined.status, joined.body]).toMatchObject([202, { kind: 'validate', status: 'running' }]);
      expect((await stack.call('POST', `${DATA_CONSISTENCY}/fix`)).status).toBe(409);
      const place = String(joined.headers.get('location'));
      expect((await stack.call('GET', place)).body).toMatchObject({ status: 'running', progress: 0 });

      // The sweep starts it, and a step dies with half of its notes written.
      const halfWay = {
        function: 'concord-local-reconcile',
        service: 'dynamodb',
        action: 'BatchWriteItem',
        kind: 'kill-after',
      };
      await stack.control$('POST', '/faults', halfWay);
      await stack.control$('POST', '/clock', { advance_seconds: 120 });
      await stack.control$('POST', '/schedules/sweep-operations/run');
      await stack.settle();
      // The step is tried again after a while.
      await stack.control$('POST', '/clock', { advance_seconds: 10 });
      await stack.settle();
      expect((await stack.calls()).filter(({ fault }) => fault === 'kill-after')).toHaveLength(1);
      const run = (await stack.call('GET', place)).body;
      expect(run).toMatchObject({
        ...{ kind: 'validate', status: 'done', progress: 1, consistent: false, catalog_customers: 5 },
        ...{ stripe_customers: 6, issue_count: 2, next_cursor: null },
      });
      expect(kindsOf(run['issues'])).toEqual(['name-drift', 'stripe-orphan']);

      const fixed = await ended(stack, 'POST', `${DATA_CONSISTENCY}/fix`);
      expect(fixed).toMatchObject({ kind: 'fix', status: 'done', dry_run: false, skipped: [], failed: [] });
      expect(kindsOf(fixed['fixed'])).toEqual(['name-drift', 'stripe-orphan']);
      expect((await stack.call('GET', named.path)).body['name']).toBe('Renamed in Stripe');
      expect(await ended(stack, 'POST', '/customers/cleanup-orphaned')).toMatchObject({
        found: 0,
        cleaned: 0,
        kept: [],
      });

      const scheduled = await stack.control$('POST', '/schedules/validate-consistency/run');
      expect(JSON.stringify(scheduled)).toContain('run_id');
      await stack.settle();
      const last = (await stack.call('GET', `${DATA_CONSISTENCY}/runs/last`)).body;
      expect(last).toMatchObject({ status: 'done', consistent: true, catalog_customers: 5, stripe_customers: 5 });

      const headers = { authorization: `Bearer ${stack.tokens.write}` };
      expect((await stack.call('GET', place, { headers })).status).toBe(403);
      expect((await stack.call('GET', `${place}?cursor=x`)).status).toBe(400);
      expect((await stack.call('GET', `${DATA_CONSISTENCY}/runs/no-such-run`)).status).toBe(404);
    });
  }, 240_000);
});
