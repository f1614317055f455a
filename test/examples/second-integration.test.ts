import { inTandem, type Tandem } from './in-tandem.ts';

type States = Record<'stripe' | 'crm', { external_id: string; sync_status: string; conflict: unknown }>;

const PROTECTED = { 'x-use-integrity-protection': 'true' };

/** One stack tells all of them, one after the other. */
const STORIES: Readonly<Record<string, (tandem: Tandem) => Promise<void>>> = {
  async 'a customer is made in both, whichever mode it was asked for in'(tandem) {
    for (const headers of [{}, PROTECTED]) {
      const { reply, id, email } = await create(tandem, headers);
      expect(statesOf(reply).crm).toMatchObject({ external_id: null, sync_status: 'pending' });
      await tandem.stack.settle();
      await expectEverywhere(tandem, id, { name: 'Ann', email });
    }
  },

  async 'an edit here goes to both, in both modes'(tandem) {
    const { id, email } = await create(tandem);
    await tandem.stack.settle();
    for (const [name, headers] of [
      ['Anna', {}],
      ['Anne', PROTECTED],
    ] as const) {
      const edited = await tandem.stack.call('PATCH', `/customers/${id}`, { body: { name }, headers });
      expect([edited.status, statesOf(edited.body).crm.sync_status]).toEqual([200, 'pending']);
      expect(statesOf(edited.body).crm.external_id).toMatch(/^con_/);
      await tandem.stack.settle();
      await expectEverywhere(tandem, id, { name, email });
    }
  },

  async 'an edit on either side comes here, and goes to the other'(tandem) {
    const { id, email } = await create(tandem);
    await tandem.stack.settle();
    const { stripe, crm } = await read(tandem, id);
    await tandem.stripe.customers.update(stripe.external_id, { name: 'From Stripe' });
    await tandem.stack.settle();
    await expectEverywhere(tandem, id, { name: 'From Stripe', email });
    await tandem.atCrm('PATCH', `/contacts/${crm.external_id}`, { full_name: 'From the CRM', mail: `crm-${email}` });
    await tandem.run('sweep-events');
    await expectEverywhere(tandem, id, { name: 'From the CRM', email: `crm-${email}` });
  },

  async 'a customer born in one is brought to the other'(tandem) {
    const contact = await tandem.atCrm('POST', '/contacts', { full_name: 'Cleo', mail: 'cleo@example.com' });
    await tandem.run('sweep-events');
    const { body } = await tandem.stack.call('GET', '/customers?email=cleo@example.com');
    const [{ id }] = body['data'] as [{ id: string }];
    expect((await read(tandem, id)).crm.external_id).toBe(contact.id);
    await expectEverywhere(tandem, id, { name: 'Cleo', email: 'cleo@example.com' });
    expect(contactOf(tandem, contact.id)?.tags).toMatchObject({ concord_customer: id });
  },

  async 'one that is away keeps nothing from the other'(tandem) {
    tandem.crm.setDown(true);
    const { id, email } = await create(tandem, PROTECTED);
    await tandem.stack.settle();
    expect(await read(tandem, id)).toMatchObject({
      stripe: { sync_status: 'synced' },
      crm: { sync_status: 'failed' },
    });
    const health = await tandem.stack.call('GET', '/customers/integration-health/crm');
    expect(health.body).toMatchObject({ integration: 'crm', healthy: false, counts: { failed: 1 } });
    tandem.crm.setDown(false);
    await tandem.stack.control$('POST', '/faults', { service: 'stripe', kind: 'error', times: 100 });
    const retried = await tandem.stack.call('POST', '/customers/retry-failed-syncs?integration_name=crm');
    expect(retried.body).toMatchObject({ integration: 'crm', retried: 1, succeeded: 1 });
    expect((await tandem.stack.call('PATCH', `/customers/${id}`, { body: { name: 'Ada' } })).status).toBe(200);
    await tandem.stack.settle();
    const { stripe, crm } = await read(tandem, id);
    expect([stripe.sync_status, crm.sync_status]).toEqual(['failed', 'synced']);
    expect(contactOf(tandem, crm.external_id)).toMatchObject({ full_name: 'Ada', mail: email });
    await tandem.stack.control$('DELETE', '/faults');
    await tandem.stack.call('POST', '/customers/retry-failed-syncs?integration_name=stripe');
    await expectEverywhere(tandem, id, { name: 'Ada', email });
  },

  async 'an email that another has is in conflict where it is, and a person decides'(tandem) {
    const [ann, ben] = [await create(tandem), await create(tandem)];
    await tandem.stack.settle();
    const { crm } = await read(tandem, ben.id);
    await tandem.atCrm('PATCH', `/contacts/${crm.external_id}`, { mail: ann.email });
    await tandem.run('sweep-events');
    expect(await read(tandem, ben.id)).toMatchObject({
      stripe: { sync_status: 'synced', conflict: null },
      crm: { sync_status: 'conflict', conflict: { stripe_value: ann.email, other_customer_id: ann.id } },
    });
    await tandem.stack.call('POST', `/customers/${ben.id}/resolve-conflict`, { body: { keep: 'catalog' } });
    await tandem.stack.settle();
    await expectEverywhere(tandem, ben.id, { name: 'Ann', email: ben.email });
  },

  async 'a deletion in the CRM is the end of the contact, not of the customer; it is made anew when asked for'(tandem) {
    const { id, email } = await create(tandem);
    await tandem.stack.settle();
    const { crm } = await read(tandem, id);
    await tandem.atCrm('DELETE', `/contacts/${crm.external_id}`);
    await tandem.run('sweep-events');
    expect(await read(tandem, id)).toMatchObject({
      stripe: { sync_status: 'synced' },
      crm: { sync_status: 'orphaned', external_id: null },
    });
    await tandem.run('sweep-events');
    expect((await read(tandem, id)).crm.sync_status).toBe('orphaned');
    await tandem.stack.call('POST', '/customers/retry-failed-syncs?integration_name=crm');
    await tandem.stack.settle();
    await expectEverywhere(tandem, id, { name: 'Ann', email });
    expect((await read(tandem, id)).crm.external_id).not.toBe(crm.external_id);
  },

  async 'a deletion here, or in Stripe, is one in both'(tandem) {
    const made = [await create(tandem), await create(tandem), await create(tandem)];
    await tandem.stack.settle();
    const states = await Promise.all(made.map(({ id }) => read(tandem, id)));
    const [byDefault, safely] = made;
    await tandem.stack.call('DELETE', `/customers/${byDefault?.id}`);
    await tandem.stack.call('DELETE', `/customers/${safely?.id}`, { headers: PROTECTED });
    await tandem.stripe.customers.del(states[2]?.stripe.external_id ?? '');
    await tandem.stack.settle();
    for (const { stripe, crm } of states) {
      expect(await tandem.stripe.customers.retrieve(stripe.external_id)).toMatchObject({ deleted: true });
      expect(contactOf(tandem, crm.external_id)).toMatchObject({ deleted: true });
    }
  },

  async 'nobody knows a third'(tandem) {
    for (const path of [
      'GET /customers/integration-health/erp',
      'POST /customers/retry-failed-syncs?integration_name=erp',
    ]) {
      const [method = '', where = ''] = path.split(' ');
      expect((await tandem.stack.call(method, where)).status).toBe(404);
    }
  },
};

let made = 0;

async function create({ stack }: Tandem, headers: Record<string, string> = {}) {
  made += 1;
  const email = `ann${made}@example.com`;
  const reply = await stack.call('POST', '/customers', { body: { name: 'Ann', email }, headers });
  expect(reply.status).toBe(201);
  return { reply: reply.body, id: String(reply.body['id']), email };
}

async function read({ stack }: Tandem, id: string): Promise<States> {
  return statesOf((await stack.call('GET', `/customers/${id}`)).body);
}

function statesOf(body: Readonly<Record<string, unknown>>): States {
  return body['integrations'] as States;
}

function contactOf({ crm }: Tandem, id: string) {
  return crm.contacts().find((contact) => contact.id === id);
}

async function expectEverywhere(tandem: Tandem, id: string, { name, email }: { name: string; email: string }) {
  const { body } = await tandem.stack.call('GET', `/customers/${id}`);
  const { stripe, crm } = statesOf(body);
  expect([body['name'], body['email'], stripe.sync_status, crm.sync_status]).toEqual([name, email, 'synced', 'synced']);
  expect(await tandem.stripe.customers.retrieve(stripe.external_id)).toMatchObject({ name, email });
  expect(contactOf(tandem, crm.external_id)).toMatchObject({ full_name: name, mail: email, deleted: false });
}

describe('a second integration, by its folder and its lines in the registry', () => {
  it('works in tandem with the first', async () => {
    await inTandem(async (tandem) => {
      const wrong: string[] = [];
      for (const [told, story] of Object.entries(STORIES)) {
        await story(tandem).catch((error: Error) => wrong.push(`${told}: ${error.message}`));
        tandem.crm.setDown(false);
        await tandem.stack.control$('DELETE', '/faults');
      }
      expect(wrong).toEqual([]);
      await tandem.stack.quiesce();
      expect(await tandem.violations()).toEqual([]);
      const owned = tandem.crm.contacts().filter(({ deleted }) => !deleted);
      expect(new Set(owned.map(({ tags }) => tags['concord_customer'])).size).toBe(owned.length);
    });
  });
});
