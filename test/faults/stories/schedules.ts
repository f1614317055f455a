import { createHash } from 'node:crypto';
import { beginUnstarted } from '../../operate/stories.ts';
import { dashboard } from '../../stack/dashboard.ts';
import type { Stack } from '../../stack/stack.ts';
import { putItem, readWorld } from '../../stack/world.ts';
import { advance, fault } from '../telling.ts';
import { createFailed } from './operators.ts';
import { createCustomer, type Story } from './story.ts';

const [MINUTE, DAY] = [60, 86_400];
/** Who was killed holds the lease of its schedule until then. */
const LONGEST_LEASE_SECONDS = 17 * MINUTE;

/** A schedule fires, and has something to do. */
function schedule(
  name: string,
  prepare: (stack: Stack, n: string) => Promise<unknown>,
  end?: (stack: Stack, run: () => Promise<unknown>) => Promise<string[]>,
): Story {
  return {
    name: `schedule ${name}`,
    async prepare(stack, n) {
      await prepare(stack, n);
      const run = () => stack.control$('POST', `/schedules/${name}/run`);
      const next = async () => {
        await advance(stack, LONGEST_LEASE_SECONDS);
        return run();
      };
      return { act: run, takeOver: run, ...(end && { end: () => end(stack, next), isOnlyAsked: true as const }) };
    },
  };
}

async function leaveOver(stack: Stack, n: string): Promise<void> {
  const body = { name: 'Story', email: `story-${n}@example.com` };
  await stack.call('POST', '/customers', { body, headers: { 'idempotency-key': `story-${n}` } });
  await stack.settle();
  const claimed = createHash('sha256').update(`nobody-${n}@example.com`).digest('hex');
  await putItem(stack, { pk: `EMAIL#${claimed}`, sk: 'CLAIM', state: 'held', customerId: 'nobody' });
  await putItem(stack, { pk: 'LEASE#of a job', sk: 'LEASE', owner: 'dead', fence: 7, expiresAtMs: Date.now() });
  await advance(stack, DAY + MINUTE);
}

/** The world says whether what was owed has been done; what is left over besides is looked for here. */
async function leftOver(stack: Stack, run: () => Promise<unknown>): Promise<string[]> {
  await run();
  await stack.settle();
  const { items } = await readWorld(stack);
  const keys = items.filter(({ sk }) => sk === 'KEY');
  const leases = items.filter(({ sk, owner }) => sk === 'LEASE' && owner !== undefined);
  return [...keys, ...leases].map(({ pk }) => `${pk} is left over.`);
}

export const BY_SCHEDULES: readonly Story[] = [
  schedule('sweep-operations', async (stack, n) => {
    await beginUnstarted(stack, `operation-${n}@example.com`);
    await fault(stack, { service: 'sqs', kind: 'error', status: 400, times: 10 });
    await stack.call('POST', '/customers', { body: { name: 'Not poked', email: `poke-${n}@example.com` } });
    await stack.control$('DELETE', '/faults');
    await advance(stack, MINUTE + 1);
  }),
  schedule('retry-failed-syncs', async (stack, n) => {
    await createFailed(stack, n);
    await advance(stack, MINUTE);
  }),
  schedule('sweep-events', async (stack, n) => {
    const { externalId } = await createCustomer(stack, n);
    await stack.settle();
    await stack.sandbox('POST', '/webhooks', { mode: 'hold' });
    await dashboard(stack).customers.update(externalId, { name: 'There' });
    await dashboard(stack).customers.create({ name: 'Born', email: `born-${n}@example.com` });
    await stack.sandbox('POST', '/webhooks', { mode: 'deliver' });
  }),
  schedule('cleanup', leaveOver, leftOver),
  schedule(
    'validate-consistency',
    async (stack, n) => {
      await createCustomer(stack, n);
      await stack.settle();
      await advance(stack, DAY);
    },
    async (_, run) => {
      const report = (await run()) as { consistent?: boolean };
      return report.consistent === true ? [] : [`The report is ${JSON.stringify(report)}`];
    },
  ),
];
