import { violations } from '../stack/invariants.ts';
import { type Reply, type Stack, startStack } from '../stack/stack.ts';
import { readWorld } from '../stack/world.ts';

const typeOf = (reply: Reply) => String(reply.body['type']).split('/').at(-1);

describe('creating at the same time', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack();
  });
  afterAll(() => stack.stop());
  afterEach(async () => {
    await stack.settle();
    expect(violations(await readWorld(stack))).toEqual([]);
  });

  it('lets one of 200 parallel creates of one email win', async () => {
    const spellings = ['race@example.com', 'RACE@example.com', '  Race@Example.COM ', 'race@EXAMPLE.com'];
    const replies = await Promise.all(
      Array.from({ length: 200 }, (_, n) =>
        stack.call('POST', '/customers', {
          body: { name: `Racer ${n}`, email: spellings[n % spellings.length] },
          headers: { 'x-use-integrity-protection': String(n % 2 === 0) },
        }),
      ),
    );

    expect(replies.filter(({ status }) => status === 201)).toHaveLength(1);
    const others = replies.filter(({ status }) => status !== 201);
    expect(new Set(others.map(({ status }) => status))).toEqual(new Set([409]));
    for (const reply of others) expect(['email-taken', 'customer-busy']).toContain(typeOf(reply));
    await stack.settle();
    const { claims, stripe } = await readWorld(stack);
    expect([claims.length, stripe.length]).toEqual([1, 1]);
  });

  it.each([true, false])(
    'has one effect for six concurrent posts with one key, in 40 rounds (protected: %s)',
    async (isProtected) => {
      const before = (await readWorld(stack)).stripe.length;
      for (let round = 0; round < 40; round += 1) {
        const request = {
          body: { name: 'Six', email: `six-${isProtected}-${round}@example.com` },
          headers: {
            'x-use-integrity-protection': String(isProtected),
            'idempotency-key': `six-${isProtected}-${round}`,
          },
        };
        const replies = await Promise.all(Array.from({ length: 6 }, () => stack.call('POST', '/customers', request)));
        const repeat = await stack.call('POST', '/customers', request);
        expect([repeat.status, repeat.headers.get('idempotency-replayed')]).toEqual([201, 'true']);
        for (const reply of replies) {
          if (reply.status === 201) expect(reply.text).toBe(repeat.text);
          else expect([reply.status, typeOf(reply)]).toEqual([409, 'idempotency-in-progress']);
        }
        expect(replies.some(({ status }) => status === 201)).toBe(true);
      }
      await stack.settle();
      expect((await readWorld(stack)).stripe.length - before).toBe(40);
    },
  );

  it('keeps the replies of one caller from another with the same key', async () => {
    const request = (name: string, token: string) => ({
      body: { name, email: `${name}@example.com` },
      headers: { authorization: `Bearer ${token}`, 'idempotency-key': 'shared' },
    });
    const writer = await stack.call('POST', '/customers', request('writer', stack.tokens.write));
    const admin = await stack.call('POST', '/customers', request('admin', stack.tokens.admin));
    expect([writer.body['name'], admin.body['name']]).toEqual(['writer', 'admin']);
    expect(admin.headers.get('idempotency-replayed')).toBeNull();
  });

  it('refuses a key that comes back with another payload, and does nothing', async () => {
    const headers = { 'idempotency-key': 'reused' };
    await stack.call('POST', '/customers', { body: { name: 'One', email: 'one@example.com' }, headers });
    const other = await stack.call('POST', '/customers', { body: { name: 'Two', email: 'two@example.com' }, headers });
    expect([other.status, typeOf(other)]).toEqual([422, 'idempotency-key-reused']);
    const mode = { ...headers, 'x-use-integrity-protection': 'true' };
    const otherMode = await stack.call('POST', '/customers', {
      body: { name: 'One', email: 'one@example.com' },
      headers: mode,
    });
    expect([otherMode.status, typeOf(otherMode)]).toEqual([422, 'idempotency-key-reused']);
    await stack.settle();
    expect((await stack.call('GET', '/customers?email=two@example.com')).body['data']).toEqual([]);
  });
});
