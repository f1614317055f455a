import type { CatalogStore } from '#ports/catalog-store.ts';
import { syncCustomer } from '#use-cases/sync/sync-customer.ts';
import { answering } from '../answering.ts';
import { endingsWorld } from './endings-world.ts';
import { NEW, REFUSED } from './saga-world.ts';

describe('an email that somebody gave a customer in Stripe', () => {
  it('comes over although a protected edit ends between its two looks', async () => {
    const { deps, store, inside, twins, dashboard, beginCreate, beginUpdate, take, customer, standing, twin } =
      await endingsWorld();
    const { id, externalId } = await twins();
    const event = { eventIds: ['evt_1'] };
    await dashboard('POST', `/${externalId}`, { email: NEW.email });
    // The first look finds it free. Just before it is taken, a protected create reserves it, which Stripe refuses then.
    let commits = 0;
    let operationId = '';
    const commit: CatalogStore['commit'] = async (writes) => {
      commits += 1;
      if (commits === 2) operationId = await beginCreate();
      return store.commit(writes);
    };
    expect(await inside(() => syncCustomer({ ...deps, store: answering(store, { commit }) }, id, event))).toBe('owed');
    await take('apply', operationId, { createCustomer: async () => REFUSED });
    await take('release', operationId);
    // Its second look is due at once: before it comes, somebody edits the customer here.
    expect(await standing(id)).toMatchObject({ status: 'synced', dueAt: expect.any(String) });
    await take('apply', await beginUpdate(id, { name: 'Janet' }));
    await inside(() => syncCustomer(deps, id));
    expect(await customer(id)).toMatchObject({ name: 'Janet', email: NEW.email });
    expect(await twin(externalId)).toMatchObject({ name: 'Janet', email: NEW.email });
    expect(await standing(id)).toMatchObject({ status: 'synced', base: { name: 'Janet', email: NEW.email } });
  });
});
