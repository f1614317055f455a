import { PROTECTED } from '../faults/telling.ts';
import type { Reply, Stack } from '../stack/stack.ts';
import { putItem, readWorld } from '../stack/world.ts';
import { createTwins, type Twins } from '../two-way/told.ts';
import type { StoredOperation } from './stored.ts';

type Sent = {
  readonly method: string;
  readonly path: string;
  readonly body?: object;
  readonly headers: Record<string, string>;
};

/** A request with a key, what stands in the catalog since, and what its caller was answered. */
export type StoredReply = {
  readonly name: string;
  readonly request: Sent;
  readonly status: number;
  readonly text: string;
  readonly items: StoredOperation['items'];
};

type Asked = (twins: Twins) => Omit<Sent, 'headers'>;

/** Every kind of final reply that a key holds, or that the operation does which it names. */
const REQUESTS: Readonly<Record<string, readonly [mode: Record<string, string>, Asked]>> = {
  created: [{}, () => ({ method: 'POST', path: '/customers', body: { name: 'Kept', email: 'kept@example.com' } })],
  'created, protected': [
    PROTECTED,
    () => ({ method: 'POST', path: '/customers', body: { name: 'Held', email: 'held@example.com' } }),
  ],
  'refused, protected': [
    PROTECTED,
    () => ({ method: 'POST', path: '/customers', body: { name: 'No', email: 'no@rejected.example' } }),
  ],
  changed: [{}, ({ path }) => ({ method: 'PATCH', path, body: { name: 'Changed' } })],
  'changed, protected': [PROTECTED, ({ path }) => ({ method: 'PATCH', path, body: { name: 'Changed' } })],
  deleted: [{}, ({ path }) => ({ method: 'DELETE', path })],
  'deleted, protected': [PROTECTED, ({ path }) => ({ method: 'DELETE', path })],
};

/** Replies of every kind, as this version keeps them. */
export async function recordReplies(stack: Stack): Promise<StoredReply[]> {
  const stored: StoredReply[] = [];
  for (const [name, [mode, asked]] of Object.entries(REQUESTS)) {
    const before = new Set((await readWorld(stack)).items.map(({ pk, sk }) => `${pk} ${sk}`));
    const twins = await createTwins(stack, `${name.replace(/\W+/g, '-')}-${Date.now()}@example.com`);
    const request = { ...asked(twins), headers: { ...mode, 'idempotency-key': name.replace(', ', '-') } };
    const { status, text } = await ask(stack, request);
    await stack.settle();
    const items = (await readWorld(stack)).items.filter(
      ({ pk, sk }) => !before.has(`${pk} ${sk}`) && /^(CUSTOMER|EMAIL|KEY|LINK|OPERATION)#/.test(pk),
    );
    stored.push({ name, request, status, text, items });
  }
  return stored;
}

/** Puts a kept reply into a stack, as if its day were not over, and repeats its request. */
export async function repeat(stack: Stack, { request, items }: StoredReply): Promise<Reply> {
  const { now } = (await stack.control$('POST', '/clock', { advance_seconds: 0 })) as { now: string };
  const expiresAtSeconds = Math.floor(Date.parse(now) / 1000) + 3600;
  for (const item of items) await putItem(stack, 'expiresAtSeconds' in item ? { ...item, expiresAtSeconds } : item);
  return ask(stack, request);
}

function ask(stack: Stack, { method, path, body, headers }: Sent): Promise<Reply> {
  return stack.call(method, path, { headers, ...(body && { body }) });
}
