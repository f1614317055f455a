import { dashboard } from '../stack/dashboard.ts';
import type { Call, Stack } from '../stack/stack.ts';

const PROTECTED = { 'x-use-integrity-protection': 'true' };

export type Twins = { readonly id: string; readonly path: string; readonly externalId: string; readonly email: string };

/** A customer on both sides, and nothing of it under way. */
export async function createTwins(stack: Stack, email: string): Promise<Twins> {
  const reply = await stack.call('POST', '/customers', { body: { name: 'First', email }, headers: PROTECTED });
  if (reply.status !== 201) throw new Error(`The story could not begin: ${reply.status} ${reply.text}`);
  await stack.settle();
  const { stripe } = reply.body['integrations'] as { stripe: { external_id: string } };
  const id = String(reply.body['id']);
  return { id, path: `/customers/${id}`, externalId: stripe.external_id, email };
}

/** What each side holds. */
export async function bothSides(stack: Stack, { path, externalId }: Twins) {
  const here = (await stack.call('GET', path)).body;
  const there = (await dashboard(stack).customers.retrieve(externalId)) as {
    name?: string | null;
    email?: string | null;
  };
  return {
    here: { name: here['name'], email: here['email'] },
    there: { name: there.name ?? null, email: there.email ?? null },
  };
}

/** Values that lost, as the audit tells them, oldest first. */
export async function overruled(stack: Stack, { path }: Twins): Promise<unknown[]> {
  const entries = (await stack.call('GET', `${path}/audit?limit=100`)).body['data'] as { overruled?: unknown }[];
  return entries.flatMap((entry) => (entry.overruled === undefined ? [] : [entry.overruled])).reverse();
}

/** Events that have happened since a moment, oldest first. */
export async function eventsSince(stack: Stack, count: number): Promise<string[]> {
  const { events } = (await stack.sandbox('GET', '/state')) as unknown as { events: { id: string }[] };
  return events.slice(count).map(({ id }) => id);
}

export async function countEvents(stack: Stack): Promise<number> {
  return (await eventsSince(stack, 0)).length;
}

export async function deliver(stack: Stack, events: readonly string[]): Promise<void> {
  await stack.sandbox('POST', '/webhooks/deliver', { events });
  await stack.settle();
}

/** The calls that the consumer makes while something happens. */
export async function callsOfSync(stack: Stack, work: () => Promise<unknown>): Promise<Call[]> {
  await stack.settle();
  await stack.control$('DELETE', '/calls');
  await work();
  await stack.settle();
  return (await stack.calls()).filter((call) => call.function === 'concord-local-sync');
}
