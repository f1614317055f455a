import Stripe from 'stripe';
import { type Fixture, startFixture, startReceiver, until, WEBHOOK_SECRET } from './sandbox-fixture.ts';

type Receiver = Awaited<ReturnType<typeof startReceiver>>;

describe('webhooks of the Stripe sandbox', () => {
  let fixture: Fixture;
  let receiver: Receiver;
  const start = async (statuses: number[] = []) => {
    receiver = await startReceiver(statuses);
    fixture = await startFixture({ webhookUrl: receiver.url });
  };
  afterEach(async () => {
    await fixture.close();
    await receiver.close();
  });

  const idle = () => until(() => fixture.sandbox.webhooksUnderWay() === 0);
  const eventIds = async () => (await fixture.stripe.events.list()).data.map(({ id }) => id);

  it('deliver events as they happen, signed so that the SDK accepts them', async () => {
    await start();
    const { id } = await fixture.stripe.customers.create({ name: 'Åda' }, { idempotencyKey: 'key-1' });
    await until(() => receiver.received.length === 1);
    const { body, signature } = receiver.only();

    const event = fixture.stripe.webhooks.constructEvent(
      body,
      signature,
      WEBHOOK_SECRET,
      300,
      undefined,
      fixture.clock.now(),
    );

    expect(event).toMatchObject({
      type: 'customer.created',
      data: { object: { id, name: 'Åda' } },
      pending_webhooks: 1,
      request: { idempotency_key: 'key-1' },
    });
    expect(signature).toContain(`t=${Math.floor(fixture.clock.now() / 1000)},`);
    expect(() => Stripe.webhooks.constructEvent(`${body} `, signature, WEBHOOK_SECRET)).toThrow(
      Stripe.errors.StripeSignatureVerificationError,
    );
    await idle();
    expect(await fixture.stripe.events.retrieve(event.id)).toMatchObject({ pending_webhooks: 0 });
  });

  it('are tried again, by the clock of the sandbox, until they are acknowledged', async () => {
    await start([500, 302]);
    await fixture.stripe.customers.create();
    await idle();
    expect(receiver.received).toHaveLength(1);
    expect(fixture.sandbox.nextWebhookRetryAt()).toBe(fixture.clock.now() + 10_000);
    expect((await fixture.stripe.events.list()).data).toMatchObject([{ pending_webhooks: 1 }]);

    fixture.clock.advanceSeconds(9);
    await idle();
    expect(receiver.received).toHaveLength(1);
    fixture.clock.advanceSeconds(1);
    await until(() => receiver.received.length === 2);
    await idle();
    fixture.clock.advanceSeconds(60);
    await until(() => receiver.received.length === 3);
    await idle();

    expect(fixture.sandbox.nextWebhookRetryAt()).toBeUndefined();
    const [first, , third] = receiver.received;
    expect(third?.body).toBe(first?.body);
    expect(third?.signature).not.toBe(first?.signature);
  });

  it('are given up after five tries', async () => {
    await start(Array.from({ length: 9 }, () => 503));
    await fixture.stripe.customers.create();
    for (let tries = 1; tries <= 5; tries += 1) {
      await until(() => receiver.received.length === tries);
      await idle();
      fixture.clock.advanceSeconds(3600);
    }
    await idle();
    expect(receiver.received).toHaveLength(5);
    expect(fixture.sandbox.nextWebhookRetryAt()).toBeUndefined();
  });

  it('are tried again when nobody listened', async () => {
    await start();
    fixture.sandbox.setWebhook({ url: 'http://127.0.0.1:1/', secret: WEBHOOK_SECRET });
    await fixture.stripe.customers.create();
    await idle();
    fixture.sandbox.setWebhook({ url: receiver.url, secret: WEBHOOK_SECRET });
    fixture.clock.advanceSeconds(10);
    await until(() => receiver.received.length === 1);
  });

  it('that are held are never delivered by themselves, and stand in the event list', async () => {
    await start();
    expect(await fixture.control('POST', 'webhooks', { mode: 'hold' })).toMatchObject({ status: 200 });
    await fixture.stripe.customers.create();
    expect(fixture.sandbox.webhooksUnderWay()).toBe(0);
    await fixture.control('POST', 'webhooks', { mode: 'deliver' });
    fixture.clock.advanceSeconds(100_000);
    const { id } = await fixture.stripe.customers.create();
    await fixture.stripe.customers.del(id);
    await until(() => receiver.received.length === 2);
    await idle();
    expect(receiver.types().sort()).toEqual(['customer.created', 'customer.deleted']);
    expect(await eventIds()).toHaveLength(3);
  });

  it('that wait to be tried again end when deliveries are held', async () => {
    await start([500]);
    await fixture.stripe.customers.create();
    await idle();
    await fixture.control('POST', 'webhooks', { mode: 'hold' });
    fixture.clock.advanceSeconds(10);
    expect(fixture.sandbox.webhooksUnderWay()).toBe(0);
    expect(fixture.sandbox.nextWebhookRetryAt()).toBeUndefined();
  });

  it('are delivered by hand in any order, as often as they are named, with the status of each', async () => {
    await start([200, 400, 200]);
    await fixture.control('POST', 'webhooks', { mode: 'hold' });
    const { id } = await fixture.stripe.customers.create();
    await fixture.stripe.customers.del(id);
    const [deleted, created] = await eventIds();

    const reply = await fixture.control('POST', 'webhooks/deliver', { events: [deleted, created, deleted] });

    expect(reply).toEqual({
      status: 200,
      body: {
        deliveries: [
          { event: deleted, status: 200 },
          { event: created, status: 400 },
          { event: deleted, status: 200 },
        ],
      },
    });
    expect(receiver.types()).toEqual(['customer.deleted', 'customer.created', 'customer.deleted']);
  });

  it('delivered by hand are refused as a whole when one of them never was', async () => {
    await start();
    await fixture.control('POST', 'webhooks', { mode: 'hold' });
    await fixture.stripe.customers.create();
    const [created] = await eventIds();
    const reply = await fixture.control('POST', 'webhooks/deliver', { events: [created, 'evt_none'] });
    expect(reply.status).toBe(404);
    expect(receiver.received).toEqual([]);
  });

  it('are many under way at once, and all arrive', async () => {
    await start();
    await Promise.all(Array.from({ length: 40 }, () => fixture.stripe.customers.create()));
    await until(() => receiver.received.length === 40);
    await idle();
  });
});

describe('a Stripe sandbox without a webhook', () => {
  let fixture: Fixture;
  beforeEach(async () => {
    fixture = await startFixture();
  });
  afterEach(() => fixture.close());

  it('has nothing under way and says so when asked to deliver', async () => {
    const { stripe, sandbox, control } = fixture;
    await stripe.customers.create();
    const [event] = (await stripe.events.list()).data;
    expect(sandbox.webhooksUnderWay()).toBe(0);
    expect(await control('POST', 'webhooks/deliver', { events: [event?.id] })).toMatchObject({ status: 409 });
  });
});
