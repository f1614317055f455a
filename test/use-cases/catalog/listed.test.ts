import type { CatalogStore } from '#ports/catalog-store.ts';
import { listCustomers } from '#use-cases/catalog/list-customers.ts';
import { createRepairWorld } from '../../repair/repair-world.ts';
import { answering } from '../answering.ts';

describe('a page of customers', () => {
  it('of nobody is empty', async () => {
    const { deps } = createRepairWorld();
    expect(await listCustomers(deps, { limit: 3 })).toStrictEqual({ data: [], next: undefined });
    expect(await listCustomers(deps, { limit: 3, email: 'no@example.com' })).toStrictEqual({
      ...{ data: [], next: undefined },
    });
  });

  it('leaves out whom the list still has, but who is not listed any more', async () => {
    const { deps, store, twins, setCustomer } = createRepairWorld();
    const [one, other] = [await twins(), await twins()];
    await setCustomer(other.id, { listKey: undefined });
    const listed: CatalogStore['listCustomers'] = async () => ({
      ...{ customerIds: ['gone', other.id, one.id], next: undefined },
    });
    const lagging = { ...deps, store: answering(store, { listCustomers: listed }) };
    expect((await listCustomers(lagging, { limit: 3 })).data.map(({ email }) => email)).toEqual([one.email]);
  });

  it('of an email leaves out who has none, and for whom it is only reserved', async () => {
    const { deps, twins, setCustomer, write } = createRepairWorld();
    const { id } = await twins();
    await setCustomer(id, { email: null });
    await write({
      key: { type: 'emailClaim', email: 'new@example.com' as never },
      ...{ put: { state: 'reserved', customerId: id, operationId: 'o' }, when: { is: 'absent' } },
    });
    expect(await listCustomers(deps, { limit: 3, email: 'new@example.com' })).toStrictEqual({
      ...{ data: [], next: undefined },
    });
  });

  it('is asked for no more than it still lacks', async () => {
    const { deps, store, twins, setSync } = createRepairWorld();
    const all = [await twins(), await twins(), await twins()];
    for (const { id } of all) await setSync(id, { status: 'failed' });
    const asked: unknown[] = [];
    const pages = [[all[0]?.id, 'gone'], [all[1]?.id], [all[2]?.id]] as string[][];
    const listed: CatalogStore['listCustomers'] = async (limit, from) => {
      asked.push([limit, from]);
      return { customerIds: pages[asked.length - 1] ?? [], next: `after ${asked.length}` };
    };
    const lagging = { ...deps, store: answering(store, { listCustomers: listed }) };
    const { data, next } = await listCustomers(lagging, { limit: 2, syncStatus: 'failed' });
    expect([data.map(({ id }) => id), next]).toEqual([[all[0]?.id, all[1]?.id], 'after 2']);
    expect(asked).toEqual([
      [2, undefined],
      [1, 'after 1'],
    ]);
  });
});
