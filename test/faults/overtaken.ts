import { isDeepStrictEqual } from 'node:util';
import type { Stack } from '../stack/stack.ts';
import { readWorld, type World } from '../stack/world.ts';
import type { Scenario } from './scenarios.ts';
import {
  ASYNC,
  advance,
  createCustomer,
  expectStatus,
  fault,
  hold,
  letGo,
  PROTECTED,
  SAGA,
  SYNC,
  sweep,
  until,
} from './telling.ts';

const COMMIT = { service: 'dynamodb', action: 'TransactWriteItems' };
/** Just longer than the longest lease of an operation, and than that of a run. */
const [LEASE_SECONDS, RUN_LEASE_SECONDS] = [361, 91];

/**
 * An owner is held up until its lease is over. Somebody else takes over and ends its work, and the customer is changed
 * again. Then the old owner goes on: it changes nothing.
 */
export const OVERTAKEN: Readonly<Record<string, Scenario>> = {
  'a protected create': (stack) => {
    const body = { name: 'Created', email: 'overtaken-create@example.com' };
    return overtakeSaga(stack, {
      heldAt: COMMIT,
      begin: () => stack.call('POST', '/customers', { body, headers: ASYNC }),
      changeAgain: (id) => edit(stack, id),
    });
  },

  'a protected create, about to be given up': (stack) => {
    const body = { name: 'Created', email: 'overtaken-give-up@example.com' };
    const request = { function: SAGA, service: 'stripe', action: 'POST /v1/customers' };
    return overtakeSaga(stack, {
      // Five requests fail. The first one was recorded as sent with the operation; the tenth write is to give up.
      heldAt: { ...COMMIT, nth: 10 },
      begin: async () => {
        const before = (await stack.calls()).length;
        await fault(stack, { ...request, kind: 'error', times: 5 });
        const reply = await stack.call('POST', '/customers', { body, headers: ASYNC });
        await until(async () => {
          await advance(stack, 1);
          return (await stack.calls()).slice(before).filter((call) => call.fault === 'error').length === 5;
        }, 'all requests have failed');
        return reply;
      },
      changeAgain: (id) => edit(stack, id),
    });
  },

  'a protected update': async (stack) => {
    const { path } = await createCustomer(stack, 'overtaken-update@example.com');
    return overtakeSaga(stack, {
      heldAt: COMMIT,
      begin: () => stack.call('PATCH', path, { body: { name: 'Old owner' }, headers: ASYNC }),
      changeAgain: (id) => edit(stack, id),
    });
  },

  'a protected update, on its way to Stripe': async (stack) => {
    const { path } = await createCustomer(stack, 'overtaken-request@example.com');
    return overtakeSaga(stack, {
      heldAt: { service: 'stripe', action: 'POST /v1/customers/{id}' },
      begin: () => stack.call('PATCH', path, { body: { name: 'Old owner' }, headers: ASYNC }),
      changeAgain: (id) => edit(stack, id),
    });
  },

  'a protected delete': async (stack) => {
    const { path, email } = await createCustomer(stack, 'overtaken-delete@example.com');
    return overtakeSaga(stack, {
      heldAt: COMMIT,
      begin: () => stack.call('DELETE', path, { headers: ASYNC }),
      // The email is free again, and somebody takes it.
      changeAgain: () => createCustomer(stack, email),
    });
  },

  'a run of the default mode': async (stack) => {
    const { id, path } = await createCustomer(stack, 'overtaken-run@example.com');
    const rename = (name: string) => expectStatus(200, stack.call('PATCH', path, { body: { name } }));
    // A run begins, records its attempt, sends it, and then ends by its third transaction.
    await hold(stack, { function: SYNC, ...COMMIT, nth: 3 }, () => rename('Old run'));
    await advance(stack, RUN_LEASE_SECONDS);
    await sweep(stack);
    await untilSynced(stack, id);
    await rename('Edited again');
    await untilSynced(stack, id);
    return changesOnceLetGo(stack);
  },
};

type Story = {
  /** The call at which the old owner is held up. */
  readonly heldAt: Record<string, unknown>;
  /** Begins the operation without waiting for it. */
  readonly begin: () => ReturnType<Stack['call']>;
  readonly changeAgain: (customerId: string) => Promise<unknown>;
};

async function overtakeSaga(stack: Stack, { heldAt, begin, changeAgain }: Story): Promise<string[]> {
  let location = '';
  await hold(stack, { function: SAGA, ...heldAt }, async () => {
    location = (await expectStatus(202, begin())).headers.get('location') ?? '';
  });
  // Its execution goes on without the answer. That is held up too, so that it is recovery that takes over.
  await hold(stack, { function: SAGA, service: 'dynamodb', action: 'GetItem' }, () => advance(stack, LEASE_SECONDS));
  await sweep(stack);
  const operation = async () => (await stack.call('GET', location)).body;
  await until(async () => (await operation())['status'] === 'succeeded', 'recovery ends the operation');
  await changeAgain(String((await operation())['customer_id']));
  return changesOnceLetGo(stack);
}

/** What the old owner changes on either side, one sentence each. */
async function changesOnceLetGo(stack: Stack): Promise<string[]> {
  const before = await readWorld(stack);
  await letGo(stack);
  const after = await readWorld(stack);
  return [...differences(before, after), ...differences(after, before)];
}

function differences(one: World, other: World): string[] {
  const items = one.items.filter((item) => !other.items.some((same) => isDeepStrictEqual(same, item)));
  const twins = one.stripe.filter((twin) => !other.stripe.some((same) => isDeepStrictEqual(same, twin)));
  return [...items.map(({ sk }) => `${sk} was changed.`), ...twins.map(({ id }) => `${id} was changed in Stripe.`)];
}

async function edit(stack: Stack, id: string): Promise<void> {
  const body = { name: 'Edited again' };
  await expectStatus(200, stack.call('PATCH', `/customers/${id}`, { body, headers: PROTECTED }));
}

function untilSynced(stack: Stack, id: string): Promise<void> {
  return until(async () => {
    const { body } = await stack.call('GET', `/customers/${id}`);
    return (body['integrations'] as { stripe: { sync_status: string } }).stripe.sync_status === 'synced';
  }, 'the customer is synced');
}
