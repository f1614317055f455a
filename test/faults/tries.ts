import { untilStatus } from '../operate/stories.ts';
import { violations } from '../stack/invariants.ts';
import type { Reply, Stack } from '../stack/stack.ts';
import { readWorld } from '../stack/world.ts';
import type { Scenario } from './scenarios.ts';
import { ASYNC, advance, createCustomer, expectStatus, fault, hold, letGo, PROTECTED, sweep } from './telling.ts';

const SWEEP = 'concord-local-sweep-operations';
const [API, DELETE] = ['concord-local-api', 'concord-local-delete-customer'];

/** Of two operations and two customers that are due, one each cannot be taken up. The others are, by the same sweep. */
export const sweepPartlyFails: Scenario = async (stack) => {
  const before = (await readWorld(stack)).stripe.length;
  // Neither is begun by whom it is asked of, so that only a sweep finds them.
  for (const service of ['states', 'sqs']) await fault(stack, { service, kind: 'error', status: 400, times: 1000 });
  for (const [n, headers] of [ASYNC, {}, ASYNC, {}].entries()) {
    await stack.call('POST', '/customers', { body: { name: 'Due', email: `due${n}@example.com` }, headers });
  }
  await stack.control$('DELETE', '/faults');
  await advance(stack, 61);

  for (const service of ['states', 'sqs']) await fault(stack, { function: SWEEP, service, kind: 'error', status: 400 });
  const hasFailed = await sweep(stack).then(
    () => false,
    () => true,
  );
  await stack.settle();
  const taken = (await readWorld(stack)).stripe.length - before;
  await stack.quiesce();
  return [
    ...(hasFailed ? [] : ['The sweep did not tell that it failed.']),
    ...(taken === 2 ? [] : [`The sweep took up ${taken} of the two that it could.`]),
    ...violations(await readWorld(stack)),
  ];
};

/**
 * A customer is busy with an attempt whose outcome is unknown, and the poke that would hasten it cannot be sent: who
 * asked is told that the customer is busy, and the customer is looked at all the same.
 */
export const busyAndPokeNotSent: Scenario = async (stack) => {
  const { id, path } = await createCustomer(stack, 'busy@example.com');
  await stack.settle();
  await fault(stack, { service: 'stripe', action: 'POST /v1/customers/{id}', kind: 'error' });
  await expectStatus(200, stack.call('PATCH', path, { body: { name: 'Owed' } }));
  await stack.settle();
  await fault(stack, { service: 'sqs', kind: 'error', status: 400, times: 1000 });
  const replies = await Promise.all([
    stack.call('PATCH', path, { body: { name: 'Protected' }, headers: PROTECTED }),
    stack.call('DELETE', path, { headers: PROTECTED }),
  ]);
  const notSent = (await stack.calls()).filter((call) => call.service === 'sqs' && call.fault === 'error').length;
  await stack.quiesce();
  const world = await readWorld(stack);
  const twin = world.stripe.find(({ metadata }) => metadata['concord_customer_id'] === id);
  return [
    ...replies.filter(({ status }) => status !== 409).map(({ status }) => `A caller was told ${status}, not 409.`),
    ...(notSent > 0 ? [] : ['No poke was tried.']),
    ...(twin?.name === 'Owed' ? [] : [`Stripe has the name ${twin?.name}.`]),
    ...violations(world),
  ];
};

/** A delete loses the race for the customer to an update, and begins again: Stripe is asked for subscriptions once. */
export async function deleteBeginsAgain(stack: Stack, headers: Record<string, string> = {}): Promise<string[]> {
  const { path } = await createCustomer(stack, 'begun-again@example.com');
  const before = (await stack.calls()).length;
  const begin = { function: DELETE, service: 'dynamodb', action: 'TransactWriteItems' };
  let deleting: Promise<Reply> | undefined;
  await hold(stack, begin, async () => {
    deleting = stack.call('DELETE', path, { headers });
  });
  await expectStatus(200, stack.call('PATCH', path, { body: { name: 'Faster' }, headers: PROTECTED }));
  await letGo(stack);
  const deleted = await deleting;
  const calls = (await stack.calls()).slice(before).filter((call) => call.function === DELETE);
  const count = (action: string) => calls.filter((call) => call.action === action).length;
  const [begun, asked] = [count(begin.action), count('GET /v1/subscriptions')];
  return [
    ...(deleted?.status === 200 ? [] : [`The delete was answered ${deleted?.status}.`]),
    ...(begun >= 2 ? [] : ['The delete did not have to begin again.']),
    ...(asked === 1 ? [] : [`Subscriptions were read ${asked} times.`]),
    ...violations(await readWorld(stack)),
  ];
}

/**
 * DynamoDB does not decide: it names a conflict with other transactions, or too many requests. Once, nobody notices; as
 * long as that lasts nothing is begun, and who repeats the key then gets what was asked for.
 */
export async function undecided(stack: Stack, code: string, headers: Record<string, string> = {}): Promise<string[]> {
  const refusal = { function: API, service: 'dynamodb', action: 'TransactWriteItems', kind: 'error', code };
  const name = `${code}-${Object.keys(headers).length}`;
  const body = { name: 'Contended', email: `${name}@example.com` };
  const create = (key: string, email = body.email) =>
    stack.call('POST', '/customers', { body: { ...body, email }, headers: { ...headers, 'idempotency-key': key } });
  await fault(stack, refusal);
  const once = await create(`${name}-once`, `${name}-once@example.com`);
  await fault(stack, { ...refusal, times: 1000 });
  const refused = await create(name);
  const isBusy = refused.status === 409 && Number(refused.headers.get('retry-after')) > 0;
  const begun = (await readWorld(stack)).customers.filter(({ email }) => email === body.email).length;
  await stack.control$('DELETE', '/faults');
  const again = await create(name);
  await stack.quiesce();
  return [
    ...(once.status === 201 ? [] : [`After one refusal, the caller was told ${once.status}.`]),
    ...(refused.status >= 500 || isBusy
      ? []
      : [`The caller was told ${refused.status} while nothing could be decided.`]),
    ...(begun === 0 ? [] : ['Something was begun.']),
    ...(again.status === 201 ? [] : [`The key's repeat got ${again.status}.`]),
    ...violations(await readWorld(stack)),
  ];
}

/** Stripe refuses to delete the customer that an undo has to remove: that waits, visibly, until a person tries again. */
export const undoRefused: Scenario = async (stack) => {
  const body = { name: 'Kept', email: 'undo-refused@example.com' };
  const create = { service: 'stripe', action: 'POST /v1/customers' };
  await fault(stack, { ...create, kind: 'lost-reply', times: 2 });
  await fault(stack, { ...create, kind: 'error', nth: 3, times: 1000 });
  const begun = await expectStatus(202, stack.call('POST', '/customers', { body, headers: ASYNC }));
  const id = String(begun.body['operation_id']);
  await untilStatus(stack, id, 'compensating');
  await stack.control$('DELETE', '/faults');
  await fault(stack, { ...create, action: 'DELETE /v1/customers/{id}', kind: 'error', status: 400, times: 1000 });
  const parked = await untilStatus(stack, id, 'needs_attention');
  const listed = JSON.stringify((await stack.call('GET', '/operations?status=needs_attention')).body);
  // Nobody gets the email while the customer is there.
  const taken = await stack.call('POST', '/customers', { body });
  await stack.quiesce();
  const left = await untilStatus(stack, id, 'needs_attention');

  await expectStatus(202, stack.call('POST', `/operations/${id}/retry`));
  await untilStatus(stack, id, 'compensated');
  const again = await stack.call('POST', '/customers', { body, headers: PROTECTED });
  return [
    ...(listed.includes(id) ? [] : ['It is not listed.']),
    ...(parked.steps.at(-1)?.error === 'Stripe refuses to delete the customer.' ? [] : ['It does not say why.']),
    ...(left.steps.length === parked.steps.length ? [] : ['It was tried again by itself.']),
    ...(taken.status === 409 ? [] : [`The email was given away with ${taken.status}.`]),
    ...(again.status === 201 ? [] : [`The email got ${again.status} in the end.`]),
    ...violations(await readWorld(stack)),
  ];
};
