import { normalizeEmail } from '#domain/email.ts';
import { type CatalogStore, StoreContendedError } from '#ports/catalog-store.ts';
import type { Poke } from '#ports/pokes.ts';
import type { RecordKey } from '#ports/records.ts';
import { bringIn } from '#use-cases/import/bring-in.ts';
import { createLinked } from '#use-cases/import/create-linked.ts';
import { readStandings, resultOfLinked } from '#use-cases/import/standing.ts';
import { whatever } from '../../repair/repair-world.ts';
import { answering } from '../answering.ts';
import { createImportWorld, type ImportWorld } from './import-world.ts';

const email = 'jane@example.com';
const TAKEN = 'Another customer has this email.';
const LINKED = 'Another customer is linked to this Stripe customer.';
const LEASE_MS = 90_000;
const rowOf = (more: { name?: string; email?: string; externalId?: string } = {}) => ({
  ...{ line: 2, name: 'Jane', email },
  ...more,
});
const linkKey = (externalId: string) => ({ type: 'link', integration: 'stripe', externalId }) as const;

/** The store, of which each commit is told first. */
const committing = ({ deps }: ImportWorld, tell: (nth: number) => unknown) => {
  let commits = 0;
  const commit: CatalogStore['commit'] = async (writes) => {
    commits += 1;
    await tell(commits);
    return deps.store.commit(writes);
  };
  return { store: answering(deps.store, { commit }) };
};

describe('a row with a twin in Stripe', () => {
  it('that is cut off after its transaction is due in half a minute, and says so to whoever asks again', async () => {
    const world = createImportWorld();
    const { born, fromRows, store, sync, linkOf, deps } = world;
    const externalId = await born({ name: 'Jane' });
    const begunMs = deps.clock.nowMs();
    const at = (ms = 0) => new Date(begunMs + ms).toISOString();
    const dying = committing(world, (nth) => (nth > 1 ? Promise.reject(new Error('It dies.')) : undefined));
    await fromRows([rowOf({ externalId })], { deps: dying }).catch(() => {});
    const customerId = String((await linkOf(externalId))?.customerId);
    expect(await sync(customerId)).toMatchObject({ status: 'pending', apartSince: at(), dueAt: at(30_000) });
    const dumped = store.dump();
    const key = dumped.find((each) => each.key.type === 'requestKey');
    expect(key?.record).toMatchObject({
      reply: { customer: { id: customerId, integrations: { stripe: { externalId } } } },
    });
    const audit = dumped.flatMap((each) => (each.key.type === 'audit' ? [each.key.entryId] : []));
    expect(audit).toEqual([expect.stringMatching(new RegExp(`^${at()}#.+`))]);
  });

  it('is refused when another customer has been linked to that one meanwhile', async () => {
    const world = createImportWorld();
    const externalId = await world.born({ name: 'Jane' });
    const overtaken = committing(world, (nth) => (nth === 1 ? world.cutOff(externalId) : undefined));
    const told = await world.fromRows([rowOf({ externalId })], { deps: overtaken });
    expect(told).toMatchObject([{ is: 'refused', externalId, reason: LINKED }]);
  });

  it('is linked to that one also when its link names it already', async () => {
    const { born, deps, inside, setLink, linkOf } = createImportWorld();
    const externalId = await born({ name: 'Jane' });
    await setLink(externalId, { customerId: 'made' });
    const request = { scope: 's', key: 'k', fingerprint: 'f', requestId: 'r' };
    const ids = { ...deps, random: { ...deps.random, id: () => 'made' } };
    expect(await inside(() => createLinked(ids, { name: 'Jane', email, externalId }, request))).toMatchObject({
      reply: { is: 'created', customer: { id: 'made' } },
    });
    expect(await linkOf(externalId)).toMatchObject({ customerId: 'made' });
  });

  it('is not taken for the same row without one', async () => {
    const { born, fromRows } = createImportWorld();
    const [made] = await fromRows([rowOf()]);
    const externalId = await born({ name: 'Jane' });
    const { customerId: otherCustomerId } = made ?? {};
    expect(await fromRows([rowOf({ externalId })])).toMatchObject([{ is: 'refused', reason: TAKEN, otherCustomerId }]);
  });

  it('whose twin there is not is refused for that, whoever has its email', async () => {
    const { fromRows, twins } = createImportWorld();
    const { email: held } = await twins();
    const [told] = await fromRows([rowOf({ email: held, externalId: 'cus_unknown' })]);
    expect(told).toMatchObject({ is: 'refused', reason: 'external_id is no customer in Stripe' });
    expect(told?.otherCustomerId).toBeUndefined();
  });
});

describe('a row', () => {
  it('that is in already is only read', async () => {
    const world = createImportWorld();
    await world.fromRows([rowOf()]);
    let commits = 0;
    const counting = committing(world, (nth) => {
      commits = nth;
    });
    expect(await world.fromRows([rowOf()], { deps: counting })).toMatchObject([{ is: 'already-in' }]);
    expect(commits).toBe(0);
  });

  it.each<readonly [string, (world: ImportWorld, id: string) => Promise<unknown>, string]>([
    ['who is not there', (world, customerId) => world.remove({ type: 'customer', customerId }), 'Twin 1'],
    [
      'who stands nowhere',
      (world, customerId) => world.remove({ type: 'sync', customerId, integration: 'stripe' }),
      'Twin 1',
    ],
  ])('whose email one has %s is refused', async (_, change, name) => {
    const world = createImportWorld();
    const { id: otherCustomerId, email: held } = await world.twins();
    await change(world, otherCustomerId);
    const row = rowOf({ name, email: held, externalId: await world.born({ name }) });
    expect(await world.fromRows([row])).toMatchObject([{ is: 'refused', reason: TAKEN, otherCustomerId }]);
  });
});

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
    expect([told, left]).toMatchObject([[{ externalId }], [{ externalId }]]);
  });

  it('that its customer names, and no link, is foreseen as imported', async () => {
    const { twins, remove, fromStripe } = createImportWorld();
    const { id: customerId, externalId, email: held } = await twins();
    await remove(linkKey(externalId));
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
    const { deps, store, write } = createImportWorld();
    await write({
      key: { type: 'emailClaim', email: normalizeEmail(email) },
      ...{ put: { state: 'held', customerId: 'other' }, when: whatever },
    });
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

  it('is nothing of nobody', async () => {
    const { deps } = createImportWorld();
    expect(await readStandings(deps, [])).toHaveLength(0);
  });
});
