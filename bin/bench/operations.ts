import { createHmac, randomUUID } from 'node:crypto';
import { BY_HAND } from './by-hand.ts';
import {
  ask,
  create,
  deliver,
  eventsOf,
  expectStatus,
  type Floor,
  keyed,
  type Operation,
  PROTECTED,
  someone,
  twins,
} from './operation.ts';

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

const schedule = (name: string): Operation => ({
  name: `schedule ${name}`,
  prepare: async (stage) => () => stage.run(name),
});

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
  write('replace by PUT, protected', 'PUT', PROTECTED, someone, { stripe: 1, dynamodb: 5 }),
  write('replace by PUT, default, and its push', 'PUT', {}, someone, { stripe: 2, dynamodb: 3 + 5 }),
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
  ...BY_HAND,
];
