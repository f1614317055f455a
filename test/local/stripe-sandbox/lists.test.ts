import type Stripe from 'stripe';
import { type Fixture, startFixture } from './sandbox-fixture.ts';

describe('lists of the Stripe sandbox', () => {
  let fixture: Fixture;
  beforeEach(async () => {
    fixture = await startFixture();
  });
  afterEach(() => fixture.close());

  const createMany = async (count: number, secondsApart = 0) => {
    const ids: string[] = [];
    for (let index = 0; index < count; index += 1) {
      ids.push((await fixture.stripe.customers.create({ name: `n${index}` })).id);
      fixture.clock.advanceSeconds(secondsApart);
    }
    return ids;
  };
  const idsOf = (list: { readonly data: readonly { readonly id: string }[] }) => list.data.map(({ id }) => id);

  it('show the newest first, also within one second', async () => {
    const ids = await createMany(4);
    expect(idsOf(await fixture.stripe.customers.list())).toEqual(ids.toReversed());
  });

  it('show ten unless told otherwise, and say whether there are more', async () => {
    await createMany(11);
    const ten = await fixture.stripe.customers.list();
    expect(ten.data).toHaveLength(10);
    expect(ten.has_more).toBe(true);
    const all = await fixture.stripe.customers.list({ limit: 11 });
    expect(all.data).toHaveLength(11);
    expect(all.has_more).toBe(false);
  });

  it('go on after a cursor, and back before one', async () => {
    const ids = (await createMany(5)).toReversed();
    const [, second = '', , fourth = ''] = ids;
    const { customers } = fixture.stripe;
    const next = await customers.list({ limit: 2, starting_after: second });
    expect(idsOf(next)).toEqual([ids[2], ids[3]]);
    expect(next.has_more).toBe(true);
    const before = await customers.list({ limit: 2, ending_before: fourth });
    expect(idsOf(before)).toEqual([ids[1], ids[2]]);
    expect(before.has_more).toBe(true);
    expect((await customers.list({ limit: 2, ending_before: second })).has_more).toBe(false);
  });

  it('are walked by the SDK, each customer once', async () => {
    const ids = await createMany(7);
    const walked: string[] = [];
    for await (const { id } of fixture.stripe.customers.list({ limit: 3 })) walked.push(id);
    expect(walked).toEqual(ids.toReversed());
  });

  it('are walked to the end while what was walked is deleted', async () => {
    const ids = await createMany(7);
    const walked: string[] = [];
    for await (const { id } of fixture.stripe.customers.list({ limit: 3 })) {
      walked.push(id);
      await fixture.stripe.customers.del(id);
    }
    expect(walked).toEqual(ids.toReversed());
  });

  it('are filtered by created, in whole seconds', async () => {
    const ids = await createMany(3, 10);
    const first = Math.floor(fixture.clock.now() / 1000) - 30;
    const listed = async (created: Stripe.RangeQueryParam | number) =>
      idsOf(await fixture.stripe.customers.list({ created }));
    expect(await listed({ gt: first })).toEqual([ids[2], ids[1]]);
    expect(await listed({ gte: first, lt: first + 20 })).toEqual([ids[1], ids[0]]);
    expect(await listed({ lte: first })).toEqual([ids[0]]);
    expect(await listed(first + 10)).toEqual([ids[1]]);
  });

  it('of customers are filtered by email with regard to letter case', async () => {
    const { customers } = fixture.stripe;
    const { id } = await customers.create({ email: 'Ada@example.com' });
    expect(idsOf(await customers.list({ email: 'Ada@example.com' }))).toEqual([id]);
    expect(idsOf(await customers.list({ email: 'ada@example.com' }))).toEqual([]);
  });
});
