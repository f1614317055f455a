import type { ComparisonWalk } from '#domain/consistency-run.ts';
import { normalizeEmail } from '#domain/email.ts';
import type { ExternalCustomer, Integration, Owner } from '#ports/integration.ts';
import { type Buckets, oneBucket } from '#use-cases/repair/compare/buckets.ts';
import { compare, TooManyCustomersError } from '#use-cases/repair/compare/compare.ts';
import { listExternal } from '#use-cases/repair/compare/list-external.ts';
import { remoteStamp, stampOf } from '#use-cases/repair/compare/suspect.ts';
import { beginWalk, goOn } from '#use-cases/repair/compare/walk.ts';
import { createRepairWorld, HOUR_MS } from '../../repair/repair-world.ts';
import { answering } from '../answering.ts';

/** Customers that were born in Stripe, as many as are asked for, this long ago. */
async function bornThere(count: number, twins = 0, ageMs = HOUR_MS) {
  const world = createRepairWorld();
  for (let made = 0; made < twins; made += 1) await world.twins();
  world.pass(HOUR_MS);
  const { clock } = world.deps;
  const customers = Array.from({ length: count }, (_, index): ExternalCustomer => {
    const createdAt = new Date(clock.nowMs() - ageMs).toISOString();
    return { externalId: `cus_${index}`, name: 'Jane', email: null, isDeleted: false, owner: 'nobody', createdAt };
  });
  const answers: Partial<Integration> = {
    listCustomers: async () => ({ customers, isLive: false, next: undefined }),
    findCustomer: async (externalId) => customers.find((each) => each.externalId === externalId),
  };
  const slept: number[] = [];
  const deps = {
    ...world.deps,
    clock: { ...clock, sleep: async (ms: number) => void slept.push(ms) },
    integration: answering(world.deps.integration, answers),
  };
  return { ...world, deps, slept, customers };
}

describe('comparing in one go', () => {
  it('looks at a thousand suspects at most, and is not consistent before all have been looked at', async () => {
    const { deps } = await bornThere(1_001, 0, 0);
    const first = await compare(deps);
    expect(first.report).toMatchObject({ consistent: false, issues: [], stripeCustomers: 1_001 });
    expect(first.report.nextCursor).toEqual(expect.any(String));
    const { report } = await compare(deps, first.report.nextCursor);
    expect(report).toMatchObject({ consistent: false, issueCount: 0 });
    expect(report).not.toHaveProperty('nextCursor');
    const few = await bornThere(3, 0, 0);
    expect((await compare(few.deps)).report).toMatchObject({ consistent: true });
  });

  it.each([
    [3, 2, true],
    [2, 3, true],
    [2, 2, false],
    [3, 0, true],
    [0, 3, true],
  ])('of %d customers in Stripe and %d in the catalog, when two are compared: too many is %s', async (...asked) => {
    const [there, here, isTooMany] = asked;
    const world = await bornThere(there, here);
    const compared = world.inside(() => compare({ ...world.deps, mostAtOnce: 2 }));
    if (isTooMany) await expect(compared).rejects.toThrow(TooManyCustomersError);
    else expect((await compared).report).toMatchObject({ catalogCustomers: 2, stripeCustomers: 2 });
  });
});

describe('a page of Stripe’s customers', () => {
  it('makes suspect who is not linked, with what they look like', async () => {
    const { deps, customers } = await bornThere(1);
    const buckets = oneBucket();
    expect(await listExternal(deps, buckets, undefined)).toEqual({ customers: 1, isLive: false, next: undefined });
    const remote = remoteStamp(deps, customers[0] as ExternalCustomer);
    expect(await buckets.read('suspects', 0)).toEqual([
      { subject: { of: 'external', externalId: 'cus_0' }, stamp: { remote } },
    ]);
  });

  it('looks otherwise when it is another’s', () => {
    const { deps } = createRepairWorld();
    const values = { name: 'Jane', email: 'jane@example.com' };
    const stamp = (owner: Owner) => remoteStamp(deps, { externalId: 'cus_1', ...values, isDeleted: false, owner });
    const ours = [stamp({ customerId: 'c', operationId: 'o' }), stamp({ customerId: 'c', operationId: 'p' })];
    expect(ours).toEqual(Array(2).fill(stampOf(deps.digest, values, 'c')));
    expect(new Set([...ours, stamp('nobody'), stamp('another deployment')]).size).toBe(3);
  });
});

describe('a comparison, piece by piece,', () => {
  /** Every piece: where it was done, and how many entries of buckets it was the first to read. */
  async function piecesOf(count: number, most: number) {
    const world = await bornThere(2, 3);
    // So that there are fewer emails than customers.
    await world.remove({ type: 'emailClaim', email: normalizeEmail('twin1@example.com') });
    const one = oneBucket();
    // All lies in the first of so many.
    const buckets: Buckets = { ...one, count, read: async (table, at) => (at === 0 ? one.read(table, at) : []) };
    const froms: unknown[] = [];
    const scan: typeof world.store.scan = (part, of, _, from) => {
      froms.push(from);
      return world.store.scan(part, of, 4, from);
    };
    const deps = { ...world.deps, store: answering(world.store, { scan }) };
    const pieces: string[] = [];
    let walk: ComparisonWalk = beginWalk(deps);
    while (walk.place.stage !== 'end') {
      const { stage, table, bucket } = { table: '', bucket: '', ...walk.place };
      const piece = await world.inside(() => goOn(deps, buckets, walk, most));
      pieces.push(`${stage} ${table} ${bucket}: ${piece.read}`.replaceAll('  ', ' '));
      ({ walk } = piece);
    }
    return { ...world, deps, buckets, pieces, walk, froms };
  }

  it('matches all buckets of emails, then those of customers, and looks at each’s suspects', async () => {
    const { pieces, walk, froms, slept, deps, buckets } = await piecesOf(2, 4);
    expect(froms.slice(0, 4)).toEqual(Array(4).fill(undefined));
    expect([froms.length > 4, walk]).toMatchObject([true, { catalogCustomers: 3, stripeCustomers: 2 }]);
    expect(pieces.filter((piece) => !piece.startsWith('list') && !piece.startsWith('scan'))).toEqual([
      ...['match emails 0: 5', 'match emails 1: 0', 'match customers 0: 6', 'match customers 1: 0'],
      ...['look 0: 6', 'look 0: 0', 'look 1: 0'],
    ]);
    // Once before each look, for no time passes here.
    expect(slept).toEqual([5_000, 5_000]);
    expect((await goOn(deps, buckets, walk, 4)).walk).toEqual(walk);
  });
});
