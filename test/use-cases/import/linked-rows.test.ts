import type { CatalogStore } from '#ports/catalog-store.ts';
import { createLinked } from '#use-cases/import/create-linked.ts';
import { answering } from '../answering.ts';
import { createImportWorld, type ImportWorld } from './import-world.ts';

const email = 'jane@example.com';
const TAKEN = 'Another customer has this email.';
const LINKED = 'Another customer is linked to this Stripe customer.';
const rowOf = (more: { name?: string; email?: string; externalId?: string } = {}) => ({
  ...{ line: 2, name: 'Jane', email },
  ...more,
});

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
