import { violations } from '../stack/invariants.ts';
import type { Settled, Stack } from '../stack/stack.ts';
import { readWorld, type World } from '../stack/world.ts';
import { advance } from './telling.ts';

/** Within so many rounds of the schedules all is quiet, as the design promises. */
const ROUNDS = 3;
/** Longer than any lease of an operation or of a run. */
const ROUND_SECONDS = 7 * 60;

/**
 * Lets the clock pass and the schedules run, without faults, until both sides agree and nothing is owed or under way.
 * Answers what is still wrong after three rounds: nothing, on a sound stack.
 */
export async function untilQuiet(stack: Stack): Promise<string[]> {
  await stack.control$('DELETE', '/faults');
  let { waiting } = await stack.settle();
  for (let rounds = 0; ; rounds += 1) {
    const wrong = await wrongNow(stack);
    if ((wrong.length === 0 && waiting === 0) || rounds === ROUNDS) return wrong;
    ({ waiting } = await passRound(stack, rounds > 0 ? ['sweep-events'] : []));
  }
}

/** One round of the schedules, after all that is due by then. Who fails now is found by the next one. */
export async function passRound(stack: Stack, besides: readonly string[] = []): Promise<Settled> {
  await advance(stack, ROUND_SECONDS);
  await stack.settle();
  const due = ['sweep-operations', 'retry-failed-syncs', ...besides];
  await Promise.all(due.map((name) => stack.control$('POST', `/schedules/${name}/run`).catch(() => {})));
  return stack.settle();
}

async function wrongNow(stack: Stack): Promise<string[]> {
  const [world, { denials }, { queues }] = await Promise.all([
    readWorld(stack),
    stack.control$('GET', '/permissions') as Promise<{ denials?: string[] }>,
    stack.control$('GET', '/queues') as Promise<{ queues?: { name: string; visible: number }[] }>,
  ]);
  const dead = (queues ?? []).filter(({ name, visible }) => name.endsWith('-dead') && visible > 0);
  return [
    ...violations(world),
    ...owed(world),
    ...(denials ?? []),
    ...dead.map(({ name, visible }) => `${visible} messages are in ${name}.`),
  ];
}

/** What somebody would still have to come for. */
function owed({ items }: World): string[] {
  return items.flatMap(({ pk, sk, dueAt, retryAt, runId }) => [
    ...(dueAt === undefined ? [] : [`${pk} ${sk} is still due.`]),
    ...(retryAt === undefined ? [] : [`${pk} ${sk} is still to be tried again.`]),
    ...(runId === undefined || sk === 'RUN' ? [] : [`${pk} ${sk} still has a run.`]),
  ]);
}
