import { advance, fault, PROTECTED } from '../faults/telling.ts';
import { park } from '../operate/stories.ts';
import { dashboard } from '../stack/dashboard.ts';
import type { Stack } from '../stack/stack.ts';
import { createTwins } from '../two-way/told.ts';

const PEOPLE = ['Ada Byron', 'Grace Hopper', 'Alan Turing', 'Edsger Dijkstra', 'Barbara Liskov', 'Tony Hoare'];

/** Ids of customers that need a person, by why. */
export type Troubled = { readonly failed: string; readonly conflict: string; readonly drifted: string };

/** A catalog of which most agrees with Stripe, with one of each trouble that an operator may meet. */
export async function makeTroubledWorld(stack: Stack): Promise<Troubled> {
  const stripe = dashboard(stack);
  for (const name of PEOPLE) await create(stack, name, PROTECTED);
  await stack.settle();
  await busyHour(stack);
  const conflict = await createTwins(stack, 'ann@example.com');
  await stripe.customers.update(conflict.externalId, { email: emailOf('Ada Byron') });
  const failed = await create(stack, 'Rejected by Stripe', {}, 'billing@rejected.example');
  await stack.settle();
  await park(stack, 'half-made@example.com');
  const drifted = await createTwins(stack, 'drifted@example.com');
  await stack.call('PATCH', drifted.path, { body: { name: 'Donald Knuth' }, headers: PROTECTED });
  await stack.settle();
  await stack.sandbox('POST', '/webhooks', { mode: 'hold' });
  await stripe.customers.update(drifted.externalId, { name: 'Donald E. Knuth' });
  await stack.call('POST', '/operations/never-was/retry');
  // What is younger may still come over by itself, and is no drift.
  await advance(stack, 700);
  return { failed, conflict: conflict.id, drifted: drifted.id };
}

/** Edits, some of which Stripe does not answer at once. */
async function busyHour(stack: Stack): Promise<void> {
  const unanswered = { service: 'stripe', action: 'POST /v1/customers', kind: 'error', status: 500 };
  for (const [edits, failures] of [
    [3, 0],
    [5, 1],
    [2, 0],
    [4, 3],
    [6, 0],
  ] as const) {
    if (failures > 0) await fault(stack, { ...unanswered, times: failures });
    for (let edit = 0; edit < edits; edit += 1)
      await create(stack, `Customer ${edit} of ${edits}`, {}, `${edits}-${edit}@example.com`);
    await stack.settle();
    await stack.control$('DELETE', '/faults');
    await advance(stack, 330);
    await stack.control$('POST', '/schedules/retry-failed-syncs/run');
    await stack.settle();
  }
}

function emailOf(name: string): string {
  return `${name.toLowerCase().replace(' ', '.')}@example.com`;
}

async function create(
  stack: Stack,
  name: string,
  headers: Record<string, string>,
  email = emailOf(name),
): Promise<string> {
  const reply = await stack.call('POST', '/customers', { body: { name, email }, headers });
  if (reply.status !== 201) throw new Error(`The world could not be made: ${reply.status} ${reply.text}`);
  return String(reply.body['id']);
}
