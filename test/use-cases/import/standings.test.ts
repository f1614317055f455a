import { type CatalogStore, StoreContendedError } from '#ports/catalog-store.ts';
import type { Poke } from '#ports/pokes.ts';
import type { RecordKey } from '#ports/records.ts';
import { bringIn } from '#use-cases/import/bring-in.ts';
import { readStandings, resultOfLinked } from '#use-cases/import/standing.ts';
import { answering } from '../answering.ts';
import { createImportWorld } from './import-world.ts';

const email = 'jane@example.com';
const LEASE_MS = 90_000;

describe('a customer of Stripe', () => {
  it('is not in hand once the run on it is over by its time', async () => {
    const { born, fromStripe, deps, pass } = createImportWorld();
    const externalId = await born({ email });
    const findCustomer = () => {
      pass(LEASE_MS);
      return Promise.reject(new TypeError('a bug'));
    };
    const told = await fromStripe({ deps: { integration: answering(deps.integration, { findCustomer }) } });
    expect(told).toEqual([
      { is: 'owed', email, externalId, reason: 'something has to be settled first', isInHand: false },
    ]);
  });

  it('that could not even be begun with is left to the queue, and ends no import', async () => {
    const { born, fromStripe, deps, left } = createImportWorld();
    const externalId = await born({ email });
    const commit = () => Promise.reject(new StoreContendedError('busy'));
    const told = await fromStripe({ deps: { store: answering(deps.store, { commit }) } });
    expect(told).toEqual([{ is: 'owed', email, externalId, reason: 'something has to be settled first' }]);
    expect(left).toMatchObject([{ externalId }]);
  });

  it('that its customer names, and no link, is foreseen as imported', async () => {
    const { twins, remove, fromStripe } = createImportWorld();
    const { id: customerId, externalId, email: held } = await twins();
    await remove({ type: 'link', integration: 'stripe', externalId });
    const known = { email: held, externalId, customerId };
    expect(await fromStripe({ isTrial: true })).toEqual([{ is: 'imported', ...known }]);
    expect(await fromStripe()).toEqual([{ is: 'imported', ...known }]);
  });

  it('whose link names one who is not there is left', async () => {
    const { born, fromStripe, setLink } = createImportWorld();
    const externalId = await born({ email });
    await setLink(externalId, { customerId: 'nobody' });
    const reason = 'was imported before, and deleted since';
    expect(await fromStripe()).toEqual([{ is: 'left', email, customerId: 'nobody', reason }]);
  });

  it('that is in conflict is asked for once', async () => {
    const { twins, born, fromStripe, requests } = createImportWorld();
    const { email: held } = await twins();
    await born({ email: held });
    await fromStripe();
    requests.length = 0;
    expect((await fromStripe()).map(({ is }) => is).sort()).toEqual(['already-in', 'in-conflict']);
    expect(requests).toEqual(['GET /v1/customers']);
  });

  it('that another process has brought in, and somebody deleted here since, is left', async () => {
    const world = createImportWorld();
    const externalId = await world.born({ email });
    const runExpiresAt = new Date(world.deps.clock.nowMs() + 10_000).toISOString();
    await world.setLink(externalId, { revision: 1, runId: 'another', runExpiresAt, dueAt: runExpiresAt });
    const sleep = async (ms: number) => {
      await world.setLink(externalId, { runExpiresAt: undefined, runId: undefined });
      await world.setCustomer(await world.cutOff(externalId), { status: 'deleted' });
      world.pass(ms);
    };
    const [told] = await world.fromStripe({ deps: { clock: { ...world.deps.clock, sleep } } });
    expect(told).toMatchObject({ is: 'left', reason: 'was imported before, and deleted since' });
  });
});

describe('pokes for another integration', () => {
  it('are not followed by this one', async () => {
    const { deps, untwinned, inside, left, sync, requests } = createImportWorld();
    const customerId = await untwinned(email);
    const poke = { customerId, integration: 'other' } as unknown as Poke;
    await inside(() => bringIn(deps, [poke]));
    expect([left, requests, (await sync(customerId)).status]).toEqual([[poke], [], 'pending']);
  });
});

describe('what is told of a customer in conflict', () => {
  const conflict = { field: 'email', stripeValue: email, since: '2026' } as const;
  const standing = { status: 'conflict', externalId: 'cus_1', revision: 1, tries: 0 } as const;
  const told = async (otherCustomerId?: string) => {
    const { deps, store } = createImportWorld();
    const asked: RecordKey[] = [];
    const read: CatalogStore['read'] = (keys) => {
      asked.push(...keys);
      return store.read(keys);
    };
    const sync = { ...standing, conflict: { ...conflict, ...(otherCustomerId !== undefined && { otherCustomerId }) } };
    const given = { customerId: 'c', email: null, sync };
    const result = await resultOfLinked({ ...deps, store: answering(store, { read }) }, given);
    return { asked, result };
  };

  it('is who has its email, if that is known, and whom that one has in Stripe, if it has', async () => {
    const known = { is: 'in-conflict', email, externalId: 'cus_1', customerId: 'c' };
    expect(await told('other')).toEqual({
      asked: [{ type: 'sync', customerId: 'other', integration: 'stripe' }],
      result: { ...known, otherCustomerId: 'other' },
    });
    expect(await told()).toEqual({ asked: [], result: known });
  });
});

describe('how customers of Stripe stand here', () => {
  it('is nothing to tell of, when there are none', async () => {
    const { deps } = createImportWorld();
    expect(await readStandings(deps, [])).toHaveLength(0);
  });
});
