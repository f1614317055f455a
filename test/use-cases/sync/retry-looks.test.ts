import type { IntegrationName } from '#domain/integrations.ts';
import { type RetryDeps, retryFailedSyncs } from '#use-cases/sync/retry-failed-syncs.ts';
import { syncCustomer } from '#use-cases/sync/sync-customer.ts';
import { answering } from '../answering.ts';
import { createSyncWorld, REFUSED, rested, UNANSWERED } from './sync-world.ts';

const CRM = 'crm' as IntegrationName;
const PAUSE_MS = 150;
const SUCCEEDED = { retried: 1, succeeded: 1, stillFailing: 0, remaining: 0 };
const FAILING = { retried: 1, succeeded: 0, stillFailing: 1, remaining: 0 };

/** A customer whose last try has failed, and is due just now. Pauses pass at once, and are noted. */
async function failed() {
  const world = await rested();
  const { deps, id, setSync, at, pass, inside } = world;
  const pauses: number[] = [];
  const clock = {
    ...deps.clock,
    sleep: async (ms: number) => {
      pauses.push(ms);
      pass(ms);
    },
  };
  await setSync(id, { status: 'failed', apartSince: at(), retryAt: at(), tries: 1 });
  return {
    ...{ ...world, pauses },
    retry: ({ longestMs = 60_000, ...others }: Partial<RetryDeps> & { longestMs?: number } = {}) =>
      inside(() => retryFailedSyncs({ ...deps, clock, ...others }, { isForced: false, longestMs })),
    /** It was changed here, and Stripe has not answered yet. */
    unanswered: async () => {
      await world.setCustomer(id, { name: 'Janet', version: 2 });
      await world.run(id, [], { answers: { updateCustomer: async () => UNANSWERED } });
      pass(10_000);
    },
  };
}

describe('a customer that is tried again', () => {
  it('is looked at once more when an attempt had to be settled first', async () => {
    const { retry, unanswered, pauses, sync, id } = await failed();
    await unanswered();
    expect(await retry()).toEqual(SUCCEEDED);
    expect([pauses, (await sync(id)).status]).toEqual([[PAUSE_MS], 'synced']);
  });

  it('and that another run brings over meanwhile, needs no further look', async () => {
    const { retry, unanswered, pauses, deps } = await failed();
    await unanswered();
    const poke = async (asked: object) => {
      if ('customerId' in asked) await syncCustomer(deps, String(asked.customerId));
    };
    expect([await retry({ pokes: { poke } }), pauses]).toEqual([SUCCEEDED, []]);
  });

  it('is asked about once when that is refused', async () => {
    const { retry, setCustomer, pauses, sync, id, deps } = await failed();
    await setCustomer(id, { name: 'Janet', version: 2 });
    const integration = answering(deps.integration, { updateCustomer: async () => REFUSED });
    expect([await retry({ integration }), pauses, (await sync(id)).tries]).toEqual([FAILING, [], 2]);
  });

  it('is looked at eight times, and is failing when it is still pending', async () => {
    const { retry, dashboard, externalId, write, pauses } = await failed();
    await dashboard('POST', `/${externalId}`, { email: 'other@example.com' });
    await write({
      key: { type: 'emailClaim', email: 'other@example.com' as never },
      ...{ put: { state: 'reserved', customerId: 'd', operationId: 'o' }, when: { is: 'absent' } },
    });
    expect([await retry(), pauses]).toEqual([FAILING, Array(7).fill(PAUSE_MS)]);
  });

  it('is waited for while somebody is at work on it, and no longer than there is time', async () => {
    const { retry, setCustomer, pauses, id } = await failed();
    await setCustomer(id, { owner: 'o' });
    const untouched = { retried: 0, succeeded: 0, stillFailing: 0, remaining: 1 };
    expect([await retry({ longestMs: 2 * PAUSE_MS }), pauses]).toEqual([untouched, [PAUSE_MS, PAUSE_MS]]);
  });

  it('is failing when nothing tells any more how it stands', async () => {
    const { retry, remove, deps, id } = await failed();
    const findCustomer: typeof deps.integration.findCustomer = async (externalId) => {
      await remove({ type: 'sync', customerId: id, integration: 'stripe' });
      return deps.integration.findCustomer(externalId);
    };
    expect(await retry({ integration: answering(deps.integration, { findCustomer }) })).toEqual(FAILING);
  });

  it('and is not there any more, is owed nothing', async () => {
    const { retry, deps, at } = await failed();
    const gone = { customerId: 'gone', integration: 'stripe', status: 'failed', since: at(), retryAt: at() } as const;
    const store = answering(deps.store, { listApart: async () => [gone] });
    expect(await retry({ store })).toEqual(SUCCEEDED);
  });
});

describe('a customer that a follower has let go of', () => {
  /** So many of them, and a call that asks for all anew. */
  async function letGo(count: number, standing: { readonly externalId?: string } = {}) {
    const world = createSyncWorld();
    const { deps, write, read, inside, at } = world;
    const ids: string[] = [];
    for (let made = 0; made < count; made += 1) {
      const { id } = await world.twins();
      const record = { status: 'orphaned', apartSince: at(made), revision: 1, tries: 0, ...standing } as const;
      await write({ key: { type: 'sync', customerId: id, integration: CRM }, put: record, when: { is: 'absent' } });
      ids.push(id);
    }
    return {
      ...{ ...world, ids },
      standing: async (customerId = '') => (await read({ type: 'sync', customerId, integration: CRM }))?.status,
      retry: (answers: Partial<typeof deps.integration> = {}, { isForced = true, store = deps.store } = {}) => {
        const integration = answering(deps.integration, { name: CRM, ...answers });
        const integrations = ['stripe', CRM] as const;
        return inside(() =>
          retryFailedSyncs({ ...deps, store, integration, integrations }, { isForced, longestMs: 60_000 }),
        );
      },
    };
  }

  it('is not asked for any more once the time is over', async () => {
    const { retry, ids, standing, deps, pass } = await letGo(5);
    let longMs = 60_000;
    const createCustomer: typeof deps.integration.createCustomer = (...asked) => {
      pass(longMs);
      longMs = 0;
      return deps.integration.createCustomer(...asked);
    };
    expect(await retry({ createCustomer })).toMatchObject({ stillFailing: 0 });
    expect([await standing(ids[0]), await standing(ids[4])]).toEqual(['synced', 'orphaned']);
  });

  it('is found due when the call comes no further than to ask for it', async () => {
    const { retry, ids, deps, store, pass, at } = await letGo(1);
    // The write is slow: the call's time is over when it is back.
    const commit: typeof store.commit = (writes) => {
      pass(60_000);
      return deps.store.commit(writes);
    };
    expect(await retry({}, { store: answering(deps.store, { commit }) })).toMatchObject({ retried: 0, remaining: 1 });
    const due = await store.listDue(at(), 10);
    expect(due).toEqual([{ key: { type: 'sync', customerId: ids[0], integration: CRM }, dueAt: expect.any(String) }]);
  });

  it.each([
    ['is asked for, and stays so for whoever comes next', {}, 'pending'],
    ['is not mixed up with one whom it does not know', { externalId: 'cus_unknown' }, 'orphaned'],
  ])('while somebody is at work on it %s', async (_, before, status) => {
    const { retry, ids, standing, setCustomer } = await letGo(1, before);
    await setCustomer(ids[0] ?? '', { owner: 'o' });
    expect(await retry()).toMatchObject({ retried: 0, remaining: 1 });
    expect(await standing(ids[0])).toBe(status);
  });

  it.each([
    ['due, as failed', false, 'failed'],
    ['due, as a stranger', false, 'orphaned'],
    ['failed, and tried by force', true, 'failed'],
  ] as const)('just now is not asked for by a list from before, which had it as %s', async (_, isForced, status) => {
    const { retry, ids, standing, deps, at } = await letGo(1);
    const before = { customerId: ids[0] ?? '', integration: CRM, status, since: at(), retryAt: at() };
    const store = answering(deps.store, { listApart: async () => [before] });
    expect(await retry({}, { isForced, store })).toMatchObject({ stillFailing: 1 });
    expect(await standing(ids[0])).toBe('orphaned');
  });
});
