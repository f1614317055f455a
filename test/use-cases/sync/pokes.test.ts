import type { IntegrationName } from '#domain/integrations.ts';
import { digestOf, type EventNotice, type Poke } from '#ports/pokes.ts';
import { ownWriteKeys } from '#use-cases/sync/echo.ts';
import { handleAllPokes } from '#use-cases/sync/handle-all-pokes.ts';
import { handlePokes } from '#use-cases/sync/handle-pokes.ts';
import { redriveDeadLetters } from '#use-cases/sync/redrive-dead-letters.ts';
import { answering } from '../answering.ts';
import { createSyncWorld } from './sync-world.ts';

const email = 'jane@example.com';
const other = 'other' as IntegrationName;

/** A customer that was renamed here, and an event of Stripe's about it. */
async function renamed() {
  const world = createSyncWorld();
  const twins = await world.twins();
  await world.setCustomer(twins.id, { name: 'Janet', version: 2 });
  await world.run(twins.id);
  const { deps, inside, requests } = world;
  const event = (more: Partial<EventNotice> = {}): Poke => ({
    externalId: twins.externalId,
    event: { id: 'evt_1', kind: 'updated', createdAt: '2026-01-01T00:00:01.000Z', key: `${twins.id}:2`, ...more },
  });
  const told = (value: string | null) => digestOf(deps.digest, 'evt_1', value);
  const handle = async (...pokes: readonly Poke[]) => {
    requests.length = 0;
    const failed = await inside(() => handlePokes(deps, pokes));
    return { asked: requests.length, failed: [...failed.keys()] };
  };
  return { ...world, ...twins, event, told, handle };
}

describe('an event of Stripe’s', () => {
  it('that is our own write coming back asks Stripe nothing, and changes nothing', async () => {
    const { event, told, handle, store } = await renamed();
    const before = store.dump();
    expect(await handle(event({ previous: { name: told('Twin 1') } }))).toEqual({ asked: 0, failed: [] });
    // What else it changed is nothing that we sent.
    expect(await handle(event({ previous: { email: told('any') } }))).toEqual({ asked: 0, failed: [] });
    expect(store.dump()).toEqual(before);
  });

  it.each([
    ['has another key', { key: 'somebody:else' }],
    ['has no key', { key: undefined }],
    ['has a key of ours that nobody knows', { key: 'c:9' }],
    ['does not tell what was before', { previous: undefined }],
  ] as const)('that %s is looked at', async (_, more) => {
    const { event, handle } = await renamed();
    expect(await handle(event({ previous: {}, ...more }))).toEqual({ asked: 1, failed: [] });
  });

  it('whose write replaced a value that nobody here had seen is told of, once', async () => {
    const { event, told, handle, id, store, deps } = await renamed();
    const asked: string[] = [];
    const findPrevious = async (eventId: string) => {
      asked.push(eventId);
      return { name: 'Unseen', email: 'unseen@example.com' };
    };
    const poke = event({ previous: { name: told('Unseen') } });
    for (let time = 0; time < 2; time += 1) {
      await handlePokes({ ...deps, integration: answering(deps.integration, { findPrevious }) }, [poke]);
    }
    expect(asked).toEqual(['evt_1', 'evt_1']);
    const { entries } = await store.listAudit(id, 10, undefined);
    expect(entries.filter(({ overruled }) => overruled !== undefined)).toEqual([
      {
        ...{ at: '2026-01-01T00:00:01.000Z', cause: 'webhook', before: null, after: null },
        ...{ overruled: { name: 'Unseen' }, stripeEventId: 'evt_1' },
      },
    ]);
    expect((await handle(poke)).failed).toEqual([]);
    const other = event({ id: 'evt_2', previous: { name: told('Unseen') } });
    await handlePokes({ ...deps, integration: answering(deps.integration, { findPrevious }) }, [other]);
    const { entries: later } = await store.listAudit(id, 10, undefined);
    expect(later.filter(({ overruled }) => overruled !== undefined)).toHaveLength(2);
  });

  it.each([
    ['succeeded', 0, false],
    ['running', 0, true],
    ['compensating', 0, true],
    ['compensated', 1, false],
  ] as const)('of a write of an operation that is %s', async (status, asked, isKept) => {
    const { event, told, handle, id, putOperation, setLink, link, at, externalId } = await renamed();
    const fields = { name: 'Janet' };
    await putOperation('op', id, { status, fields, base: { name: 'Twin 1', email: null } });
    const poke = event({ key: 'op:1', previous: { name: told('Twin 1') } });
    if (isKept) await setLink(externalId, { customerId: undefined });
    expect(await handle(poke)).toEqual({ asked, failed: [] });
    // Whoever made it is about to link it; should that never happen, it is found due.
    expect(await link(externalId)).toMatchObject(isKept ? { lookAgain: true, dueAt: at(90_000) } : { customerId: id });
  });

  it.each([
    ['open', 0],
    ['lost', 1],
    ['rejected', 1],
  ] as const)('of an attempt that is %s', async (outcome, asked) => {
    const { event, told, handle, id, write, setLink, externalId } = await renamed();
    await write({
      key: { type: 'attempt', customerId: id, key: `${id}:2` },
      ...{ change: { outcome }, when: { is: 'equal', field: 'outcome', value: 'accepted' } },
    });
    if (outcome === 'open') await setLink(externalId, { customerId: undefined });
    expect(await handle(event({ previous: { name: told('Twin 1') } }))).toMatchObject({ asked });
  });

  it('of an operation that knew nothing of Stripe’s side replaced nothing that was known', async () => {
    const { event, told, handle, id, putOperation } = await renamed();
    await putOperation('op', id, { status: 'succeeded', fields: { name: 'Janet' } });
    const poke = event({ key: 'op:1', previous: { name: told(null) } });
    expect(await handle(poke)).toEqual({ asked: 0, failed: [] });
  });

  it('of a create of ours has nothing before it', async () => {
    const { event, handle, id } = await renamed();
    expect(await handle(event({ kind: 'created', key: `${id}:1` }))).toEqual({ asked: 0, failed: [] });
  });
});

describe('the key of a request', () => {
  const ours = (id: string, key: string) => [
    { type: 'attempt', customerId: id, key },
    { type: 'operation', operationId: id },
  ];
  it.each([
    ['c-1_A:12', ours('c-1_A', 'c-1_A:12')],
    ['c:crm-2:3', ours('c', 'c:crm-2:3')],
    ['c:', []],
    ['c:1:2:3', []],
    ['c:1x', []],
    [' c:1', []],
    ['c:a b:1', []],
    [`${'c'.repeat(65)}:1`, []],
    ['', []],
    [undefined, []],
  ])('%j is ours, or nobody’s that we know', (key, expected) => {
    expect(ownWriteKeys(key)).toEqual(expected);
  });
});

describe('pokes', () => {
  it('need not tell of an event', async () => {
    const { handle, externalId, id, sync } = await renamed();
    const { revision } = await sync(id);
    await handle({ externalId, event: undefined });
    expect(await handle({ externalId, event: undefined }, { customerId: id })).toEqual({ asked: 0, failed: [] });
    expect((await sync(id)).revision).toBe(revision);
  });

  it('that lead to one customer are one run, and those that fail keep no other from theirs', async () => {
    const { handle, event, id, untwinned, sync, deps, inside } = await renamed();
    const [first, second] = [event({ id: 'evt_a', key: undefined }), event({ id: 'evt_b', key: undefined })];
    const { revision } = await sync(id);
    expect(await handle(first, second, { customerId: id })).toEqual({ asked: 1, failed: [] });
    expect(await sync(id)).toMatchObject({ revision: revision + 1, events: ['evt_a', 'evt_b'] });

    const lonely = await untwinned(email);
    const read: typeof deps.store.read = (keys) =>
      JSON.stringify(keys).includes('broken') ? Promise.reject(new Error('no')) : deps.store.read(keys);
    const broken: Poke[] = [{ customerId: 'broken' }, { externalId: 'cus_broken' }];
    const failed = await inside(() =>
      handlePokes({ ...deps, store: answering(deps.store, { read }) }, [...broken, { customerId: lonely }]),
    );
    expect([...failed]).toEqual(expect.arrayContaining(broken.map((poke) => [poke, new Error('no')])));
    expect([failed.size, (await sync(lonely)).status]).toEqual([2, 'synced']);
  });

  it('go to the integrations that they name; one that is not registered any more fails them', async () => {
    const { deps, untwinned, sync, inside } = createSyncWorld();
    const [one, two] = [await untwinned(email), await untwinned('two@example.com')];
    const strangers: Poke[] = [
      { customerId: one, integration: other },
      { customerId: two, integration: other },
    ];
    const pokes: Poke[] = [{ customerId: one }, ...strangers, { customerId: two, integration: 'stripe' }];
    const failed = await inside(() => handleAllPokes({ stripe: deps }, pokes));
    expect([...failed]).toEqual(strangers.map((poke) => [poke, new Error('There is no integration other.')]));
    expect([(await sync(one)).status, (await sync(two)).status]).toEqual(['synced', 'synced']);
  });
});

describe('dead letters', () => {
  it.each([
    [0, 'begun', { redriven: 0 }, 0],
    [3, 'begun', { redriven: 3 }, 1],
    [3, 'underway', { redriven: 0, skipped: true }, 1],
  ] as const)('%i of them go back once', async (count, answer, report, asked) => {
    let redrives = 0;
    const redrive = {
      redrive: async () => {
        redrives += 1;
        return answer;
      },
    };
    expect(await redriveDeadLetters({ deadLetters: { count: async () => count }, redrive })).toEqual(report);
    expect(redrives).toBe(asked);
  });
});
