import { absent, put } from '#ports/catalog-store.ts';
import { defaultModeRig } from './default-mode.ts';
import { type Faults, NO_FAULTS, ROUGH_WEATHER } from './faults.ts';
import { createRig } from './rig.ts';
import type { Ports } from './simulated-ports.ts';

async function traceOf(seed: number): Promise<string> {
  const rig = defaultModeRig({ seed, faults: ROUGH_WEATHER });
  await rig.run();
  await rig.quiesce();
  return [...rig.trace, JSON.stringify([rig.catalog(), rig.stripeCustomers(), rig.events()])].join('\n');
}

describe('a simulation', () => {
  it('is the same for the same seed, byte for byte', async () => {
    for (const seed of [1, 2, 3]) expect(await traceOf(seed)).toBe(await traceOf(seed));
  });

  it('is another for another seed', async () => {
    const traces = await Promise.all(Array.from({ length: 20 }, (_, seed) => traceOf(seed)));
    expect(new Set(traces).size).toBe(20);
  });
});

const key = { type: 'lease', name: 'a' } as const;

function alone(certain: Partial<Faults>) {
  return createRig({ seed: 1, faults: { ...NO_FAULTS, ...certain }, consume: async () => {} });
}

const write = ({ store }: Ports) => store.commit({ it: put(key, { fence: 1 }, absent) });

const create = ({ integration }: Ports) =>
  integration.createCustomer({ name: 'Jane', email: null, ownership: { customerId: 'c', operationId: 'o' } }, 'key');

describe('a process of a simulation', () => {
  it.each([
    ['whose answer is lost has had its effect, and is told of an error', { lostReply: 1 }, 'failed', 1],
    ['whose request is lost has had none, and is told of an error', { lostRequest: 1 }, 'failed', 0],
    ['without faults is done', {}, 'done', 1],
  ])('%s', async (_, faults, is, records) => {
    const rig = alone(faults);
    const end = rig.task('writer', write);
    await rig.run();
    expect((await end).is).toBe(is);
    expect(rig.catalog()).toHaveLength(records);
  });

  it('that dies at a call never goes on', async () => {
    const rig = alone({ crash: 1 });
    let wentOn = false;
    const end = rig.task('writer', async (ports) => {
      await write(ports).finally(() => {
        wentOn = true;
      });
    });
    await rig.run();
    expect([(await end).is, wentOn]).toEqual(['died', false]);
  });

  it('is killed when it runs too long', async () => {
    const rig = alone({});
    const end = rig.task('sleeper', ({ clock }) => clock.sleep(60_001));
    await rig.run();
    expect((await end).is).toBe('died');
  });

  it.each([
    ['arrives after its sender has given up', { lateRequest: 1 }, 'unknown', 1],
    ['is lost', { lostRequest: 1 }, 'unknown', 0],
    ['is answered', {}, 'accepted', 1],
  ])('learns of a request to Stripe that %s what the adapter can know', async (_, faults, is, customers) => {
    const rig = alone(faults);
    let outcome = '';
    let customersThen = -1;
    rig.task('sender', async (ports) => {
      outcome = (await create(ports)).is;
      customersThen = rig.stripeCustomers().length;
    });
    await rig.run();
    expect([outcome, customersThen]).toEqual([is, is === 'accepted' ? 1 : 0]);
    expect(rig.stripeCustomers()).toHaveLength(customers);
  });

  it('meets a dashboard that uses no keys', async () => {
    const rig = alone({});
    rig.task('sender', async (ports) => {
      const outcome = await create(ports);
      if (outcome.is === 'accepted') await rig.stripeEdit(outcome.value.externalId, { name: 'Janet' });
    });
    await rig.run();
    const caused = rig.events().map(({ type, request }) => [type, request.idempotency_key]);
    expect(caused).toEqual([
      ['customer.created', 'key'],
      ['customer.updated', null],
    ]);
  });
});
