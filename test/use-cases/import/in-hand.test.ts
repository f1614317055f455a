import { createImportWorld } from './import-world.ts';

const AT_WORK = 'another process is at work on it';
const email = 'jane@example.com';

describe('a customer of Stripe that another process is at work on', () => {
  const RUN = 'run of another';

  /** A run on it that is to end in so many seconds. */
  async function inHand(seconds: number) {
    const world = createImportWorld();
    const externalId = await world.born({ email });
    const runExpiresAt = new Date(world.deps.clock.nowMs() + seconds * 1_000).toISOString();
    const record = { revision: 1, runId: RUN, runExpiresAt, dueAt: runExpiresAt };
    await world.write({
      key: { type: 'link', integration: 'stripe', externalId },
      ...{ put: record, when: { is: 'absent' } },
    });
    const begunMs = world.deps.clock.nowMs();
    const took = () => (world.deps.clock.nowMs() - begunMs) / 1_000;
    return { ...world, externalId, took };
  }

  it('is tried again until that one has ended, and told of once', async () => {
    const { fromStripe, externalId, took } = await inHand(10);
    expect(await fromStripe()).toMatchObject([{ is: 'imported', email, externalId, customerId: expect.any(String) }]);
    expect(took()).toBe(12);
  });

  it('that brings it in meanwhile is left to do so, and what it leaves undone is done', async () => {
    const world = await inHand(10);
    const { fromStripe, externalId, deps, setLink, cutOff } = world;
    let sleeps = 0;
    const sleep = async (ms: number) => {
      sleeps += 1;
      if (sleeps === 1) await setLink(externalId, { runExpiresAt: undefined, runId: undefined });
      if (sleeps === 1) await cutOff(externalId);
      world.pass(ms);
    };
    const told = await fromStripe({ deps: { clock: { ...deps.clock, sleep } } });
    expect([sleeps, told]).toMatchObject([1, [{ is: 'imported', externalId }]]);
  });

  it('is owed in the end, when that one goes on for longer than any lease', async () => {
    const { fromStripe, externalId, took, left } = await inHand(600);
    expect(await fromStripe()).toEqual([{ is: 'owed', email, externalId, reason: AT_WORK, isInHand: true }]);
    expect([took(), left]).toEqual([96, []]);
  });

  it('is owed when the import is stopped', async () => {
    const { fromStripe, took } = await inHand(600);
    expect(await fromStripe({ isStopped: () => took() >= 6 })).toMatchObject([{ is: 'owed', isInHand: true }]);
    expect(took()).toBe(6);
  });

  it('is foreseen without waiting', async () => {
    const { fromStripe, externalId, took } = await inHand(600);
    expect(await fromStripe({ isTrial: true })).toEqual([{ is: 'imported', email, externalId }]);
    expect(took()).toBe(0);
  });
});
