import { randomUUID } from 'node:crypto';
import type { Stage } from '../demo/stage.ts';
import { ask, create, deliver, eventsOf, expectStatus, keyed, type Operation, someone, twins } from './operation.ts';

/** A look at one customer. */
const look = (name: string, at: string): Operation => ({
  name,
  async prepare(stage) {
    const { path } = await twins(stage);
    return async () => void (await expectStatus(stage.api('GET', `${path}${at}`), 200));
  },
});

/** A customer whom Stripe has refused, so that nobody there is its twin. */
async function createUnlinked(stage: Stage): Promise<string> {
  await stage.fault({ service: 'stripe', action: 'POST /v1/customers', kind: 'error', status: 400 });
  const { body } = await expectStatus(create(stage, keyed()), 201);
  await stage.settle();
  await stage.mendFaults();
  return `/customers/${body['id']}`;
}

/** What people look at and decide, at the console or by a call. Nothing of it is done often enough to have a floor. */
export const BY_HAND: readonly Operation[] = [
  ask('GET a page of customers', 'GET', '/customers'),
  look('GET sync-health of a customer', '/sync-health'),
  look('GET audit of a customer', '/audit'),
  look('GET sides of a customer', '/sides'),
  ask('GET operations, unfinished', 'GET', '/operations'),
  ask('GET actions', 'GET', '/actions'),
  {
    name: 'link, and its push',
    async prepare(stage) {
      const path = await createUnlinked(stage);
      const { id } = await stage.stripe('POST', '/v1/customers', someone());
      const asked = { body: { external_id: id } };
      return async () => void (await expectStatus(stage.api('POST', `${path}/link`, asked), 200));
    },
  },
  {
    name: 'resolve-conflict, and its push',
    async prepare(stage) {
      const taken = `${randomUUID()}@example.com`;
      await expectStatus(create(stage, keyed(), { name: 'Holder', email: taken }), 201);
      const { path, externalId } = await twins(stage);
      const edit = () => stage.stripe('POST', `/v1/customers/${externalId}`, { email: taken });
      await deliver(stage, await eventsOf(stage, edit));
      await stage.settle();
      const asked = { body: { keep: 'catalog' } };
      return async () => void (await expectStatus(stage.api('POST', `${path}/resolve-conflict`, asked), 200));
    },
  },
  ask('POST redrive-dead-letters, none there', 'POST', '/customers/redrive-dead-letters?integration_name=stripe'),
];
