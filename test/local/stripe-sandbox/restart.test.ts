import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type OpenCollection, openCollections } from '../../../local/persistent-collection.ts';
import {
  type Fixture,
  manualClock,
  refusalOf,
  startFixture,
  startReceiver,
  until,
  untilInFlight,
} from './sandbox-fixture.ts';

describe('a Stripe sandbox that is started again over the same file', () => {
  let folder: string;
  let receiver: Awaited<ReturnType<typeof startReceiver>> | undefined;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'stripe-sandbox-'));
  });
  afterEach(async () => {
    await receiver?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Starts, lets `use` do its work, and closes both the sandbox and the file. */
  const lifetime = async <R>(
    clock: ReturnType<typeof manualClock>,
    use: (fixture: Awaited<ReturnType<typeof startFixture>>) => Promise<R>,
    webhookUrl?: string,
  ): Promise<R> => {
    const collections = openCollections(join(folder, 'sandbox.sqlite'));
    const fixture = await startFixture({
      open: collections.open,
      clock,
      ...(webhookUrl !== undefined && { webhookUrl }),
    });
    try {
      return await use(fixture);
    } finally {
      await fixture.close();
      collections.close();
    }
  };

  it('knows everything it knew', async () => {
    const clock = manualClock();
    const before = await lifetime(clock, async ({ stripe, control }) => {
      const { id } = await stripe.customers.create({ name: 'Ada' }, { idempotencyKey: 'key-1' });
      await stripe.subscriptions.create({ customer: id, items: [{ price: 'price_1' }] });
      const gone = await stripe.customers.create();
      await stripe.customers.del(gone.id);
      await control('POST', 'webhooks', { mode: 'hold' });
      return (await control('GET', 'state')).body;
    });
    await lifetime(clock, async ({ stripe, control }) => {
      expect((await control('GET', 'state')).body).toEqual(before);
      const replay = await stripe.customers.create({ name: 'Ada' }, { idempotencyKey: 'key-1' });
      expect(replay.lastResponse.headers['idempotent-replayed']).toBe('true');
      clock.advanceSeconds(60);
      expect((await stripe.customers.search({ query: "name:'Ada'" })).data).toHaveLength(1);
    });
  });

  it('goes on trying to deliver what was not acknowledged', async () => {
    const clock = manualClock();
    receiver = await startReceiver([500]);
    await lifetime(
      clock,
      async ({ stripe, sandbox }) => {
        await stripe.customers.create();
        await until(() => sandbox.webhooksUnderWay() === 0);
      },
      receiver.url,
    );
    clock.advanceSeconds(10);
    await lifetime(clock, () => until(() => receiver?.received.length === 2), receiver.url);
  });

  it('has the effect of a request whose reply was cut off, and replays it', async () => {
    const clock = manualClock();
    await lifetime(clock, async (fixture) => {
      const { stripe } = fixture;
      await fixture.control('POST', 'latency', { ms: 1_000 });
      const create = (name: string, idempotencyKey: string) =>
        stripe.customers.create({ name }, { idempotencyKey }).catch(() => 'cut off');
      const late = create('Ada', 'late');
      await untilInFlight(fixture, 'late', 1);
      const early = create('Bob', 'early');
      await untilInFlight(fixture, 'early', 1);
      await fixture.close();
      expect(await Promise.all([late, early])).toEqual(['cut off', 'cut off']);
    });
    await lifetime(clock, async ({ stripe, control }) => {
      await control('POST', 'latency', { ms: 0 });
      expect((await stripe.customers.list()).data).toMatchObject([{ name: 'Ada' }]);
      const late = await stripe.customers.create({ name: 'Ada' }, { idempotencyKey: 'late' });
      expect(late.lastResponse.headers['idempotent-replayed']).toBe('true');
      const early = await stripe.customers.create({ name: 'Bob' }, { idempotencyKey: 'early' });
      expect(early.lastResponse.headers['idempotent-replayed']).toBeUndefined();
    });
  });
});

describe('a request of the Stripe sandbox whose reply cannot be saved', () => {
  let fixture: Fixture;
  afterEach(async () => {
    jest.restoreAllMocks();
    await fixture.close();
  });

  it('has no effect at all', async () => {
    const { open } = openCollections();
    const failing: OpenCollection = Object.assign(
      <T>(name: string) => {
        const collection = open<T>(name);
        if (name !== 'stripe-idempotency') return collection;
        const refuse = () => {
          throw new Error('The disk is full');
        };
        return { ...collection, set: refuse };
      },
      { atomically: open.atomically },
    );
    fixture = await startFixture({ open: failing });
    const reported = jest.spyOn(console, 'error').mockImplementation(() => {});

    const refusal = await refusalOf(fixture.stripe.customers.create({ name: 'Ada' }, { idempotencyKey: 'key-1' }));

    expect(refusal).toMatchObject({ statusCode: 500 });
    expect(refusal.headers).not.toHaveProperty('original-request');
    expect(reported).toHaveBeenCalledTimes(1);
    expect((await fixture.stripe.customers.list()).data).toEqual([]);
    expect((await fixture.stripe.events.list()).data).toEqual([]);
  });
});
