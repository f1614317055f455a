import { recentAttemptKeys } from '#use-cases/health/counters.ts';
import { BROKEN, createSyncWorld, REFUSED, SAVED, UNANSWERED } from './sync-world.ts';

const HOUR_MS = 3600_000;
const KEPT_SECONDS = 30 * 24 * 3600;
const email = 'jane@example.com';

async function owed() {
  const world = createSyncWorld();
  const id = await world.untwinned(email);
  const stood = await world.sync(id);
  world.pass(1_000);
  return { ...world, id, stood };
}

describe('a run for a customer whom Stripe has not got', () => {
  it('makes it there, and links the two', async () => {
    const { run, id, sync, attempt, link, at, twin, pokes, deps } = await owed();
    expect(await run(id)).toBe('agreed');
    const { externalId = '', ...after } = await sync(id);
    expect(after).toEqual({
      ...{ status: 'synced', base: { name: 'Ours', email }, revision: 1, tries: 0, syncedVersion: 1 },
      ...{ lastSyncedAt: at(), lastAttemptAt: at(), events: [] },
    });
    expect(await attempt(id, 1)).toEqual({
      ...{ kind: 'create', fields: { name: 'Ours', email }, version: 1, since: at(), lastSentAt: at() },
      ...{ outcome: 'accepted', expiresAtSeconds: Math.floor(deps.clock.nowMs() / 1000) + KEPT_SECONDS },
    });
    expect([await link(externalId), pokes]).toEqual([{ customerId: id }, []]);
    expect(await twin(externalId)).toMatchObject({ name: 'Ours', owner: { customerId: id, operationId: `${id}:1` } });
  });

  it.each([
    ['refuses', REFUSED, 'rejected', 'not that one'],
    ['breaks, and says so again', SAVED, 'lost', 'a saved 500'],
  ] as const)('is tried again later when Stripe %s', async (_, outcome, is, lastError) => {
    const { run, id, sync, attempt, at, stood, deps } = await owed();
    expect(await run(id, [], { answers: { createCustomer: async () => outcome } })).toBe('owed');
    const { apartSince } = stood;
    expect(await sync(id)).toEqual({
      ...{ status: 'failed', apartSince, lastError, tries: 1, retryAt: at(5_000), revision: 1, lastAttemptAt: at() },
    });
    expect(await attempt(id, 1)).toMatchObject({
      ...{ outcome: is, expiresAtSeconds: Math.floor(deps.clock.nowMs() / 1000) + KEPT_SECONDS },
    });
    expect(await run(id)).toBe('agreed');
  });

  it.each([
    ['does not answer', UNANSWERED, 'no answer'],
    ['breaks', BROKEN, 'a 500'],
  ] as const)('leaves its attempt open when Stripe %s, and is sent again', async (_, outcome, lastError) => {
    const { run, id, sync, attempt, at, stood, pass, pokes, sandbox, requests } = await owed();
    expect(await run(id, [], { answers: { createCustomer: async () => outcome } })).toBe('owed');
    // To look for it proves nothing while it may be on its way.
    expect(requests).toEqual([]);
    expect(await sync(id)).toEqual({
      ...{ status: 'failed', apartSince: stood.apartSince, lastError, tries: 1, retryAt: at(5_000) },
      ...{ revision: 1, lastAttemptAt: at(), attemptKey: `${id}:1` },
    });
    const since = at();
    pass(10_000);
    // What both sides hold by now is for the next run to read.
    expect(await run(id)).toBe('owed');
    expect(await sync(id)).toMatchObject({
      ...{ status: 'pending', dueAt: at(), tries: 0, syncedVersion: 1, base: { name: 'Ours', email }, revision: 2 },
      externalId: expect.any(String),
    });
    expect(await sync(id)).not.toHaveProperty('attemptKey');
    expect(await attempt(id, 1)).toMatchObject({ outcome: 'accepted', since, lastSentAt: at() });
    expect(pokes).toEqual([{ customerId: id }]);
    expect([await run(id), sandbox.state.customers.values().length]).toEqual(['agreed', 1]);
  });

  it('finds what was made, when its key says only that it broke', async () => {
    const { run, id, sync, deps, inside } = await owed();
    const createCustomer: typeof deps.integration.createCustomer = async (...asked) => {
      await inside(() => deps.integration.createCustomer(...asked));
      return SAVED;
    };
    expect(await run(id, [], { answers: { createCustomer } })).toBe('agreed');
    expect(await sync(id)).toMatchObject({ status: 'synced', externalId: expect.stringMatching(/^cus_/) });
  });

  it.each([
    ['shows it', true, 'accepted'],
    ['shows nothing', false, 'lost'],
  ])('of an attempt too old for its key only looks, once it has arrived: Stripe %s', async (_, isMade, outcome) => {
    const { run, id, sync, attempt, deps, inside, pass, write } = await owed();
    await run(id, [], { answers: { createCustomer: async () => UNANSWERED } });
    if (isMade) {
      const ownership = { customerId: id, operationId: `${id}:1` };
      await inside(() => deps.integration.createCustomer({ name: 'Ours', email, ownership }, 'any'));
    }
    pass(23 * HOUR_MS);
    const never = { createCustomer: () => Promise.reject(new Error('It was sent.')) };
    const key = { type: 'attempt', customerId: id, key: `${id}:1` } as const;
    const lastSentAt = new Date(deps.clock.nowMs() - HOUR_MS + 1).toISOString();
    await write({ key, change: { lastSentAt }, when: { is: 'equal', field: 'outcome', value: 'open' } });
    expect(await run(id, [], { answers: never })).toBe('owed');
    expect(await sync(id)).toMatchObject({
      ...{ status: 'failed', attemptKey: `${id}:1`, tries: 2 },
      lastError: 'the key is too old to be sent again, and a request may still travel',
    });
    pass(1);
    expect(await run(id, [], { answers: never })).toBe('owed');
    expect([(await attempt(id, 1))?.outcome, (await sync(id)).attemptKey]).toEqual([outcome, undefined]);
  });

  it('is given up by itself when Stripe refuses for the fifteenth time', async () => {
    const { run, id, sync, setSync } = await owed();
    await setSync(id, { tries: 13 });
    await run(id, [], { answers: { createCustomer: async () => REFUSED } });
    expect(await sync(id)).toHaveProperty('retryAt');
    await run(id, [], { answers: { createCustomer: async () => REFUSED } });
    expect(await sync(id)).toMatchObject({ status: 'failed', tries: 15 });
    expect(await sync(id)).not.toHaveProperty('retryAt');
    await run(id, [], { answers: { createCustomer: async () => SAVED } });
    expect(await sync(id)).toHaveProperty('retryAt');
  });

  it('waits twice as long each time, an hour at most', async () => {
    const { run, id, sync, setSync, at } = await owed();
    for (const [tries, seconds] of [
      [1, 10],
      [5, 160],
      [9, 2_560],
      [10, 3_600],
      [12, 3_600],
    ] as const) {
      await setSync(id, { tries });
      await run(id, [], { answers: { createCustomer: async () => REFUSED } });
      expect((await sync(id)).retryAt).toBe(at(seconds * 1_000));
    }
  });

  it('waits between half as long and as long, so that not all come back at once', async () => {
    const { run, id, sync, at, deps } = await owed();
    const how = {
      answers: { createCustomer: async () => REFUSED },
      deps: { random: { ...deps.random, fraction: () => 0 } },
    };
    await run(id, [], how);
    expect((await sync(id)).retryAt).toBe(at(2_500));
  });

  it('counts each try, and those that have failed', async () => {
    const { run, id, deps } = await owed();
    const counted = async () => {
      const keys = recentAttemptKeys('stripe', deps.clock.nowMs()).flatMap((bucket) => bucket.keys);
      const counters = (await deps.store.read(keys)).map(({ attempts = 0, failures = 0 } = {}) => [attempts, failures]);
      return counters.reduce(([tries = 0, failed = 0], [one = 0, two = 0]) => [tries + one, failed + two], [0, 0]);
    };
    for (const [outcome, tries, failed] of [
      [REFUSED, 1, 1],
      [BROKEN, 2, 2],
      [undefined, 3, 2],
    ] as const) {
      await run(id, [], { answers: outcome === undefined ? {} : { createCustomer: async () => outcome } });
      expect(await counted()).toEqual([tries, failed]);
    }
  });

  it('sends nothing again when a later run has taken over', async () => {
    const { run, id, sync, setSync, attempt, meanwhile } = await owed();
    await run(id, [], { answers: { createCustomer: async () => UNANSWERED } });
    const open = await attempt(id, 1);
    const never = { createCustomer: () => Promise.reject(new Error('It was sent.')) };
    const taken = meanwhile(() => setSync(id, { revision: 9, runId: 'later' }), 2);
    expect(await run(id, [], { answers: never, deps: taken })).toBe('owed');
    expect([await attempt(id, 1), (await sync(id)).runId]).toEqual([open, 'later']);
  });
});
