import { untilStatus } from '../../operate/stories.ts';
import { dashboard } from '../../stack/dashboard.ts';
import type { Stack } from '../../stack/stack.ts';
import { ASYNC, advance, expectStatus, fault } from '../telling.ts';
import { createCustomer, type Deed, type Story } from './story.ts';

const [HOUR, MOST_CALLS] = [3600, 6];
const CREATE = { service: 'stripe', action: 'POST /v1/customers' };

/** A create that was given up, and whose Stripe customer Stripe then refused to delete. */
async function park(stack: Stack, n: string): Promise<string> {
  const body = { name: 'Parked', email: `story-${n}@example.com` };
  await fault(stack, { ...CREATE, kind: 'lost-reply', times: 2 });
  await fault(stack, { ...CREATE, kind: 'error', nth: 3, times: 1000 });
  await fault(stack, { ...CREATE, action: 'DELETE /v1/customers/{id}', kind: 'error', status: 400, times: 1000 });
  const begun = await expectStatus(202, stack.call('POST', '/customers', { body, headers: ASYNC }));
  const id = String(begun.body['operation_id']);
  await untilStatus(stack, id, 'compensating');
  await stack.control$('DELETE', '/faults');
  await fault(stack, { ...CREATE, action: 'DELETE /v1/customers/{id}', kind: 'error', status: 400, times: 1000 });
  await untilStatus(stack, id, 'needs_attention');
  await stack.control$('DELETE', '/faults');
  return id;
}

/** A customer of the default mode that Stripe has refused for now. */
export async function createFailed(stack: Stack, n: string): Promise<void> {
  await fault(stack, { ...CREATE, kind: 'error', status: 400 });
  const body = { name: 'Refused at first', email: `story-${n}@example.com` };
  await expectStatus(201, stack.call('POST', '/customers', { body }));
  await stack.settle();
}

/** A customer that was renamed in Stripe, and of which nobody has told, and one in Stripe that nobody here has. */
async function drift(stack: Stack, n: string): Promise<void> {
  const { externalId } = await createCustomer(stack, n);
  await stack.settle();
  // A deployment knows how far it has read Stripe's events; a new one begins with those of the last hour.
  await stack.control$('POST', '/schedules/sweep-events/run');
  await stack.settle();
  await stack.sandbox('POST', '/webhooks', { mode: 'hold' });
  await dashboard(stack).customers.update(externalId, { name: 'Renamed in Stripe' });
  const metadata = { concord_stage: 'local', concord_operation_id: 'x', concord_customer_id: `nobody-${n}` };
  await dashboard(stack).customers.create({ metadata });
  await stack.sandbox('POST', '/webhooks', { mode: 'deliver' });
  await advance(stack, HOUR);
}

/** A maintenance call, made again in the end until it has got through and finds nothing more to do. */
function maintenance(stack: Stack, path: string, found: (body: Readonly<Record<string, unknown>>) => unknown): Deed {
  const call = () => stack.call('POST', path);
  return {
    act: call,
    takeOver: call,
    isOnlyAsked: true,
    async end() {
      let last = '';
      for (let calls = 0; calls < MOST_CALLS; calls += 1) {
        const { status, body, text, headers } = await call();
        await stack.settle();
        const place = headers.get('location');
        const report = status === 202 && place !== null ? (await stack.call('GET', place)).body : body;
        if (status < 300 && found(report) === 0) return [];
        last = `${status} ${text}`;
        await stack.quiesce();
      }
      return [`${path} has never done: ${last}`];
    },
  };
}

const FIX = '/customers/data-consistency/fix';
const lengthOf = (list: unknown) => (list as readonly unknown[] | undefined)?.length;
const fixed = ({ fixed, failed }: Readonly<Record<string, unknown>>) =>
  (lengthOf(fixed) ?? Number.NaN) + (lengthOf(failed) ?? Number.NaN);

export const BY_OPERATORS: readonly Story[] = [
  {
    name: 'retry of an operation',
    async prepare(stack, n) {
      const id = await park(stack, n);
      const retry = () => stack.call('POST', `/operations/${id}/retry`);
      return {
        act: retry,
        takeOver: retry,
        isOnlyAsked: true,
        async end() {
          // Who was told of no success asks again.
          const { body } = await stack.call('GET', `/operations/${id}`);
          if (body['status'] === 'needs_attention') await expectStatus(202, retry());
          await untilStatus(stack, id, 'compensated');
          return [];
        },
      };
    },
  },
  {
    name: 'retry of failed syncs',
    async prepare(stack, n) {
      await createFailed(stack, n);
      return maintenance(
        stack,
        '/customers/retry-failed-syncs',
        ({ retried, remaining }) => Number(retried) + Number(remaining),
      );
    },
  },
  {
    name: 'fix',
    async prepare(stack, n) {
      await drift(stack, n);
      return maintenance(stack, FIX, fixed);
    },
  },
  {
    name: 'cleanup of orphans',
    async prepare(stack, n) {
      await drift(stack, n);
      return maintenance(stack, '/customers/cleanup-orphaned', ({ cleaned }) => cleaned);
    },
  },
  {
    name: 'run of fix',
    isAtSize: true,
    async prepare(stack, n) {
      await createCustomer(stack, `${n}-first`);
      await stack.settle();
      // Who has compared before knows about how many there are, and does not prepare for the most that there can be.
      await stack.control$('POST', '/schedules/validate-consistency/run');
      for (let others = 0; others < 2; others += 1) await createCustomer(stack, `${n}-${others}`);
      await drift(stack, n);
      return maintenance(stack, FIX, fixed);
    },
  },
];
