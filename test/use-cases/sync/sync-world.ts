import { normalizeEmail } from '#domain/email.ts';
import type { Outcome } from '#domain/outcome.ts';
import type { Integration } from '#ports/integration.ts';
import type { Poke } from '#ports/pokes.ts';
import type { RecordKey } from '#ports/records.ts';
import { createCustomer } from '#use-cases/catalog/create-customer.ts';
import { adoptExternal } from '#use-cases/sync/adopt-external.ts';
import type { SyncDeps } from '#use-cases/sync/run.ts';
import { syncCustomer } from '#use-cases/sync/sync-customer.ts';
import { createRepairWorld } from '../../repair/repair-world.ts';
import { answering } from '../answering.ts';

export const UNANSWERED: Outcome<never> = { is: 'unknown', error: 'no answer' };
export const SAVED: Outcome<never> = { is: 'failed', error: 'a saved 500', replayed: true };
export const BROKEN: Outcome<never> = { is: 'failed', error: 'a 500', replayed: false };
export const REFUSED: Outcome<never> = { is: 'rejected', reason: 'not that one' };

type Made = { readonly answers?: Partial<Integration>; readonly deps?: Partial<SyncDeps> };

/** Both sides in this process; runs are taken one by one, and what they poke is kept. Backoffs are at their longest. */
export function createSyncWorld() {
  const world = createRepairWorld();
  const { pass, store } = world;
  const pokes: Poke[] = [];
  const deps = {
    ...world.deps,
    random: { id: world.deps.random.id, fraction: () => 1 },
    pokes: { poke: async (poke: Poke) => void pokes.push(poke) },
  };
  const made = ({ answers = {}, deps: others = {} }: Made): SyncDeps => ({
    ...{ ...deps, integration: answering(deps.integration, answers), ...others },
  });
  const read = async <Key extends RecordKey>(key: Key) => (await store.read([key]))[0];
  pass(500);
  return {
    ...{ ...world, deps, pokes, read },
    at: (ms = 0) => new Date(deps.clock.nowMs() + ms).toISOString(),
    customer: (customerId: string) => read({ type: 'customer', customerId }),
    claim: (email: string) => read({ type: 'emailClaim', email: normalizeEmail(email) }),
    link: (externalId: string) => read({ type: 'link', integration: 'stripe', externalId }),
    attempt: (customerId: string, number: number) =>
      read({ type: 'attempt', customerId, key: `${customerId}:${number}` }),
    lastAudit: async (customerId: string) => (await store.listAudit(customerId, 1, undefined)).entries[0],
    twin: (externalId: string) => world.inside(() => deps.integration.findCustomer(externalId)),
    /** A customer of ours that has no twin yet. */
    untwinned: async (email: string) => {
      const created = await createCustomer(deps, { name: 'Ours', email });
      if (created.is !== 'completed' || created.reply.is !== 'created') throw new Error('It was not made.');
      pokes.length = 0;
      return created.reply.customer.id;
    },
    /** The store, where something happens just before the first commit, or a later one. */
    meanwhile: (happen: () => Promise<void>, before = 1) => {
      let commits = 0;
      const commit: typeof store.commit = async (writes) => {
        commits += 1;
        if (commits === before) await happen();
        return store.commit(writes);
      };
      return { store: answering(store, { commit }) };
    },
    /** The store, where something happens while records are read together for the first time: all but the first are older. */
    torn: (happen: () => Promise<unknown>) => {
      let isTorn = false;
      const readTorn = async (keys: readonly RecordKey[]) => {
        if (isTorn || keys.length < 2) return store.read(keys);
        isTorn = true;
        const older = await store.read(keys);
        await happen();
        return [(await store.read(keys))[0], ...older.slice(1)];
      };
      return { store: answering(store, { read: readTorn as typeof store.read }) };
    },
    run: (customerId: string, eventIds: readonly string[] = [], how: Made = {}) =>
      world.inside(() => syncCustomer(made(how), customerId, { eventIds })),
    adopt: (externalId: string, how: Made = {}) =>
      world.inside(() => adoptExternal(made(how), externalId, { eventIds: ['evt_1'] })),
  };
}

export type SyncWorld = ReturnType<typeof createSyncWorld>;

/** A world with a customer at rest on both sides. */
export async function rested() {
  const world = createSyncWorld();
  const twins = await world.twins();
  world.pass(1_000);
  return { ...world, ...twins, stood: await world.sync(twins.id) };
}
