import type { IntegrationName, Integrations } from '#domain/integrations.ts';
import { deleteCustomer } from '#use-cases/catalog/delete-customer.ts';
import { getSyncHealth } from '#use-cases/catalog/get-sync-health.ts';
import { validate } from '#use-cases/repair/validate.ts';
import { clean, countOf } from './cleaning.ts';
import { createRepairWorld, HOUR_MS } from './repair-world.ts';

const CRM = 'crm' as IntegrationName;
const BOTH: Integrations = ['stripe', CRM];
/** The records of one customer lie on several pages. */
const SMALL_PAGES = { pages: 100, recordsAPage: 2, longestMs: HOUR_MS };

describe('customers that were there before a follower was registered', () => {
  async function worldOfBefore() {
    const world = createRepairWorld();
    const [ann, gone] = [await world.twins(), await world.twins()];
    const request = { ifMatch: undefined, cancelSubscriptions: true };
    await world.inside(() => deleteCustomer(world.deps, gone.id, request));
    await world.drain();
    const standing = async (customerId: string) =>
      (await world.store.read([{ type: 'sync', customerId, integration: CRM }]))[0];
    return { world, ann, gone, standing };
  }

  it.each([undefined, SMALL_PAGES])(
    'begin to stand with it by the hourly cleanup, once, unless they are gone',
    async (limits) => {
      const { world, ann, gone, standing } = await worldOfBefore();
      await clean(world, { integrations: BOTH }, limits);
      const begun = await standing(ann.id);
      expect(begun).toMatchObject({ status: 'pending', tries: 0, dueAt: begun?.apartSince });
      expect(await standing(gone.id)).toBeUndefined();
      world.pass(HOUR_MS);
      await clean(world, { integrations: BOTH }, limits);
      expect(await standing(ann.id)).toEqual(begun);
      const health = await getSyncHealth({ store: world.store, integrations: BOTH }, ann.id);
      expect(health).toMatchObject({ isHealthy: false, integrations: { stripe: { status: 'synced' } } });
    },
  );

  it('stand with nobody else while it is not registered', async () => {
    const { world } = await worldOfBefore();
    const before = countOf(world, 'sync');
    await clean(world);
    expect(countOf(world, 'sync')).toBe(before);
  });

  it('are compared with the gate as ever: how they stand with a follower is no drift', async () => {
    const { world, ann } = await worldOfBefore();
    await clean(world, { integrations: BOTH });
    await world.store.commit({
      link: {
        key: { type: 'link', integration: CRM, externalId: 'con_1' },
        put: { customerId: ann.id },
        when: { is: 'absent' },
      },
    });
    world.pass(HOUR_MS);
    const report = await world.inside(() => validate(world.deps));
    expect(report.issues).toEqual([]);
  });
});
