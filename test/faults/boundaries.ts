import type { Call, Stack } from '../stack/stack.ts';
import { passRound, untilQuiet } from './quiet.ts';
import type { Deed, Story } from './stories/story.ts';
import { type Boundary, DELAY, type Strike } from './strikes.ts';
import { advance, fault, until } from './telling.ts';

/** Longer than the longest lease of an operation; a few times that is longer than any. */
const LEASE_SECONDS = 361;
const LEASES = 3;

/** Functions read their secrets again after so long: that is one of the calls to be struck. */
const SECRETS_KEPT_SECONDS = 301;

/** One fault at one call, or several. */
export type Struck = { readonly boundary: Boundary; readonly strike: Strike };

/** What came of it: what is wrong in the end, and whether every fault has met its call. */
export type Told = { readonly wrong: readonly string[]; readonly hasStruck: boolean };

/** Runs a story once without faults and answers every outgoing call that it made. No list of them is written by hand. */
export async function findBoundaries(stack: Stack, story: Story, n: string): Promise<Boundary[]> {
  const deed = await prepare(stack, story, n);
  await deed.act();
  await stack.settle();
  const found = boundariesOf(await stack.calls());
  const wrong = await wrongInTheEnd(stack, deed);
  if (wrong.length > 0) throw new Error(`${story.name} ends badly without any fault: ${wrong.join(' ')}`);
  return found;
}

/**
 * Each call by its function, what it calls, and how often it had called that before. Who has started an execution reads
 * its operation again and again, as often as that takes: only the first of these reads counts. Those after it are the
 * same read at the same place, which nothing comes of until the last.
 */
export function boundariesOf(calls: readonly Call[]): Boundary[] {
  const seen = new Map<string, number>();
  const waiting = new Map<string, number>();
  return calls.flatMap(({ function: name, service, action }) => {
    const nth = (seen.get([name, service, action].join(' ')) ?? 0) + 1;
    seen.set([name, service, action].join(' '), nth);
    if (action === 'StartExecution') waiting.set(name, 0);
    const reads = waiting.get(name);
    if (action === 'GetItem' && reads !== undefined) waiting.set(name, reads + 1);
    return action === 'GetItem' && (reads ?? 0) > 0 ? [] : [{ function: name, service, action, nth }];
  });
}

/** Tells the story with these faults, and until all is quiet again. */
export async function tellWithFaults(
  stack: Stack,
  story: Story,
  { struck, n }: { readonly struck: readonly Struck[]; readonly n: string },
): Promise<Told> {
  const deed = await prepare(stack, story, n);
  for (const { boundary, strike } of struck) await fault(stack, { ...boundary, ...strike.fault });
  const isHeld = struck.some(({ strike }) => strike === DELAY);
  if (isHeld) await actAndBeOvertaken(stack, deed);
  else await deed.act().catch(() => {});
  await stack.settle();
  // Of several faults, some are for those who mend the first.
  if (struck.length > 1) await passRound(stack);
  const { faults } = await stack.control$('GET', '/faults');
  const hasStruck = (faults as readonly unknown[]).length === 0 && (!isHeld || (await wasHeld(stack)));
  return { hasStruck, wrong: await wrongInTheEnd(stack, deed) };
}

/** What is wrong when all is quiet, before and after whoever did it has asked again. */
async function wrongInTheEnd(stack: Stack, { end, isOnlyAsked }: Deed): Promise<string[]> {
  const before = await untilQuiet(stack);
  if (end === undefined) return before;
  const ended = await end().catch((error: Error) => [error.message]);
  return [...(isOnlyAsked ? [] : before), ...ended, ...(await untilQuiet(stack))];
}

/** The calls that a story makes, and those who mend it, from the one on that is struck. */
export async function callsAfter(
  stack: Stack,
  story: Story,
  { boundary, strike }: Struck,
  n: string,
): Promise<Boundary[]> {
  const deed = await prepare(stack, story, n);
  await fault(stack, { ...boundary, ...strike.fault });
  await deed.act().catch(() => {});
  await stack.settle();
  await passRound(stack);
  const calls = await stack.calls();
  const first = calls.findIndex((call) => call.fault !== undefined);
  const after = new Set(calls.slice(first + 1));
  const found = boundariesOf(calls);
  const late = boundariesOf(calls.filter((call) => !after.has(call))).map((one) => JSON.stringify(one));
  await wrongInTheEnd(stack, deed);
  return first < 0 ? [] : found.filter((one) => !late.includes(JSON.stringify(one)));
}

async function prepare(stack: Stack, story: Story, n: string): Promise<Deed> {
  const deed = await story.prepare(stack, n);
  await stack.settle();
  await advance(stack, SECRETS_KEPT_SECONDS);
  await stack.settle();
  await stack.control$('DELETE', '/calls');
  return deed;
}

/**
 * Does the deed, of which one call is held up. When all others have done what they can, the leases end, and whoever
 * takes over does so; then the call goes on. Nothing of this waits for a time: only for the others.
 */
async function actAndBeOvertaken(stack: Stack, { act, takeOver }: Deed): Promise<void> {
  let hasActed = false;
  const acting = act()
    .catch(() => {})
    .finally(() => {
      hasActed = true;
    });
  await until(async () => hasActed || (await wasHeld(stack)), 'the deed is done, or held up');
  const others: Promise<unknown>[] = [];
  for (let leases = 0; leases < LEASES; leases += 1) {
    await stack.settle({ exceptHeld: true });
    await advance(stack, LEASE_SECONDS);
    await stack.settle({ exceptHeld: true });
    const names = ['sweep-operations', 'retry-failed-syncs'];
    const due = names.map((name) => () => stack.control$('POST', `/schedules/${name}/run`));
    others.push(...[...due, ...(takeOver ? [takeOver] : [])].map((run) => run().catch(() => {})));
  }
  await stack.settle({ exceptHeld: true });
  await stack.control$('DELETE', '/faults');
  await Promise.all([acting, ...others]);
}

async function wasHeld(stack: Stack): Promise<boolean> {
  return (await stack.calls()).some((call) => call.fault === 'delay');
}
