import { type Change, createWorld, drawOrder, everyOrder, type OrdersWorld, tellInOrder } from './orders.ts';

/** `npm run orders` tells every order of the longest histories; the suite draws some. */
const isAll = process.env['ALL_ORDERS'] === 'true';
const DRAWN = 4_000;
/** A world is left when it has grown: what is kept of earlier customers slows it down. */
const ORDERS_A_WORLD = 20;

const EDITS: readonly Change[] = [{ name: 'Ann' }, { email: 'ann' }, { name: 'Anna', email: 'anna' }, { name: 'A.' }];
const HISTORIES: readonly (readonly Change[])[] = [
  ...[1, 2, 3, 4, 5].map((length) => [{ name: 'Born', email: 'born' }, ...EDITS].slice(0, length)),
  ...[1, 2, 3, 4].map((length) => [...[{ name: 'Born', email: 'born' }, ...EDITS].slice(0, length), 'delete' as const]),
];

/** Emails of its own for each telling. */
function withEmails(history: readonly Change[], telling: number): Change[] {
  return history.map((change) =>
    change === 'delete' || change['email'] === undefined
      ? change
      : { ...change, email: `${change['email']}-${telling}@example.com` },
  );
}

type Told = { readonly history: readonly Change[]; readonly order: readonly number[]; readonly isInterleaved: boolean };

async function tell(told: Iterable<Told>, options = {}) {
  let world: OrdersWorld = createWorld(0, options);
  let count = 0;
  for (const { history, order, isInterleaved } of told) {
    if (count % ORDERS_A_WORLD === 0) world = createWorld(count, options);
    count += 1;
    const wrong = await tellInOrder(world, withEmails(history, count), order, { isInterleaved });
    if (wrong.length > 0) throw new Error(wrong.join('\n'));
  }
  return count;
}

function* drawn() {
  const { random } = createWorld(1);
  for (let count = 0; count < DRAWN; count += 1) {
    const history = random.pick(HISTORIES);
    yield { history, order: drawOrder(random, history.length), isInterleaved: count % 2 === 0 };
  }
}

function* all() {
  for (const history of HISTORIES.filter(({ length }) => length === 5)) {
    for (const order of everyOrder(5)) yield { history, order, isInterleaved: false };
  }
}

describe('events in any order, each delivered twice, all of one second', () => {
  it(
    `end equal to Stripe, and never go backwards (${isAll ? 'every order' : `${DRAWN} orders`})`,
    async () => {
      expect(await tell(isAll ? all() : drawn())).toBe(isAll ? 2 * 113_400 : DRAWN);
    },
    isAll ? 7_200_000 : 240_000,
  );

  it('do not, if events are believed instead of Stripe being read', async () => {
    await expect(tell(drawn(), { believesEvents: true })).rejects.toThrow();
  });
});
