import type { CatalogStore } from '#ports/catalog-store.ts';
import type { SyncRecord } from '#ports/records.ts';
import type { Evidence } from '#use-cases/repair/evidence.ts';
import type { Action } from '#use-cases/repair/kinds/kind.ts';
import { HOUR_MS } from '../../repair/repair-world.ts';
import { answering } from '../answering.ts';
import { atRest } from './repairs-world.ts';

type World = Awaited<ReturnType<typeof atRest>>;
type Standing = { readonly [Field in keyof SyncRecord]?: unknown };

/** Whoever has made so many commits dies. */
function dyingAfter(most: number, store: CatalogStore): CatalogStore {
  let commits = 0;
  const commit: CatalogStore['commit'] = (writes) => {
    commits += 1;
    return commits > most ? Promise.reject(new Error('It dies.')) : store.commit(writes);
  };
  return answering(store, { commit });
}

const without = async ({ remove, twins, customer }: World) => {
  await remove({ type: 'sync', customerId: twins.id, integration: 'stripe' });
  return customer();
};

describe('a customer whose repair is cut off after its transaction', () => {
  const ROWS: readonly (readonly [Action, string, (world: World) => Promise<Evidence>, (world: World) => Standing])[] =
    [
      [
        'forget-attempt',
        'since now',
        async ({ setSync, customer, twins, at }) => {
          await setSync(twins.id, { attemptKey: `${twins.id}:99`, retryAt: at(-HOUR_MS) });
          return customer();
        },
        ({ at, twins: { externalId } }) => ({ status: 'pending', externalId, apartSince: at(), dueAt: at() }),
      ],
      [
        'forget-attempt',
        'since before',
        async ({ setSync, customer, twins }) => {
          await setSync(twins.id, { attemptKey: `${twins.id}:99`, status: 'failed', apartSince: '2025' });
          return customer();
        },
        ({ at, twins: { externalId } }) => ({ status: 'pending', externalId, apartSince: '2025', dueAt: at() }),
      ],
      [
        'join',
        'with whom Stripe has',
        async ({ setSync, read, twins }) => {
          await setSync(twins.id, { externalId: undefined, isGone: true });
          return read({ of: 'external', externalId: twins.externalId });
        },
        ({ at, twins: { externalId } }) => ({ status: 'pending', externalId, apartSince: at(), dueAt: at() }),
      ],
      [
        'create-anew',
        'with nobody in Stripe',
        async ({ setSync, customer, twins }) => {
          await setSync(twins.id, { externalId: 'cus_old', status: 'orphaned', apartSince: '2025' });
          return customer();
        },
        ({ at }) => ({ status: 'pending', apartSince: '2025', dueAt: at() }),
      ],
      [
        'add-sync',
        'with nobody in Stripe, and as one that is live',
        without,
        ({ at }) => ({ status: 'pending', apartSince: at(), dueAt: at() }),
      ],
    ];

  it.each(ROWS)('(%s) is due, %s', async (action, _, make, expected) => {
    const world = await atRest();
    const evidence = await make(world);
    const store = dyingAfter(1, world.store);
    await expect(world.apply(action, evidence, { store })).rejects.toThrow('It dies.');
    const { status, externalId, apartSince, dueAt, retryAt, tries, isTombstone, ...rest } = await world.sync(
      world.twins.id,
    );
    const left = { status, externalId, apartSince, dueAt, retryAt, tries, isTombstone };
    expect(left).toEqual({ ...expected(world), tries: 0 });
    expect([rest.attemptKey, rest.isGone]).toEqual([undefined, undefined]);
  });

  it('(mark) is refused to a run that has read it before', async () => {
    const world = await atRest();
    const evidence = await world.customer();
    const { revision } = await world.sync(world.twins.id);
    await expect(world.apply('mark', evidence, { store: dyingAfter(1, world.store) })).rejects.toThrow('It dies.');
    expect(await world.sync(world.twins.id)).toMatchObject({ isUnmarked: true, revision: revision + 1 });
  });
});
