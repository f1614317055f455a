import { type Fixture, refusalOf, startFixture } from './sandbox-fixture.ts';

describe('search of the Stripe sandbox', () => {
  let fixture: Fixture;
  beforeEach(async () => {
    fixture = await startFixture();
  });
  afterEach(() => fixture.close());

  const search = async (query: string) => {
    const { data } = await fixture.stripe.customers.search({ query });
    return data.map(({ name }) => name);
  };

  it('finds a customer only once the lag has passed', async () => {
    await fixture.stripe.customers.create({ name: 'Ada', email: 'ada@example.com' });
    expect(await search("email:'ada@example.com'")).toEqual([]);
    fixture.clock.advanceSeconds(59);
    expect(await search("email:'ada@example.com'")).toEqual([]);
    fixture.clock.advanceSeconds(1);
    expect(await search("email:'ada@example.com'")).toEqual(['Ada']);
  });

  it('shows an edited and a deleted customer as it was until the lag has passed', async () => {
    const { stripe, clock } = fixture;
    const { id } = await stripe.customers.create({ name: 'one', email: 'a@example.com' });
    clock.advanceSeconds(60);
    await stripe.customers.update(id, { name: 'two' });
    expect(await search("email:'a@example.com'")).toEqual(['one']);
    clock.advanceSeconds(60);
    expect(await search("email:'a@example.com'")).toEqual(['two']);
    await stripe.customers.del(id);
    expect(await search("email:'a@example.com'")).toEqual(['two']);
    clock.advanceSeconds(60);
    expect(await search("email:'a@example.com'")).toEqual([]);
  });

  it('lags as long as it is told', async () => {
    await fixture.control('POST', 'search', { lag_seconds: 0 });
    await fixture.stripe.customers.create({ name: 'Ada' });
    expect(await search("name:'Ada'")).toEqual(['Ada']);
    await fixture.control('POST', 'search', { lag_seconds: 3600 });
    fixture.clock.advanceSeconds(3599);
    expect(await search("name:'Ada'")).toEqual([]);
    fixture.clock.advanceSeconds(1);
    expect(await search("name:'Ada'")).toEqual(['Ada']);
  });

  describe('without lag', () => {
    beforeEach(async () => {
      await fixture.control('POST', 'search', { lag_seconds: 0 });
      await fixture.stripe.customers.create({
        name: "O'Hara",
        email: 'o@example.com',
        metadata: { team: 'red', id: '1' },
      });
      await fixture.stripe.customers.create({
        name: 'Bob',
        email: 'b@example.com',
        metadata: { team: 'red', id: '2' },
      });
    });

    it.each([
      ["metadata['team']:'red'", ['Bob', "O'Hara"]],
      ['metadata["team"]:"red" AND metadata["id"]:"2"', ['Bob']],
      ["email:'o@example.com' and metadata['id']:'1'", ["O'Hara"]],
      ["name:'O\\'Hara'", ["O'Hara"]],
      ["email:'B@EXAMPLE.com'", ['Bob']],
      ["metadata['team']:'blue'", []],
      ["metadata['constructor']:'x'", []],
    ])('understands %s', async (query, names) => {
      expect(await search(query)).toEqual(names);
    });

    it.each([
      '',
      'email',
      "email:'x' OR name:'y'",
      "-email:'x'",
      "email:'x' AND",
      "shoe_size:'1'",
      "toString:'x'",
      'email:"x',
    ])('refuses %s', async (query) => {
      expect(await refusalOf(fixture.stripe.customers.search({ query }))).toMatchObject({
        statusCode: 400,
        param: 'query',
      });
    });

    it('comes in pages', async () => {
      const walked: unknown[] = [];
      for await (const { name } of fixture.stripe.customers.search({ query: "metadata['team']:'red'", limit: 1 }))
        walked.push(name);
      expect(walked).toEqual(['Bob', "O'Hara"]);
    });
  });
});
