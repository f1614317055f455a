import { violations } from '../stack/invariants.ts';
import type { Call, Stack } from '../stack/stack.ts';
import { readWorld } from '../stack/world.ts';
import type { Scenario } from './scenarios.ts';
import {
  ASYNC,
  advance,
  createCustomer,
  expectStatus,
  fault,
  hold,
  letGo,
  SAGA,
  SYNC,
  sweep,
  until,
} from './telling.ts';

const HOUR = 3600;
/** A key is sent again until it is 23 hours old. */
const NEARLY_TOO_OLD_SECONDS = 22.9 * HOUR;
const TWELVE_MINUTES = 0.2 * HOUR;
/** Resolve, its three retries, GiveUp, and some of what comes then. */
const EACH_STATE_HAD_ITS_TURN = 8;

/**
 * A request is sent under a key that can soon not be sent again, and stays on its way. What Stripe shows meanwhile is
 * not believed; the request then arrives, and both sides agree all the same.
 */
export const ON_ITS_WAY: Readonly<Record<string, Scenario>> = {
  'a protected create': (stack) => {
    const body = { name: 'Late', email: 'late-create@example.com' };
    return tellOfSaga(stack, {
      begin: () => stack.call('POST', '/customers', { body, headers: ASYNC }),
      sentAfterSeconds: NEARLY_TOO_OLD_SECONDS,
      request: 'POST /v1/customers',
    });
  },

  'a protected update': async (stack) => {
    const { path } = await createCustomer(stack, 'late-update@example.com');
    return tellOfSaga(stack, {
      begin: () => stack.call('PATCH', path, { body: { name: 'Late' }, headers: ASYNC }),
      sentAfterSeconds: NEARLY_TOO_OLD_SECONDS,
      request: 'POST /v1/customers/{id}',
    });
  },

  // It can be sent again at any time, but a refusal is not believed while an earlier request may still arrive.
  'a protected delete that Stripe then refuses': async (stack) => {
    const { path } = await createCustomer(stack, 'late-delete@example.com');
    return tellOfSaga(stack, {
      begin: () => stack.call('DELETE', path, { headers: ASYNC }),
      sentAfterSeconds: 2 * HOUR,
      request: 'DELETE /v1/customers/{id}',
      refusedMeanwhile: true,
    });
  },

  'a run of the default mode': async (stack) => {
    const create = { function: SYNC, service: 'stripe', action: 'POST /v1/customers' };
    const wrongBefore = violations(await readWorld(stack));
    // The consumer dies, and so the attempt stays open for as long as nobody is there to settle it.
    await fault(stack, { ...create, kind: 'kill-before' });
    const body = { name: 'Late', email: 'late-run@example.com' };
    const { body: customer } = await stack.call('POST', '/customers', { body });
    await stack.settle();
    await hold(stack, create, async () => {
      await advance(stack, NEARLY_TOO_OLD_SECONDS);
      await sweep(stack);
    });
    const sync = async () =>
      (await readWorld(stack)).syncs.find(({ pk }) => pk === `CUSTOMER#${customer['id']}`) ?? { pk: '', sk: '' };
    const { revision } = await sync();
    await advance(stack, TWELVE_MINUTES);
    await sweep(stack);
    await until(async () => {
      const { runId, revision: latest } = await sync();
      return runId === undefined && latest !== revision;
    }, 'the next run ends');
    const isOpen = (await sync())['attemptKey'] !== undefined;
    return [
      ...(isOpen ? [] : ['It was decided while the request was on its way.']),
      ...(await arrive(stack, wrongBefore)),
    ];
  },
};

type Story = {
  readonly begin: () => ReturnType<Stack['call']>;
  /** When the request is sent that stays on its way, after the operation has begun. */
  readonly sentAfterSeconds: number;
  readonly request: string;
  readonly refusedMeanwhile?: boolean;
};

async function tellOfSaga(stack: Stack, story: Story): Promise<string[]> {
  const wrongBefore = violations(await readWorld(stack));
  // Nobody is there to drive the operation at first.
  await fault(stack, { service: 'states', kind: 'error', status: 400, times: 10 });
  const location = (await expectStatus(202, story.begin())).headers.get('location') ?? '';
  await stack.control$('DELETE', '/faults');
  const status = async () => String((await stack.call('GET', location)).body['status']);

  const request = { function: SAGA, service: 'stripe', action: story.request };
  await hold(stack, request, async () => {
    const refusal = { ...request, kind: 'error', status: 400, nth: 2, times: 1000 };
    if (story.refusedMeanwhile === true) await fault(stack, refusal);
    await advance(stack, story.sentAfterSeconds);
    await sweep(stack);
  });
  const before = (await stack.calls()).length;
  await advance(stack, TWELVE_MINUTES);
  const isFinal = async () => ['succeeded', 'compensated'].includes(await status());
  await until(async () => {
    await advance(stack, 1);
    const reads = (await stack.calls()).slice(before).filter(isStep);
    return reads.length >= EACH_STATE_HAD_ITS_TURN || (await isFinal());
  }, 'the saga goes on');
  const wasDecided = await isFinal();
  const wrong = await arrive(stack, wrongBefore);
  return [
    ...(wasDecided ? [`It was ${await status()} while the request was on its way.`] : []),
    ...((await isFinal()) ? [] : [`It is ${await status()} in the end.`]),
    ...wrong,
  ];
}

/** Each step of the saga begins by reading its operation. */
function isStep(call: Call): boolean {
  return call.function === SAGA && call.action === 'GetItem';
}

/** The request arrives, and hours pass. Answers what has become wrong. */
async function arrive(stack: Stack, wrongBefore: readonly string[]): Promise<string[]> {
  await letGo(stack);
  for (let hours = 0; hours < 2; hours += 1) {
    await advance(stack, HOUR);
    await sweep(stack);
    await stack.settle();
  }
  return violations(await readWorld(stack)).filter((sentence) => !wrongBefore.includes(sentence));
}
