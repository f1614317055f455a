import { violations } from '../stack/invariants.ts';
import type { Reply, Stack } from '../stack/stack.ts';
import { readWorld } from '../stack/world.ts';
import { fault } from './telling.ts';

/**
 * One story of something that goes wrong. It ends with what is wrong in the world then, one sentence each: nothing on a
 * sound stack, and something on a stack without the guard that the story is about.
 */
export type Scenario = (stack: Stack) => Promise<string[]>;

const BODY = { name: 'Faulty', email: 'faulty@example.com' };
const KEYED = { 'x-use-integrity-protection': 'true', 'idempotency-key': 'faulty' };

/** How the runner's `/calls` spells the function of a lambda entry. */
const functionName = (entry: string) => `concord-local-${entry}`;

function create(stack: Stack, headers: Record<string, string> = KEYED): Promise<Reply> {
  return stack.call('POST', '/customers', { body: BODY, headers });
}

/** Repeats the caller's key until the reply is final. */
async function repeat(stack: Stack, headers = KEYED): Promise<Reply> {
  for (let tries = 0; tries < 8; tries += 1) {
    const reply = await create(stack, { ...headers, prefer: 'respond-async' });
    await stack.settle();
    const isBusy = reply.status === 409 && Number(reply.headers.get('retry-after')) > 0;
    if (reply.status !== 202 && !isBusy) return reply;
    await stack.control$('POST', '/clock', { advance_seconds: 10 });
  }
  throw new Error('The key never got a final reply.');
}

/** What is wrong in the end, and when not exactly `count` customers are there on each side. */
async function wrongUnless(stack: Stack, count: number): Promise<string[]> {
  const world = await readWorld(stack);
  const live = world.customers.filter(({ status }) => status !== 'deleted').length;
  return [
    ...violations(world),
    ...(live === count ? [] : [`${live} live customers, not ${count}.`]),
    ...(world.stripe.length === count ? [] : [`${world.stripe.length} Stripe customers, not ${count}.`]),
    ...(world.claims.length === count ? [] : [`${world.claims.length} email claims, not ${count}.`]),
  ];
}

/** Stripe answers every create with a failure: nothing may be left, and the email must be free again. */
export const stripeFails: Scenario = async (stack) => {
  await fault(stack, { service: 'stripe', action: 'POST /v1/customers', kind: 'error', status: 500, times: 1000 });
  const reply = await create(stack);
  await stack.settle();
  const left = await wrongUnless(stack, 0);
  await stack.control$('DELETE', '/faults');
  const again = await repeat(stack);
  return [
    ...left,
    ...(reply.status === 503 ? [] : [`The caller was told ${reply.status}, not 503.`]),
    ...(again.status === 201 ? [] : [`The same key then got ${again.status}, not 201.`]),
    ...(await wrongUnless(stack, 1)),
  ];
};

/** Stripe makes the customer, but its reply is lost, and every later try fails until it is given up. */
export const replyLostThenDown: Scenario = async (stack) => {
  const request = { service: 'stripe', action: 'POST /v1/customers' };
  await fault(stack, { ...request, kind: 'lost-reply', times: 2 });
  await fault(stack, { ...request, kind: 'error', status: 500, nth: 3, times: 1000 });
  await create(stack, { ...KEYED, prefer: 'respond-async' });
  // Long enough for the tries to be used up, while Stripe is still down.
  for (let passed = 0; passed < 6; passed += 1) {
    await stack.settle();
    await stack.control$('POST', '/clock', { advance_seconds: 10 });
  }
  await stack.quiesce();
  return wrongUnless(stack, 0);
};

/** Stripe makes the customer and its reply is lost; every later try is refused without being looked at. */
export const replyLostThenThrottled: Scenario = async (stack) => {
  const request = { service: 'stripe', action: 'POST /v1/customers' };
  await fault(stack, { ...request, kind: 'lost-reply' });
  await fault(stack, { ...request, kind: 'throttle', nth: 2, times: 1000 });
  await create(stack, { ...KEYED, prefer: 'respond-async' });
  for (let passed = 0; passed < 6; passed += 1) {
    await stack.settle();
    await stack.control$('POST', '/clock', { advance_seconds: 10 });
  }
  await stack.quiesce();
  return wrongUnless(stack, 0);
};

/** Stripe makes the customer and its reply is lost; the next answer is a proxy's, which says nothing of either. */
export const replyLostThenProxy: Scenario = async (stack) => {
  const request = { service: 'stripe', action: 'POST /v1/customers' };
  await fault(stack, { ...request, kind: 'lost-reply' });
  await fault(stack, { ...request, kind: 'error', status: 408, nth: 2 });
  await create(stack, { 'idempotency-key': 'faulty' });
  await stack.settle();
  for (let round = 0; round < 2; round += 1) {
    await stack.control$('POST', '/clock', { advance_seconds: 7 * 60 });
    await stack.control$('POST', '/schedules/sweep-operations/run');
    await stack.control$('POST', '/schedules/retry-failed-syncs/run');
    await stack.settle();
  }
  await stack.quiesce();
  return wrongUnless(stack, 1);
};

/** A poke arrives twice, the second while the first one's request to Stripe is still under way. */
export const pokedTwice: Scenario = async (stack) => {
  await fault(stack, { function: functionName('api'), service: 'sqs', kind: 'lost-reply' });
  await stack.sandbox('POST', '/latency', { ms: 2000 });
  await create(stack, { 'idempotency-key': 'faulty' });
  await stack.settle();
  await stack.sandbox('POST', '/latency', { ms: 0 });
  await stack.quiesce();
  return wrongUnless(stack, 1);
};

/** Stripe makes the customer and its reply is lost: in the end there is exactly one. */
export const replyLost: Scenario = async (stack) => {
  await fault(stack, { service: 'stripe', action: 'POST /v1/customers', kind: 'lost-reply', times: 2 });
  const reply = await create(stack);
  await stack.quiesce();
  return [...(reply.status === 201 ? [] : [`The caller was told ${reply.status}.`]), ...(await wrongUnless(stack, 1))];
};

/** The API function dies after its first transaction, before it could start the saga. */
export const killedBeforeStart: Scenario = async (stack) => {
  await fault(stack, {
    function: functionName('api'),
    service: 'states',
    action: 'StartExecution',
    kind: 'kill-before',
  });
  const reply = await create(stack);
  await stack.quiesce();
  const swept = await wrongUnless(stack, 1);
  const again = await repeat(stack);
  return [
    ...(reply.status === 500 ? [] : [`The function did not die: ${reply.status}.`]),
    ...swept,
    ...(again.status === 201 ? [] : [`The key's repeat got ${again.status}.`]),
    ...(await wrongUnless(stack, 1)),
  ];
};

/** The saga function dies after Stripe made the customer, before it could commit that. */
export const killedAfterStripe: Scenario = async (stack) => {
  await fault(stack, {
    function: functionName('saga'),
    service: 'stripe',
    action: 'POST /v1/customers',
    kind: 'kill-after',
  });
  const reply = await create(stack);
  await stack.quiesce();
  return [...(reply.status === 201 ? [] : [`The caller was told ${reply.status}.`]), ...(await wrongUnless(stack, 1))];
};

/** The API function dies with the work done and the reply not sent: the key's repeat joins that work. */
export const killedBeforeReply: Scenario = async (stack) => {
  await fault(stack, { function: functionName('api'), service: 'dynamodb', action: 'UpdateItem', kind: 'kill-before' });
  await create(stack);
  await stack.control$('POST', '/clock', { advance_seconds: 60 });
  const again = await repeat(stack);
  await stack.quiesce();
  return [...(again.status === 201 ? [] : [`The key's repeat got ${again.status}.`]), ...(await wrongUnless(stack, 1))];
};

/** The default mode's consumer dies after Stripe made the customer. */
export const syncKilledAfterStripe: Scenario = async (stack) => {
  await fault(stack, {
    function: functionName('sync'),
    service: 'stripe',
    action: 'POST /v1/customers',
    kind: 'kill-after',
  });
  await create(stack, { 'idempotency-key': 'faulty' });
  await stack.settle();
  await stack.quiesce();
  return wrongUnless(stack, 1);
};

/** The default mode's poke is lost: its debt to Stripe is found by the sweep. */
export const pokeLost: Scenario = async (stack) => {
  await fault(stack, { function: functionName('api'), service: 'sqs', kind: 'kill-before' });
  await create(stack, { 'idempotency-key': 'faulty' });
  await stack.settle();
  await stack.quiesce();
  return wrongUnless(stack, 1);
};
