import { fault, hold, letGo, PROTECTED, SAGA, until } from '../faults/telling.ts';
import type { Stack } from '../stack/stack.ts';
import { readWorld, type World } from '../stack/world.ts';
import { createTwins, type Twins } from '../two-way/told.ts';
import { keep, type Sent, type StoredOperation } from './stored.ts';

const ASYNC = { ...PROTECTED, prefer: 'respond-async' };

/** What is begun, and the request to Stripe that it leads to. */
type Deed = {
  readonly kind: string;
  /** Whether it is about a customer that is there already. */
  readonly hasTwin: boolean;
  readonly request: (twins: Twins | undefined, email: string) => readonly [method: string, path: string, body?: object];
};

const DEEDS: readonly Deed[] = [
  { kind: 'create', hasTwin: false, request: (_, email) => ['POST', '/customers', { name: 'Stored', email }] },
  { kind: 'update', hasTwin: true, request: (twins) => ['PATCH', twins?.path ?? '', { name: 'Changed' }] },
  {
    kind: 'email change',
    hasTwin: true,
    request: (twins, email) => ['PATCH', twins?.path ?? '', { email: `new-${email}` }],
  },
  { kind: 'delete', hasTwin: true, request: (twins) => ['DELETE', twins?.path ?? ''] },
];

/** Where an operation is interrupted, and how it ends from there. */
const MOMENTS = ['not begun by the saga', 'answered by Stripe, and not committed'] as const;

/** Operations of every kind in the middle of their work, as this version leaves them. */
export async function record(stack: Stack): Promise<StoredOperation[]> {
  const stored: StoredOperation[] = [];
  for (const deed of DEEDS) for (const moment of MOMENTS) stored.push(await recordOne(stack, deed, moment));
  stored.push(await recordCompensating(stack));
  return stored;
}

async function recordOne(stack: Stack, deed: Deed, moment: (typeof MOMENTS)[number]): Promise<StoredOperation> {
  const name = `${deed.kind}, ${moment}`;
  const email = `${name.replace(/\W+/g, '-')}-${Date.now()}@example.com`;
  const before = await readWorld(stack);
  const twins = deed.hasTwin ? await createTwins(stack, email) : undefined;
  const [method, path, body] = deed.request(twins, email);
  const work = () => stack.call(method, path, { headers: ASYNC, ...(body && { body }) });
  const isBegun = moment !== MOMENTS[0];
  if (isBegun) await hold(stack, { function: SAGA, service: 'dynamodb', action: 'TransactWriteItems' }, work);
  else {
    await fault(stack, { service: 'states', action: 'StartExecution', kind: 'error', status: 400, times: 10 });
    await work();
  }
  const kept = await keepNew(stack, before, { name, ends: 'succeeded' }, twins, isBegun);
  await letGo(stack);
  return kept;
}

/** Stripe made the customer, nobody heard of it, and the create was given up. */
async function recordCompensating(stack: Stack): Promise<StoredOperation> {
  const before = await readWorld(stack);
  const request = { service: 'stripe', action: 'POST /v1/customers' };
  await fault(stack, { ...request, kind: 'lost-reply', times: 2 });
  await fault(stack, { ...request, kind: 'error', status: 500, nth: 3, times: 1000 });
  const body = { name: 'Stored', email: `given-up-${Date.now()}@example.com` };
  await stack.call('POST', '/customers', { body, headers: ASYNC });
  await until(async () => {
    await stack.control$('POST', '/clock', { advance_seconds: 2 });
    return (await newOperation(stack, before)).status === 'compensating';
  }, 'the create is given up');
  const kept = await keepNew(stack, before, { name: 'create, given up', ends: 'compensated' }, undefined, true);
  await letGo(stack);
  return kept;
}

async function newOperation(stack: Stack, before: World): Promise<Record<string, unknown>> {
  const known = new Set(before.operations.map(({ pk }) => pk));
  const { operations } = await readWorld(stack);
  // The twin, too, was made by one, which has ended.
  const isNew = ({ pk, status }: World['operations'][number]) => !known.has(pk) && status !== 'succeeded';
  const found = operations.find(isNew);
  if (found === undefined) throw new Error('No operation is under way.');
  return found;
}

async function keepNew(
  stack: Stack,
  before: World,
  story: Pick<StoredOperation, 'name' | 'ends'>,
  twins: Twins | undefined,
  isSent: boolean,
): Promise<StoredOperation> {
  const known = new Set(before.items.map(({ pk, sk }) => `${pk} ${sk}`));
  const world = await readWorld(stack);
  const ours = world.items.filter(
    ({ pk, sk }) => !known.has(`${pk} ${sk}`) && !/^(COUNTER|LEASE|EVENTS|WEBHOOK)/.test(pk),
  );
  const operation = await newOperation(stack, before);
  const { now } = (await stack.control$('POST', '/clock', { advance_seconds: 0 })) as { now: string };
  const metadata = (operationId: unknown) => ({
    ...{ 'metadata[concord_stage]': 'local', 'metadata[concord_customer_id]': String(operation['customerId']) },
    'metadata[concord_operation_id]': String(operationId),
  });
  const made = ours.find(({ sk, pk }) => sk === 'OPERATION' && pk !== operation['pk']);
  const twin = { name: 'First', email: twins?.email ?? '', ...metadata(made?.['id']) };
  return {
    ...story,
    operationId: String(operation['id']),
    items: keep(ours, Date.parse(now)),
    customers: twins === undefined ? {} : { [twins.externalId]: twin },
    sent: isSent ? [sentBy(operation, twins, metadata(operation['id']))] : [],
  };
}

/** The request that the operation has sent: what another version sends again has to be the same. */
function sentBy(operation: Record<string, unknown>, twins: Twins | undefined, metadata: Record<string, string>): Sent {
  const key = `${operation['id']}:${operation['attempt']}`;
  if (operation['kind'] === 'delete') return { key, path: `DELETE /v1/customers/${twins?.externalId}`, form: {} };
  if (twins !== undefined) {
    return { key, path: `/v1/customers/${twins.externalId}`, form: operation['fields'] as Record<string, string> };
  }
  const { name, email } = operation['after'] as Record<string, string>;
  return { key, path: '/v1/customers', form: { name: name ?? '', email: email ?? '', ...metadata } };
}
