import { createHmac, randomUUID } from 'node:crypto';
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

const PROTECTED = { 'x-use-integrity-protection': 'true' };

const someone = () => ({ name: 'Bench', email: `bench-${randomUUID()}@example.com` });
const keyed = (headers: Readonly<Record<string, string>> = {}) => ({ ...headers, 'idempotency-key': randomUUID() });

async function expectStatus(asked: Promise<Reply>, ...wanted: readonly number[]): Promise<Reply> {
  const reply = await asked;
  if (!wanted.includes(reply.status)) throw new Error(`${reply.status}: ${JSON.stringify(reply.body)}`);
  return reply;
}

const create = (stage: Stage, headers: Readonly<Record<string, string>>, body: object = someone()) =>
  stage.api('POST', '/customers', { body, headers });

async function twins(stage: Stage): Promise<{ readonly path: string; readonly externalId: string }> {
  const { body } = await expectStatus(create(stage, keyed(PROTECTED)), 201);
  await stage.settle();
  const { stripe } = body['integrations'] as { stripe: { external_id: string } };
  return { path: `/customers/${body['id']}`, externalId: stripe.external_id };
}

const write = (
  name: string,
  method: string,
  mode: Readonly<Record<string, string>>,
  body: (() => object) | undefined,
  floor: Floor,
): Operation => ({
  ...{ name, floor },
  async prepare(stage) {
    const { path } = await twins(stage);
    const asked = { headers: keyed(mode), ...(body && { body: body() }) };
    return async () => void (await expectStatus(stage.api(method, path, asked), 200));
  },
});

const ask = (name: string, method: string, path: string, floor?: Floor): Operation => ({
  name,
  ...(floor && { floor }),
  async prepare(stage) {
    const asked = path.endsWith('/fix') ? { body: {} } : {};
    return async () => void (await expectStatus(stage.api(method, path, asked), 200));
  },
});

const schedule = (name: string): Operation => ({
  name: `schedule ${name}`,
  prepare: async (stage) => () => stage.run(name),
});

type StripeEvent = { readonly id: string; readonly created: number };

/** The events that something in Stripe leads to; none of them is delivered by itself. */
async function eventsOf(stage: Stage, work: () => Promise<unknown>): Promise<string[]> {
  const list = async () => ((await stage.stripe('GET', '/v1/events?limit=100'))['data'] as StripeEvent[]) ?? [];
  const known = new Set((await list()).map(({ id }) => id));
  await work();
  return (await list()).map(({ id }) => id).filter((id) => !known.has(id));
}

const deliver = async (stage: Stage, events: readonly string[]) =>
  void (await stage.sandbox('POST', '/webhooks/deliver', { events }));

const foreignEdit = (name: string, deliveries: number, floor: Floor): Operation => ({
  ...{ name, floor },
  async prepare(stage) {
    const { externalId } = await twins(stage);
    const edit = () => stage.stripe('POST', `/v1/customers/${externalId}`, { name: `Edited ${randomUUID()}` });
    const events = await eventsOf(stage, edit);
    for (let delivery = 1; delivery < deliveries; delivery += 1) {
      await deliver(stage, events);
      await stage.settle();
    }
    return () => deliver(stage, events);
  },
});

/** What the contract offers, beside the floors of its design. What a push of a default write costs is in its sum. */
export const OPERATIONS: readonly Operation[] = [
  {
    ...{ name: 'create, protected', floor: { stripe: 1, dynamodb: 4 } },
    prepare: async (stage) => async () => void (await expectStatus(create(stage, keyed(PROTECTED)), 201)),
  },
  {
    ...{ name: 'create, default, and its push', floor: { stripe: 1, dynamodb: 3 + 5 } },
    prepare: async (stage) => async () => void (await expectStatus(create(stage, keyed()), 201)),
  },
  // Recording the attempt is in these floors.
  write('update of the name, protected', 'PATCH', PROTECTED, () => ({ name: 'Renamed' }), { stripe: 1, dynamodb: 5 }),
  write('update of the email, protected', 'PATCH', PROTECTED, () => ({ email: someone().email }), {
    ...{ stripe: 1, dynamodb: 5 },
  }),
  write('update of the name, default, and its push', 'PATCH', {}, () => ({ name: 'Renamed' }), {
    ...{ stripe: 2, dynamodb: 3 + 5 },
  }),
  write('delete, protected', 'DELETE', PROTECTED, undefined, { stripe: 2, dynamodb: 5 }),
  write('delete, default, and its push', 'DELETE', {}, undefined, { stripe: 2, dynamodb: 3 + 5 }),
  {
    ...{ name: 'replay of a create, protected', floor: { stripe: 0, dynamodb: 2 } },
    async prepare(stage) {
      const [headers, body] = [keyed(PROTECTED), someone()];
      await expectStatus(create(stage, headers, body), 201);
      return async () => void (await expectStatus(create(stage, headers, body), 201));
    },
  },
  {
    ...{ name: 'other payload under a used key', floor: { stripe: 0, dynamodb: 2 } },
    async prepare(stage) {
      const headers = keyed();
      await expectStatus(create(stage, headers), 201);
      return async () => void (await expectStatus(create(stage, headers), 422));
    },
  },
  {
    ...{ name: 'create with a taken email (409)', floor: { stripe: 0, dynamodb: 3 } },
    async prepare(stage) {
      const body = someone();
      await expectStatus(create(stage, keyed(), body), 201);
      return async () => void (await expectStatus(create(stage, keyed(), body), 409));
    },
  },
  {
    ...{ name: 'GET customer', floor: { stripe: 0, dynamodb: 1 } },
    async prepare(stage) {
      const { path } = await twins(stage);
      return async () => void (await expectStatus(stage.api('GET', path), 200));
    },
  },
  {
    ...{ name: 'webhook, our own echo', floor: { stripe: 0, dynamodb: 2 } },
    async prepare(stage) {
      const events = await eventsOf(stage, () => twins(stage));
      return () => deliver(stage, events);
    },
  },
  foreignEdit('webhook, foreign edit of the name', 1, { stripe: 1, dynamodb: 5 }),
  foreignEdit('webhook, the same event again', 2, { stripe: 0, dynamodb: 2 }),
  {
    ...{ name: 'webhook, refused', floor: { stripe: 0, dynamodb: 0 } },
    prepare:
      async (_stage, { webhook }) =>
      async () => {
        const signature = `t=${Math.floor(Date.now() / 1000)},v1=${createHmac('sha256', 'other').digest('hex')}`;
        const response = await fetch(webhook, {
          method: 'POST',
          headers: { 'stripe-signature': signature },
          body: '{}',
        });
        if (response.status !== 400) throw new Error(`${response.status} for a forged signature.`);
      },
  },
  schedule('sweep-operations'),
  schedule('retry-failed-syncs'),
  schedule('sweep-events'),
  schedule('cleanup'),
  schedule('validate-consistency'),
  ask('GET validate', 'GET', '/customers/data-consistency/validate'),
  ask('POST fix, nothing to fix', 'POST', '/customers/data-consistency/fix'),
  ask('POST retry-failed-syncs', 'POST', '/customers/retry-failed-syncs?integration_name=stripe'),
  ask('POST cleanup-orphaned', 'POST', '/customers/cleanup-orphaned?integration_name=stripe'),
  ask('GET integration-health', 'GET', '/customers/integration-health/stripe'),
];
