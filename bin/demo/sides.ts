import { randomUUID } from 'node:crypto';
import type { Reply, Stage } from './stage.ts';

/** A customer of the catalog, as the API tells of it. */
export type Here = {
  readonly id: string;
  readonly name: string | null;
  readonly email: string | null;
  readonly version: number;
  readonly integrations: { readonly stripe: { readonly external_id: string | null; readonly sync_status: string } };
};

/** A customer of Stripe that is not deleted, as the sandbox tells of it. */
export type There = {
  readonly id: string;
  readonly name: string | null;
  readonly email: string | null;
  readonly metadata: Readonly<Record<string, string>>;
  readonly deleted?: true;
};

/** All customers of the catalog, or those with an email. */
export async function readHere(stage: Stage, email?: string): Promise<Here[]> {
  const here: Here[] = [];
  let cursor: unknown = '';
  while (cursor !== null) {
    const query = new URLSearchParams({
      ...{ limit: '100', ...(email !== undefined && { email }) },
      ...(cursor !== '' && { cursor: String(cursor) }),
    });
    const { status, body } = await stage.api('GET', `/customers?${query}`);
    if (status !== 200) throw new Error(`The catalog cannot be read: ${status}.`);
    here.push(...(body['data'] as Here[]));
    cursor = body['next_cursor'];
  }
  return here;
}

/** All customers of Stripe, or those with an email in whatever case. */
export async function readThere(stage: Stage, email?: string): Promise<There[]> {
  const { customers } = (await stage.sandbox('GET', '/state')) as { customers: There[] };
  return customers.filter(
    (customer) =>
      customer.deleted !== true && (email === undefined || customer.email?.toLowerCase() === email.toLowerCase()),
  );
}

/**
 * A request with integrity protection and a key of its own, which is repeated as long as the answer is 202: on a busy
 * machine 20 seconds may not be enough.
 */
export async function askProtected(stage: Stage, method: string, path: string, body: unknown): Promise<Reply> {
  const headers = { 'x-use-integrity-protection': 'true', 'idempotency-key': randomUUID() };
  let reply = await stage.api(method, path, { body, headers });
  for (let repeats = 0; reply.status === 202 && repeats < 10; repeats += 1) {
    await stage.settle();
    reply = await stage.api(method, path, { body, headers });
  }
  return reply;
}

/** A customer on both sides, and nothing of it under way. */
export async function createTwins(stage: Stage, name: string): Promise<Here> {
  const reply = await askProtected(stage, 'POST', '/customers', { name, email: emailOf(name) });
  await stage.settle();
  return customerOf(reply);
}

/** The customer that a reply is about. @throws Error when it is about none */
export function customerOf({ status, body }: Reply): Here {
  if (status !== 200 && status !== 201) throw new Error(`There is no customer: ${status} ${JSON.stringify(body)}`);
  return body as unknown as Here;
}

export function emailOf(name: string): string {
  return `${name.toLowerCase().replaceAll(' ', '.')}@example.com`;
}

/** How many customers of either side are not exactly one customer's twin on the other, in ids, name and email. */
export function countUnpaired(here: readonly Here[], there: readonly There[]): number {
  const isPair = (one: Here, other: There) =>
    one.integrations.stripe.external_id === other.id &&
    other.metadata['concord_customer_id'] === one.id &&
    one.name === other.name &&
    one.email === other.email;
  const alone = here.filter((one) => there.filter((other) => isPair(one, other)).length !== 1);
  const orphans = there.filter((other) => here.filter((one) => isPair(one, other)).length !== 1);
  return alone.length + orphans.length;
}
