import { absent, any, atMost, equal } from '#ports/catalog-store.ts';
import { IntegrationUnavailableError } from '#ports/integration.ts';
import { createCustomer } from '#use-cases/catalog/create-customer.ts';
import { deleteCustomer } from '#use-cases/catalog/delete-customer.ts';
import { tieKey } from '#use-cases/catalog/request-key.ts';
import { refusingLiveSubscriptions } from '#use-cases/catalog/subscriptions.ts';
import { updateCustomer } from '#use-cases/catalog/update-customer.ts';
import { createRepairWorld } from '../../repair/repair-world.ts';
import { answering } from '../answering.ts';

const AT = '2026-01-01T00:00:00.000Z';
const JANE = { name: 'Jane', email: 'jane@example.com' };
const problem = (type: string) => ({ problem: { type } });
const identity = (key: string, fingerprint = 'f') => ({ scope: 'ann POST', key, fingerprint, requestId: `of ${key}` });

async function worldOfOne() {
  const world = createRepairWorld();
  const pokes: unknown[] = [];
  const deps = { ...world.deps, pokes: { poke: async (poke: unknown) => void pokes.push(poke) } };
  const twins = await world.twins();
  const read = async () => (await world.deps.store.read([{ type: 'customer', customerId: twins.id }]))[0];
  const audit = async () => (await world.deps.store.listAudit(twins.id, 9, undefined)).entries;
  return { world, deps, pokes, twins, read, audit };
}

describe('a request under a key', () => {
  it('has one effect, and every repeat of it the same reply', async () => {
    const { deps, world } = await worldOfOne();
    const first = await createCustomer(deps, JANE, identity('k'));
    expect(first).toMatchObject({ is: 'completed', reply: { is: 'created' }, replayed: false });
    const again = await createCustomer(deps, JANE, identity('k'));
    expect(again).toEqual({
      ...first,
      replayed: { requestId: 'of k', keyExpiresAtSeconds: Date.UTC(2026, 0, 2) / 1000 },
    });
    // Another key is another request.
    await expect(createCustomer(deps, JANE, identity('l'))).rejects.toMatchObject(problem('email-taken'));
    await expect(createCustomer(deps, JANE, identity('k', 'g'))).rejects.toMatchObject(
      problem('idempotency-key-reused'),
    );
    world.pass(24 * 3600_000);
    await expect(createCustomer(deps, JANE, identity('k', 'g'))).rejects.toMatchObject(problem('email-taken'));
  });

  it('gets its reply also when the customer is gone, or held, by then', async () => {
    const { deps, twins, world } = await worldOfOne();
    const remove = (key: string) =>
      deleteCustomer(deps, twins.id, { ifMatch: undefined, cancelSubscriptions: true, request: identity(key) });
    const rename = (key: string) => updateCustomer(deps, twins.id, { name: 'Ann' }, undefined, identity(key));
    expect(await rename('rename')).toMatchObject({ reply: { is: 'updated', customer: { name: 'Ann' } } });
    await world.setCustomer(twins.id, { owner: 'o1' });
    expect(await rename('rename')).toMatchObject({ is: 'completed', replayed: { requestId: 'of rename' } });
    await expect(rename('another')).rejects.toMatchObject(problem('customer-busy'));
    await world.setCustomer(twins.id, { owner: undefined });
    expect(await remove('remove')).toEqual({
      is: 'completed',
      reply: { is: 'deleted', customerId: twins.id },
      replayed: false,
    });
    expect(await remove('remove')).toMatchObject({ is: 'completed', replayed: { requestId: 'of remove' } });
    await expect(remove('another')).rejects.toMatchObject(problem('not-found'));
    await expect(remove('another')).rejects.toThrow('no such customer');
  });

  it('joins the operation that it has begun, and may try again when that has come to nothing', async () => {
    const { deps, twins, world } = await worldOfOne();
    const { scope, key, ...tied } = identity('k');
    const put = { ...tied, operationId: 'o1', expiresAtSeconds: 9e9 };
    await world.write({ key: { type: 'requestKey', scope, key }, put, when: { is: 'absent' } });
    const rename = () => updateCustomer(deps, twins.id, { name: 'Ann' }, undefined, identity('k'));
    await world.putOperation('o1', twins.id, { status: 'compensating' });
    expect(await rename()).toEqual({ is: 'underway', operationId: 'o1', status: 'compensating' });
    const ended = (type: 'stripe-rejected' | 'stripe-unavailable') =>
      world.putOperation('o1', twins.id, { status: 'compensated', problem: { type, detail: '' } });
    await ended('stripe-rejected');
    expect(await rename()).toMatchObject({ is: 'refused', problem: { type: 'stripe-rejected' } });
    await ended('stripe-unavailable');
    // But not before others have finished.
    await world.setCustomer(twins.id, { owner: 'o2' });
    await expect(rename()).rejects.toMatchObject(problem('customer-busy'));
    await world.setCustomer(twins.id, { owner: undefined });
    expect(await rename()).toMatchObject({ is: 'completed', replayed: false });
  });

  it('may try again when its operation is forgotten', async () => {
    const { deps, twins, world } = await worldOfOne();
    const { scope, key, ...tied } = identity('k');
    const put = { ...tied, operationId: 'gone', expiresAtSeconds: 9e9 };
    await world.write({ key: { type: 'requestKey', scope, key }, put, when: { is: 'absent' } });
    expect(await updateCustomer(deps, twins.id, { name: 'Ann' }, undefined, identity('k'))).toMatchObject({
      ...{ is: 'completed', replayed: false },
    });
  });

  it('has a key that is new, has expired, or names the operation that came to nothing', () => {
    const isFree = [absent, atMost('expiresAtSeconds', 1)];
    expect(tieKey(identity('k'), {}, 1_500, undefined)).toMatchObject({ when: any(...isFree) });
    expect(tieKey(identity('k'), {}, 1_500, 'o')).toMatchObject({ when: any(...isFree, equal('operationId', 'o')) });
  });
});

describe('a create', () => {
  it('is one customer, owed to Stripe, and one entry of the audit, in the order of time', async () => {
    const { deps, world } = await worldOfOne();
    world.pass(1_000);
    const made = await createCustomer(deps, JANE);
    const id = made.is === 'completed' && made.reply.is === 'created' ? made.reply.customer.id : '';
    const [at, dueAt] = ['2026-01-01T00:00:01.000Z', '2026-01-01T00:00:31.000Z'];
    expect(await world.sync(id)).toEqual({ status: 'pending', apartSince: at, revision: 0, tries: 0, dueAt });
    const entries = world.store.dump().filter(({ key }) => key.type === 'audit' && key.customerId === id);
    expect(entries).toEqual([
      {
        key: { type: 'audit', customerId: id, entryId: expect.stringMatching(`^${at}#.`) },
        record: { at, cause: 'api', before: null, after: JANE },
      },
    ]);
  });
});

describe('a change', () => {
  it('is one version, one entry of the audit and one poke', async () => {
    const { deps, twins, read, audit, pokes } = await worldOfOne();
    const { version = 0 } = (await read()) ?? {};
    expect(await updateCustomer(deps, twins.id, { name: 'Ann' }, undefined)).toMatchObject({
      reply: {
        customer: {
          ...{ name: 'Ann', version: version + 1 },
          integrations: { stripe: { externalId: twins.externalId, syncStatus: 'pending', lastSyncedAt: AT } },
        },
      },
    });
    expect(await read()).toMatchObject({ name: 'Ann', version: version + 1 });
    expect((await audit())[0]).toMatchObject({ cause: 'api', before: { name: 'Twin 1' }, after: { name: 'Ann' } });
    expect(pokes).toEqual([{ customerId: twins.id }]);
  });

  it('that changes nothing is none', async () => {
    const { deps, twins, read, audit, pokes } = await worldOfOne();
    const before = [await read(), await audit()];
    await updateCustomer(deps, twins.id, { name: 'Twin 1', email: twins.email }, undefined);
    expect([await read(), await audit(), pokes]).toEqual([...before, []]);
  });

  it('soon after another is brought over by the same poke, for as long as that is on its way', async () => {
    const { deps, twins, pokes, world } = await worldOfOne();
    const rename = (name: string) => updateCustomer(deps, twins.id, { name }, undefined);
    for (const name of ['a', 'b', 'c']) await rename(name);
    expect(pokes).toHaveLength(1);
    world.pass(30_000);
    await rename('d');
    expect(pokes).toHaveLength(2);
    await world.setSync(twins.id, { conflict: { field: 'email', stripeValue: null, since: '2026' } });
    await rename('e');
    expect(pokes).toHaveLength(3);
  });

  it('is acknowledged although its poke cannot be sent: it is found due', async () => {
    const { deps, twins, world } = await worldOfOne();
    const warned: unknown[] = [];
    const failing = {
      ...deps,
      pokes: { poke: () => Promise.reject(new TypeError('no')) },
      log: { warn: (_: string, details: unknown) => void warned.push(details) },
    };
    await updateCustomer(failing, twins.id, { name: 'Ann' }, undefined);
    expect(warned).toEqual([{ customerId: twins.id, error: 'TypeError' }]);
    expect((await world.sync(twins.id)).dueAt).toBe('2026-01-01T00:00:30.000Z');
  });

  it('of the email takes the new one and lets the old one go', async () => {
    const { deps, twins } = await worldOfOne();
    await updateCustomer(deps, twins.id, { email: JANE.email }, undefined);
    await expect(createCustomer(deps, JANE)).rejects.toMatchObject(problem('email-taken'));
    expect(await createCustomer(deps, { name: 'New', email: twins.email })).toMatchObject({ is: 'completed' });
  });

  it('of a customer without an email gives it one, and lets none go', async () => {
    const { deps, twins, world, read } = await worldOfOne();
    await world.setCustomer(twins.id, { email: null });
    await updateCustomer(deps, twins.id, { email: JANE.email }, undefined);
    expect(await read()).toMatchObject({ email: JANE.email });
    await expect(createCustomer(deps, { ...JANE, email: twins.email })).rejects.toMatchObject(problem('email-taken'));
  });

  it('is made only to the version that it says', async () => {
    const { deps, twins, read } = await worldOfOne();
    const { version = 0 } = (await read()) ?? {};
    const rename = (name: string, ifMatch: readonly number[] | 'any') =>
      updateCustomer(deps, twins.id, { name }, ifMatch);
    await expect(rename('a', [version + 1])).rejects.toMatchObject(problem('version-mismatch'));
    await rename('a', [version + 1, version]);
    await expect(rename('b', [version])).rejects.toMatchObject(problem('version-mismatch'));
    expect(await rename('b', 'any')).toMatchObject({ is: 'completed' });
  });
});

describe('a delete', () => {
  const SAFE = { ifMatch: undefined, cancelSubscriptions: false };

  it('leaves a tombstone without personal data, and frees the email', async () => {
    const { deps, twins, read, audit, world } = await worldOfOne();
    const { version = 0 } = (await read()) ?? {};
    await world.inside(() => deleteCustomer(deps, twins.id, SAFE));
    expect(await read()).toMatchObject({ status: 'deleted', name: null, email: null, version: version + 1 });
    expect(await read()).not.toHaveProperty('listKey');
    expect((await audit())[0]).toMatchObject({ cause: 'api', before: { email: twins.email }, after: null });
    expect(await createCustomer(deps, { name: 'New', email: twins.email })).toMatchObject({ is: 'completed' });
  });

  it('of a customer without an email frees none', async () => {
    const { deps, twins, read, world } = await worldOfOne();
    await world.setCustomer(twins.id, { email: null });
    await world.inside(() => deleteCustomer(deps, twins.id, SAFE));
    expect(await read()).toMatchObject({ status: 'deleted' });
  });

  it('asks Stripe once about a customer there, however often it has to be tried', async () => {
    const { deps } = await worldOfOne();
    const asked: string[] = [];
    const hasLiveSubscriptions = async (externalId: string) => asked.push(externalId) === 0;
    const refuseIfSubscribed = refusingLiveSubscriptions(answering(deps.integration, { hasLiveSubscriptions }));
    const sync = { status: 'synced', revision: 1, tries: 0 } as const;
    for (const externalId of ['cus_1', 'cus_1', 'cus_2', 'cus_2']) await refuseIfSubscribed({ ...sync, externalId });
    expect(asked).toEqual(['cus_1', 'cus_2']);
  });

  it('that would cancel a live subscription is refused, unless that is asked for', async () => {
    const { deps, twins, world } = await worldOfOne();
    await world.subscribe(twins.externalId);
    await expect(world.inside(() => deleteCustomer(deps, twins.id, SAFE))).rejects.toMatchObject(
      problem('customer-has-subscriptions'),
    );
    const asked = { ifMatch: undefined, cancelSubscriptions: true };
    expect(await deleteCustomer(deps, twins.id, asked)).toMatchObject({ is: 'completed' });
  });

  it('is refused while Stripe cannot say, and asks nothing about a customer that it does not have', async () => {
    const { deps, twins, world } = await worldOfOne();
    const asking = (error: Error) => ({
      ...deps,
      integration: Object.assign(Object.create(deps.integration), {
        hasLiveSubscriptions: () => Promise.reject(error),
      }),
    });
    const cause = new IntegrationUnavailableError();
    const unavailable = asking(cause);
    await expect(deleteCustomer(unavailable, twins.id, SAFE)).rejects.toMatchObject({
      ...{ ...problem('stripe-unavailable'), cause },
    });
    await expect(deleteCustomer(asking(new Error('a bug')), twins.id, SAFE)).rejects.toThrow('a bug');
    await world.setSync(twins.id, { externalId: undefined });
    expect(await deleteCustomer(unavailable, twins.id, SAFE)).toMatchObject({ is: 'completed' });
  });
});
