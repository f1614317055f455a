import type { Poke } from '#ports/pokes.ts';
import { createCustomer } from '#use-cases/catalog/create-customer.ts';
import { importFromStripe } from '#use-cases/import/import-from-stripe.ts';
import type { ImportOptions, ImportResult, Tell } from '#use-cases/import/import-result.ts';
import { importRows, type ReadRow } from '#use-cases/import/import-rows.ts';
import { adoptExternal } from '#use-cases/sync/adopt-external.ts';
import type { SyncDeps } from '#use-cases/sync/run.ts';
import { createRepairWorld } from '../../repair/repair-world.ts';

type Options = Partial<ImportOptions> & { readonly deps?: Partial<SyncDeps> };

const nowhere = { poke: async () => {} };

/** Both sides in this process, a clock that goes on while an import waits, and the pokes that it leaves to the queue. */
export function createImportWorld() {
  const world = createRepairWorld();
  const left: Poke[] = [];
  const deps: SyncDeps = {
    ...world.deps,
    clock: { nowMs: world.deps.clock.nowMs, sleep: async (ms) => world.pass(ms) },
    pokes: { poke: async (poke) => void left.push(poke) },
  };
  const run = async (
    { deps: others, ...options }: Options,
    it: (deps: SyncDeps, tell: Tell, options: ImportOptions) => Promise<void>,
  ): Promise<ImportResult[]> => {
    const told: ImportResult[] = [];
    const asked = { isTrial: false, isStopped: () => false, ...options };
    await world.inside(() => it({ ...deps, ...others }, (result) => told.push(result), asked));
    return told;
  };
  const linkOf = async (externalId: string) =>
    (await world.store.read([{ type: 'link', integration: 'stripe', externalId }]))[0];
  return {
    ...{ ...world, deps, left, linkOf },
    /** All that both sides hold. */
    both: () => JSON.stringify([world.store.dump(), world.sandbox.state.customers.values()]),
    /** What an import tells, in its order. */
    fromStripe: (options: Options = {}) => run(options, importFromStripe),
    fromRows: (rows: readonly ReadRow[], options: Options = {}) =>
      run(options, (given, tell, asked) => importRows(given, oneByOne(rows), tell, asked)),
    /** A customer that was made at Stripe's dashboard. */
    born: async (fields: Record<string, string>) => (await world.dashboard('POST', '', fields)).id,
    /** A customer of ours that has no twin yet. */
    untwinned: async (email: string) => {
      const made = await createCustomer({ ...world.deps, pokes: nowhere }, { name: 'Ours', email });
      if (made.is !== 'completed' || made.reply.is !== 'created') throw new Error('It was not made.');
      return made.reply.customer.id;
    },
    /** Somebody brings it into the catalog, and dies before Stripe is told. */
    cutOff: async (externalId: string) => {
      await world.inside(() => adoptExternal({ ...deps, pokes: nowhere }, externalId, { eventIds: [] }));
      return String((await linkOf(externalId))?.customerId);
    },
  };
}

async function* oneByOne<Row>(rows: readonly Row[]): AsyncIterable<Row> {
  yield* rows;
}

export type ImportWorld = ReturnType<typeof createImportWorld>;
