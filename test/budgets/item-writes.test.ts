import type { CatalogStore, NamedWrites } from '#ports/catalog-store.ts';
import { createCustomer } from '#use-cases/catalog/create-customer.ts';
import { updateCustomer } from '#use-cases/catalog/update-customer.ts';
import { handlePokes } from '#use-cases/sync/handle-pokes.ts';
import { createRig, type Rig } from '../simulation/rig.ts';

/** Items that operations may write, beside checks, which write nothing. */
describe('the items that are written', () => {
  let written: string[];
  let rig: Rig;
  const counting = (store: CatalogStore): CatalogStore => ({
    read: (keys) => store.read(keys),
    async commit<const W extends NamedWrites>(writes: W) {
      const result = await store.commit(writes);
      const names = Object.entries(writes).flatMap(([name, write]) => (write && !('check' in write) ? [name] : []));
      if (result.committed) written.push(...names);
      return result;
    },
    listDue: (...asked) => store.listDue(...asked),
    scan: (...asked) => store.scan(...asked),
    listApart: (...asked) => store.listApart(...asked),
    listCustomers: (...asked) => store.listCustomers(...asked),
    listAudit: (...asked) => store.listAudit(...asked),
    listUnfinished: (...asked) => store.listUnfinished(...asked),
    listOperationsOf: (...asked) => store.listOperationsOf(...asked),
  });
  beforeEach(() => {
    written = [];
    rig = createRig({ seed: 1, wrapStore: counting, consume: (ports, poke) => handlePokes(ports, [poke]) });
  });

  async function writtenBy(work: Parameters<Rig['task']>[1]): Promise<string[]> {
    written = [];
    const done = rig.task('client', work);
    await rig.run();
    await done;
    return written;
  }
  const identity = (key: string) => ({ scope: 'test', key, fingerprint: key, requestId: key });
  const created = { name: 'Budget', email: 'budget@example.com' };
  const idOf = () => String(rig.catalog().find(({ key }) => key.type === 'customer')?.record['id']);

  it('by a default create: 6, and by its push 6 and a counter', async () => {
    const all = await writtenBy((ports) => createCustomer(ports, created, identity('create')));
    const ofApi = ['requestKey', 'claim', 'customer', 'sync', 'audit', 'counter'];
    expect(all.slice(0, 6).toSorted()).toEqual(ofApi.toSorted());
    expect(all.slice(6).toSorted()).toEqual(
      ['sync', 'sync', 'attempt', 'sync', 'attempt', 'link', 'attempts'].toSorted(),
    );
  });

  it('by a default edit of both fields: 6 at most, and by its push 6', async () => {
    await writtenBy((ports) => createCustomer(ports, created));
    const asked = { name: 'Edited', email: 'edited@example.com' };
    const all = await writtenBy((ports) => updateCustomer(ports, idOf(), asked, undefined, identity('edit')));
    const ofApi = ['requestKey', 'customer', 'claim', 'oldClaim', 'sync', 'audit'];
    expect(all.slice(0, 6).toSorted()).toEqual(ofApi.toSorted());
    expect(all.slice(6).toSorted()).toEqual(['sync', 'sync', 'attempt', 'sync', 'attempt', 'attempts'].toSorted());
  });

  it('by an edit of the email in Stripe: 6', async () => {
    await writtenBy((ports) => createCustomer(ports, created));
    const externalId = String(rig.stripeCustomers()[0]?.customer.id);
    const edit = rig.stripeEdit(externalId, { email: 'there@example.com' });
    await rig.run();
    await edit;
    const notice = { id: 'evt_1', kind: 'updated', createdAt: new Date(rig.nowMs()).toISOString() } as const;
    const all = await writtenBy((ports) => handlePokes(ports, [{ externalId, event: notice }]));
    expect(all.toSorted()).toEqual(['sync', 'customer', 'claim', 'oldClaim', 'audit', 'sync'].toSorted());
  });
});
