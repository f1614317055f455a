import { randomUUID } from 'node:crypto';
import type { ReadyLine } from '#local/ready-line.ts';
import type { Reply, Stage } from '../demo/stage.ts';

/** What an operation needs at least: the fewest calls by which its promises can be kept. */
export type Floor = { readonly stripe: number; readonly dynamodb: number };

export type Operation = {
  readonly name: string;
  /** Absent where it depends on how much there is to look at. */
  readonly floor?: Floor;
  /** Makes what it needs beforehand, and answers the work that is measured. */
  prepare(stage: Stage, ready: ReadyLine): Promise<() => Promise<void>>;
};

export const PROTECTED = { 'x-use-integrity-protection': 'true' };

export const someone = () => ({ name: 'Bench', email: `bench-${randomUUID()}@example.com` });
export const keyed = (headers: Readonly<Record<string, string>> = {}) => ({
  ...headers,
  'idempotency-key': randomUUID(),
});

export async function expectStatus(asked: Promise<Reply>, ...wanted: readonly number[]): Promise<Reply> {
  const reply = await asked;
  if (!wanted.includes(reply.status)) throw new Error(`${reply.status}: ${JSON.stringify(reply.body)}`);
  return reply;
}

export const create = (stage: Stage, headers: Readonly<Record<string, string>>, body: object = someone()) =>
  stage.api('POST', '/customers', { body, headers });

export async function twins(stage: Stage): Promise<{ readonly path: string; readonly externalId: string }> {
  const { body } = await expectStatus(create(stage, keyed(PROTECTED)), 201);
  await stage.settle();
  const { stripe } = body['integrations'] as { stripe: { external_id: string } };
  return { path: `/customers/${body['id']}`, externalId: stripe.external_id };
}

export const ask = (name: string, method: string, path: string, floor?: Floor): Operation => ({
  name,
  ...(floor && { floor }),
  async prepare(stage) {
    const asked = path.endsWith('/fix') ? { body: {} } : {};
    return async () => void (await expectStatus(stage.api(method, path, asked), 200));
  },
});

type StripeEvent = { readonly id: string; readonly created: number };

/** The events that something in Stripe leads to; none of them is delivered by itself. */
export async function eventsOf(stage: Stage, work: () => Promise<unknown>): Promise<string[]> {
  const list = async () => ((await stage.stripe('GET', '/v1/events?limit=100'))['data'] as StripeEvent[]) ?? [];
  const known = new Set((await list()).map(({ id }) => id));
  await work();
  return (await list()).map(({ id }) => id).filter((id) => !known.has(id));
}

export const deliver = async (stage: Stage, events: readonly string[]) =>
  void (await stage.sandbox('POST', '/webhooks/deliver', { events }));
