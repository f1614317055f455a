import { fault, hold, letGo, PROTECTED, SYNC, until } from '../faults/telling.ts';
import { dashboard } from '../stack/dashboard.ts';
import { violations } from '../stack/invariants.ts';
import { type Stack, startStack } from '../stack/stack.ts';
import { readWorld } from '../stack/world.ts';
import {
  bothSides,
  callsOfSync,
  countEvents,
  createTwins,
  deliver,
  eventsSince,
  overruled,
  type Twins,
} from './told.ts';

const COMMIT = { function: SYNC, service: 'dynamodb', action: 'TransactWriteItems' };
const SEND = { function: SYNC, service: 'stripe', action: 'POST /v1/customers/{id}' };

describe('our own write, coming back', () => {
  let stack: Stack;
  let stripe: ReturnType<typeof dashboard>;
  let known = 0;
  beforeAll(async () => {
    stack = await startStack();
    stripe = dashboard(stack);
  });
  beforeEach(async () => {
    await stack.sandbox('POST', '/webhooks', { mode: 'hold' });
    known = await countEvents(stack);
  });
  afterAll(() => stack.stop());
  afterEach(async () => {
    await stack.settle();
    expect(violations(await readWorld(stack))).toEqual([]);
  });
  const newEvents = async () => {
    await stack.settle();
    const events = await eventsSince(stack, known);
    known += events.length;
    return events;
  };

  const names = async (twins: Twins) => {
    const { here, there } = await bothSides(stack, twins);
    return [here.name, there.name];
  };

  /** Our write of a name is held up between its read and its request, and somebody edits the customer meanwhile. */
  async function overwriteUnseen({ path, externalId }: Twins, fields: { name?: string; email?: string }) {
    await newEvents();
    await hold(stack, SEND, () => stack.call('PATCH', path, { body: { name: 'Here' } }));
    await stripe.customers.update(externalId, fields);
    await letGo(stack);
    return newEvents();
  }

  it.each([
    ['create', 'default', {}],
    ['edit', 'default', {}],
    ['delete', 'default', {}],
    ['create', 'protected', PROTECTED],
    ['edit', 'protected', PROTECTED],
    ['delete', 'protected', PROTECTED],
  ])('is recognised: %s, %s: two calls to the catalog, none to Stripe', async (deed, mode, headers) => {
    const email = `${deed}-${mode}@example.com`;
    const twins = deed === 'create' ? undefined : await createTwins(stack, email);
    await newEvents();
    if (twins === undefined) await stack.call('POST', '/customers', { body: { name: 'Own', email }, headers });
    else if (deed === 'edit') await stack.call('PATCH', twins.path, { body: { name: 'Own' }, headers });
    else await stack.call('DELETE', twins.path, { headers });
    const events = await newEvents();
    expect(events).toHaveLength(1);

    const calls = await callsOfSync(stack, () => deliver(stack, events));
    expect(calls.filter(({ service }) => service === 'stripe')).toEqual([]);
    expect(calls.filter(({ service }) => service === 'dynamodb').length).toBeLessThanOrEqual(2);
  });

  it('never undoes a newer edit, of whichever side', async () => {
    const twins = await createTwins(stack, 'newer@example.com');
    await newEvents();
    await stack.call('PATCH', twins.path, { body: { name: 'Older' } });
    const older = await newEvents();
    await stack.call('PATCH', twins.path, { body: { name: 'Newer' } });
    const newer = await newEvents();
    await deliver(stack, [...newer, ...older, ...newer, ...older]);
    expect((await bothSides(stack, twins)).here.name).toBe('Newer');

    await stripe.customers.update(twins.externalId, { name: 'There' });
    await deliver(stack, [...older, ...newer, ...(await newEvents()), ...older]);
    const sides = await bothSides(stack, twins);
    expect([sides.here.name, sides.there.name]).toEqual(['There', 'There']);
  });

  it('tells of a value that it replaced unseen: audited once, and not written back', async () => {
    const twins = await createTwins(stack, 'unseen@example.com');
    const events = await overwriteUnseen(twins, { name: 'There' });
    await deliver(stack, [...events, ...events]);
    expect(await names(twins)).toEqual(['Here', 'Here']);
    expect(await overruled(stack, twins)).toEqual([{ name: 'There' }]);
  });

  it('tells of it also when it comes before the outcome is committed', async () => {
    const twins = await createTwins(stack, 'early@example.com');
    await newEvents();
    await stack.control$('DELETE', '/calls');
    await fault(stack, { ...SEND, kind: 'delay', delay_ms: 4000 });
    await stack.call('PATCH', twins.path, { body: { name: 'Here' } });
    await until(async () => (await stack.calls()).some(({ fault }) => fault === 'delay'), 'the request is held up');
    await stripe.customers.update(twins.externalId, { name: 'There' });
    // The request goes on by itself; its outcome is not committed before we let it.
    await fault(stack, { ...COMMIT, kind: 'delay', delay_ms: 600_000 });
    await until(async () => (await countEvents(stack)) === known + 2, 'the request has arrived');
    const events = await eventsSince(stack, known);
    await stack.sandbox('POST', '/webhooks/deliver', { events: [...events].reverse() });
    await until(async () => (await overruled(stack, twins)).length > 0, 'the value is audited');
    await letGo(stack);
    await stack.quiesce();

    expect(await names(twins)).toEqual(['Here', 'Here']);
    expect(await overruled(stack, twins)).toEqual([{ name: 'There' }]);
  });

  it('tells of it also after a newer write of ours', async () => {
    const twins = await createTwins(stack, 'after@example.com');
    const events = await overwriteUnseen(twins, { name: 'There' });
    await stack.settle();
    await stack.call('PATCH', twins.path, { body: { name: 'Newer' } });
    await deliver(stack, [...(await newEvents()), ...events]);
    expect(await names(twins)).toEqual(['Newer', 'Newer']);
    expect(await overruled(stack, twins)).toEqual([{ name: 'There' }]);
  });

  it('and an edit of another field between our read and our write both survive', async () => {
    const twins = await createTwins(stack, 'other-field@example.com');
    const events = await overwriteUnseen(twins, { email: 'moved-there@example.com' });
    await deliver(stack, [...events].reverse());

    const both = { name: 'Here', email: 'moved-there@example.com' };
    expect(await bothSides(stack, twins)).toEqual({ here: both, there: both });
    expect(await overruled(stack, twins)).toEqual([]);
  });
});
