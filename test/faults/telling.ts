import type { Reply, Stack } from '../stack/stack.ts';

/** How the runner's `/calls` spells the functions of lambda entries. */
export const [SAGA, SYNC] = ['concord-local-saga', 'concord-local-sync'];

export const PROTECTED = { 'x-use-integrity-protection': 'true' };
/** Protected, and not waited for. */
export const ASYNC = { ...PROTECTED, prefer: 'respond-async' };

const LONGER_THAN_A_STORY_MS = 600_000;
const LONGEST_WAIT_MS = 120_000;

/**
 * Holds up one outgoing call, that `work` leads to, until `letGo`. Answers once it is held up. The stack is not idle
 * meanwhile, so nothing can be settled.
 */
export async function hold(stack: Stack, call: Record<string, unknown>, work: () => Promise<unknown>): Promise<void> {
  const heldBefore = await countHeld(stack);
  await fault(stack, { ...call, kind: 'delay', delay_ms: LONGER_THAN_A_STORY_MS });
  await work();
  await until(async () => (await countHeld(stack)) > heldBefore, `${JSON.stringify(call)} is held up`);
}

/** Everything that is held up goes on, with no more faults. */
export async function letGo(stack: Stack): Promise<void> {
  await stack.control$('DELETE', '/faults');
  await stack.settle();
}

/** Waits until it is so. */
export async function until(isSo: () => Promise<boolean>, what: string): Promise<void> {
  const endsAtMs = performance.now() + LONGEST_WAIT_MS;
  while (!(await isSo())) {
    if (performance.now() > endsAtMs) throw new Error(`It never came to it that ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

async function countHeld(stack: Stack): Promise<number> {
  return (await stack.calls()).filter(({ fault, duration_ms }) => fault === 'delay' && duration_ms === null).length;
}

export function fault(stack: Stack, call: Record<string, unknown>): Promise<unknown> {
  return stack.control$('POST', '/faults', call);
}

export function advance(stack: Stack, seconds: number): Promise<unknown> {
  return stack.control$('POST', '/clock', { advance_seconds: seconds });
}

export function sweep(stack: Stack): Promise<unknown> {
  return stack.control$('POST', '/schedules/sweep-operations/run');
}

export type Customer = { readonly id: string; readonly path: string; readonly email: string };

/** A customer on both sides. */
export async function createCustomer(stack: Stack, email: string): Promise<Customer> {
  const body = { name: 'Before', email };
  const reply = await expectStatus(201, stack.call('POST', '/customers', { body, headers: PROTECTED }));
  return { id: String(reply.body['id']), path: `/customers/${reply.body['id']}`, email };
}

/** A story cannot go on from another reply. */
export async function expectStatus(status: number, asked: Promise<Reply>): Promise<Reply> {
  const reply = await asked;
  if (reply.status !== status) throw new Error(`The reply was ${reply.status}, not ${status}: ${reply.text}`);
  return reply;
}
