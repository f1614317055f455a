import { MemoryCatalogStore } from '#adapters/memory/memory-catalog-store.ts';
import { StripeIntegration } from '#adapters/stripe/stripe-integration.ts';
import { systemDigest } from '#adapters/system/system.ts';
import { INTEGRATIONS } from '#domain/integrations.ts';
import type { Integration } from '#ports/integration.ts';
import type { Poke } from '#ports/pokes.ts';
import type { Records } from '#ports/records.ts';
import { handlePokes } from '#use-cases/sync/handle-pokes.ts';
import type { StripeEvent } from '../../local/stripe-sandbox/event.ts';
import { answerOf, asDashboard, carriedStripe, carrying, sandboxInProcess } from '../simulation/sandbox-client.ts';
import { type SeededRandom, seededRandom } from '../simulation/seeded-random.ts';
import { idOf } from '../simulation/simulated-ports.ts';
import { pokeOf } from '../simulation/two-way.ts';

/** One change in Stripe; the first of a history creates the customer. */
export type Change = Readonly<Record<string, string>> | 'delete';

const NOW_MS = Date.UTC(2026, 0, 1);

/**
 * Concord's consumer over the real Stripe adapter and sandbox, within this process and without a schedule of turns. One
 * that `believesEvents` takes what the latest event shows for what Stripe has: a control, which must go wrong.
 */
export function createWorld(seed: number, { believesEvents = false } = {}) {
  const random = seededRandom(seed);
  // All in the same second: nothing can be told from times.
  const clock = { nowMs: () => NOW_MS, sleep: async () => {} };
  const store = new MemoryCatalogStore(clock);
  const sandbox = sandboxInProcess(clock.nowMs, random.fork('stripe'));
  const stripe = new StripeIntegration(async () => carriedStripe, 'simulated');
  let shown: unknown;
  let sent: Poke[] = [];
  const deps = {
    ...{ store, clock, digest: systemDigest, log: { warn: () => {} } },
    integrations: INTEGRATIONS,
    integration: believesEvents ? believing(stripe, () => shown) : stripe,
    random: { id: () => idOf(random), fraction: () => random.fraction() },
    pokes: {
      poke: async (poke: Poke) => {
        sent.push(poke);
      },
    },
    owners: { name: 'catalog', email: 'catalog' },
  } as const;
  const handle = (poke: Poke, event?: StripeEvent) => {
    shown = event?.data.object ?? shown;
    return carrying(
      (request) => answerOf(sandbox, request),
      async () => {
        for (const error of (await handlePokes(deps, [poke])).values()) throw error;
      },
    );
  };
  return {
    random,
    sandbox,
    store,
    handle,
    /** Handles what the handling itself has asked for. */
    async drain() {
      while (sent.length > 0) {
        const pokes = sent;
        sent = [];
        for (const poke of pokes) await handle(poke);
      }
    },
    change: (externalId: string, change: Change) =>
      change === 'delete'
        ? asDashboard(sandbox, 'DELETE', `/v1/customers/${externalId}`)
        : asDashboard(sandbox, 'POST', `/v1/customers/${externalId}`, change),
    create: (fields: Exclude<Change, 'delete'>) => asDashboard(sandbox, 'POST', '/v1/customers', fields),
  };
}

export type OrdersWorld = ReturnType<typeof createWorld>;

/**
 * Tells a history in Stripe, and delivers its events in this order, by their places in the history; a place may come
 * again. With `isInterleaved`, each change happens just before its event comes for the first time, and those before it.
 * Answers what is wrong in the end, or goes backwards on the way.
 */
export async function tellInOrder(
  world: OrdersWorld,
  history: readonly Change[],
  order: readonly number[],
  { isInterleaved }: { readonly isInterleaved: boolean },
): Promise<string[]> {
  const [first, ...later] = history as readonly [Exclude<Change, 'delete'>, ...Change[]];
  const { id: externalId } = await world.create(first);
  let happened = 1;
  const happen = async (count: number) => {
    for (; happened < count; happened += 1) await world.change(externalId, later[happened - 1] as Change);
  };
  if (!isInterleaved) await happen(history.length);
  const wrong: string[] = [];
  let isFinal = false;
  for (const place of order) {
    await happen(place + 1);
    const event = eventsOf(world, externalId)[place] as StripeEvent;
    await world.handle(pokeOf(event) as Poke, event);
    if (!isInterleaved || world.random.chance(0.5)) await world.drain();
    const isEqual = (await difference(world, externalId)) === undefined;
    if (isFinal && !isEqual) wrong.push(`${order}: after ${place} it went backwards`);
    isFinal ||= isEqual && happened === history.length;
  }
  await world.drain();
  const different = await difference(world, externalId);
  return different === undefined ? wrong : [...wrong, `${order}: ${different}`];
}

/** Answers each lookup of a customer with what an event has shown of it. */
function believing(stripe: StripeIntegration, shown: () => unknown): Integration {
  const findCustomer: Integration['findCustomer'] = async (externalId) => {
    const found = await stripe.findCustomer(externalId);
    const { name, email } = shown() as { readonly name: string; readonly email: string };
    return found && { ...found, name, email };
  };
  return new Proxy(stripe, {
    get: (target, part) => {
      if (part === 'findCustomer') return findCustomer;
      const value = Reflect.get(target, part);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

/** What somebody in Stripe has done to the customer; our own writes have keys. */
function eventsOf({ sandbox }: OrdersWorld, externalId: string) {
  const events = sandbox.state.events.values().filter(({ request }) => request.idempotency_key === null);
  return events.filter(({ data }) => (data.object as { id: string }).id === externalId);
}

/** How the catalog differs from what Stripe has now. */
async function difference({ store, sandbox }: OrdersWorld, externalId: string): Promise<string | undefined> {
  const twin = sandbox.state.customers.get(externalId);
  const [link] = await store.read([{ type: 'link', integration: 'stripe', externalId }]);
  const here = link?.customerId && (await store.read([{ type: 'customer', customerId: link.customerId }]))[0];
  const { name, email, status } = (here ?? { status: 'deleted' }) as Partial<Records['customer']>;
  if (twin === undefined || twin.deleted) return status === 'deleted' ? undefined : 'it is alive here';
  const isEqual = name === twin.customer.name && email === twin.customer.email;
  return isEqual ? undefined : `${name} <${email}> here, ${twin.customer.name} <${twin.customer.email}> there`;
}

/** Every event twice, in an order that the seed draws. */
export function drawOrder(random: SeededRandom, changes: number): number[] {
  return random.shuffled(twice(changes));
}

/** Every order in which so many events can come, each twice. */
export function* everyOrder(changes: number): Generator<number[]> {
  yield* arrangements(twice(changes), []);
}

function* arrangements(left: readonly number[], begun: readonly number[]): Generator<number[]> {
  if (left.length === 0) yield [...begun];
  for (const place of new Set(left)) {
    const at = left.indexOf(place);
    yield* arrangements([...left.slice(0, at), ...left.slice(at + 1)], [...begun, place]);
  }
}

function twice(changes: number): number[] {
  return Array.from({ length: changes * 2 }, (_, index) => Math.floor(index / 2));
}
