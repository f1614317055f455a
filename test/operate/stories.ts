import type { Reply, Stack } from '../stack/stack.ts';

export const PROTECTED = { 'x-use-integrity-protection': 'true' };
const ASYNC = { ...PROTECTED, prefer: 'respond-async' };

export type Page<Entry> = { readonly data: readonly Entry[]; readonly next_cursor: string | null };
export type Step = {
  readonly name: string;
  readonly attempt: number;
  readonly outcome: string;
  readonly error?: string;
};
export type Operation = {
  readonly id: string;
  readonly kind: string;
  readonly customer_id: string;
  readonly status: string;
  readonly created_at: string;
  readonly steps: readonly Step[];
};

export function problemOf(reply: Reply): [status: number, type: string | undefined, pointer?: string] {
  const type = String(reply.body['type']).split('/').at(-1);
  const [first] = (reply.body['errors'] ?? []) as { pointer: string }[];
  return first === undefined ? [reply.status, type] : [reply.status, type, first.pointer];
}

/** All pages of a list. `between` happens after each page but the last. */
export async function walk<Entry>(stack: Stack, path: string, between = async () => {}): Promise<Entry[]> {
  const entries: Entry[] = [];
  let cursor: string | null = '';
  const limit = Number(new URLSearchParams(path.split('?')[1]).get('limit') ?? 25);
  for (let pages = 0; pages < 100; pages += 1) {
    const from: string = cursor === '' ? '' : `&cursor=${cursor}`;
    const reply = await stack.call('GET', `${path}${from}`);
    expect(reply.status).toBe(200);
    const page = reply.body as Page<Entry>;
    expect(page.data.length).toBeLessThanOrEqual(limit);
    entries.push(...page.data);
    cursor = page.next_cursor;
    if (cursor === null) return entries;
    await between();
  }
  throw new Error(`${path} has no end.`);
}

/** Begins a protected create that stays `running` until a sweep: its saga cannot be started. */
export async function beginUnstarted(stack: Stack, email: string): Promise<Operation> {
  const start = { service: 'states', action: 'StartExecution', kind: 'error', status: 400 };
  await stack.control$('POST', '/faults', { ...start, times: 10 });
  const operation = await begin(stack, email);
  await stack.control$('DELETE', '/faults');
  return operation;
}

/**
 * A protected create that is parked: Stripe made the customer, its reply was lost, the create was given up, and before
 * it could be undone somebody subscribed that customer.
 */
export async function park(stack: Stack, email: string): Promise<{ operation: Operation; subscription: string }> {
  const request = { service: 'stripe', action: 'POST /v1/customers' };
  await stack.control$('POST', '/faults', { ...request, kind: 'lost-reply', times: 2 });
  await stack.control$('POST', '/faults', { ...request, kind: 'error', status: 500, nth: 3, times: 1000 });
  const { id } = await begin(stack, email);
  await untilStatus(stack, id, 'compensating');
  const subscription = await subscribe(stack, await twinId(stack, email));
  await stack.control$('DELETE', '/faults');
  return { operation: await untilStatus(stack, id, 'needs_attention'), subscription };
}

/** The operation, once it has this status; the clock is moved on meanwhile. */
export async function untilStatus(stack: Stack, id: string, status: string): Promise<Operation> {
  for (let tries = 0; tries < 20; tries += 1) {
    await stack.settle();
    const { body } = await stack.call('GET', `/operations/${id}`);
    if (body['status'] === status) return body as unknown as Operation;
    await stack.control$('POST', '/clock', { advance_seconds: 10 });
  }
  throw new Error(`The operation never was ${status}.`);
}

/** The id of the Stripe customer with this email. */
export async function twinId(stack: Stack, email: string): Promise<string> {
  const { customers } = (await stack.sandbox('GET', '/state')) as { customers: { id: string; email?: string }[] };
  const twins = customers.filter((customer) => customer.email === email);
  if (twins[0] === undefined || twins.length > 1) throw new Error(`${twins.length} Stripe customers have the email.`);
  return twins[0].id;
}

export function callStripe(stack: Stack, method: string, path: string, form?: Record<string, string>) {
  return fetch(`${stack.stripe}${path}`, {
    method,
    headers: { authorization: 'Bearer sk_test_x', 'content-type': 'application/x-www-form-urlencoded' },
    ...(form !== undefined && { body: new URLSearchParams(form) }),
  });
}

async function subscribe(stack: Stack, customer: string): Promise<string> {
  const response = await callStripe(stack, 'POST', '/v1/subscriptions', { customer, 'items[0][price]': 'price_1' });
  expect(response.status).toBe(200);
  return ((await response.json()) as { id: string }).id;
}

async function begin(stack: Stack, email: string): Promise<Operation> {
  const reply = await stack.call('POST', '/customers', { body: { name: 'Operated', email }, headers: ASYNC });
  expect(reply.status).toBe(202);
  return (await stack.call('GET', reply.headers.get('location') ?? '')).body as unknown as Operation;
}
