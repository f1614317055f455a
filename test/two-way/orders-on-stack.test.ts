import { seededRandom } from '../simulation/seeded-random.ts';
import { dashboard } from '../stack/dashboard.ts';
import { violations } from '../stack/invariants.ts';
import { type Stack, startStack } from '../stack/stack.ts';
import { readWorld } from '../stack/world.ts';
import { deliver, eventsSince } from './told.ts';

/** `npm run orders` tells more. */
const CUSTOMERS = process.env['ALL_ORDERS'] === 'true' ? 1_000 : 40;
const AT_ONCE = 20;

describe('events of many customers, held back and then delivered twice in any order', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack();
    await stack.sandbox('POST', '/webhooks', { mode: 'hold' });
  });
  afterAll(() => stack.stop());

  it('leave the catalog as Stripe is', async () => {
    const stripe = dashboard(stack);
    const random = seededRandom('orders');
    for (let told = 0; told < CUSTOMERS; told += AT_ONCE) {
      const known = (await eventsSince(stack, 0)).length;
      const names = Array.from({ length: AT_ONCE }, (_, index) => `c${told + index}`);
      await Promise.all(
        names.map(async (name) => {
          const { id } = await stripe.customers.create({ name, email: `${name}@example.com` });
          await stripe.customers.update(id, { name: `${name}.1` });
          await stripe.customers.update(id, { email: `${name}.2@example.com` });
          await stripe.customers.update(id, { name: `${name}.3`, email: `${name}.3@example.com` });
          if (random.chance(0.3)) await stripe.customers.del(id);
          else await stripe.customers.update(id, { name: `${name}.4` });
        }),
      );
      const events = await eventsSince(stack, known);
      await deliver(stack, random.shuffled([...events, ...events]));
      expect(violations(await readWorld(stack))).toEqual([]);
    }
    const { customers } = await readWorld(stack);
    expect(customers.filter(({ status }) => status === 'active').length).toBeGreaterThan(CUSTOMERS / 2);
  }, 3_600_000);

  it('change nothing more when all of them come once more', async () => {
    const before = await readWorld(stack);
    const events = await eventsSince(stack, 0);
    await deliver(stack, events.slice(-100));
    const after = await readWorld(stack);
    expect(after.audits).toHaveLength(before.audits.length);
    expect(after.customers).toEqual(before.customers);
  });
});
