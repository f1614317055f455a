import { normalizeEmail } from '#domain/email.ts';
import type { CatalogStore, Condition } from '#ports/catalog-store.ts';
import type { Poke } from '#ports/pokes.ts';
import type { RecordKey } from '#ports/records.ts';
import type { CustomerEvidence, Evidence, Subject } from '#use-cases/repair/evidence.ts';
import { gather } from '#use-cases/repair/gather.ts';
import type { Action } from '#use-cases/repair/kinds/kind.ts';
import { applyRepair } from '#use-cases/repair/repairs/apply.ts';
import type { RepairDeps } from '#use-cases/repair/repairs/repair.ts';
import { rewritten } from '../../contracts/rewritten-writes.ts';
import { createRepairWorld, HOUR_MS, whatever } from '../../repair/repair-world.ts';
import { answering } from '../answering.ts';

/** What is answered when nothing is done. */
export const skipped = (reason: string) => ({ is: 'skipped', reason });

/** As DynamoDB, it takes no condition on a value that there is not; and nobody asks for a record that has no name. */
function strict(store: CatalogStore): CatalogStore {
  const assertNamed = (key: RecordKey) => {
    if (Object.values(key).includes(undefined as never)) throw new TypeError(`A ${key.type} without a name.`);
  };
  const assertWhole = (condition: Condition<string>) => {
    if ('value' in condition && condition.value === undefined) throw new TypeError('A condition without a value.');
    return condition;
  };
  const read: CatalogStore['read'] = async (keys) => {
    keys.forEach(assertNamed);
    return store.read(keys);
  };
  const commit: CatalogStore['commit'] = async (writes) => {
    for (const write of Object.values(writes)) if (write !== undefined) assertNamed(write.key);
    return store.commit(rewritten(writes, assertWhole));
  };
  return answering(store, { read, commit });
}

/** Two customers on both sides, an hour ago. Runs that follow a repair do nothing, unless it is said: they are others' work. */
export async function atRest() {
  const world = createRepairWorld();
  const [twins, other] = [await world.twins(), await world.twins()];
  world.pass(HOUR_MS);
  const { deps } = world;
  const poked: Poke[] = [];
  const read = async <E extends Evidence>(subject: Subject) => (await world.inside(() => gather(deps, subject))) as E;
  const customer = (customerId = twins.id, hint?: string) =>
    read<CustomerEvidence>({ of: 'customer', customerId, ...(hint !== undefined && { hint }) });
  const apply = (action: Action, evidence: Evidence, { store = deps.store, ...others }: Partial<RepairDeps> = {}) => {
    const pokes = { poke: async (poke: Poke) => void poked.push(poke) };
    return world.inside(() => applyRepair({ ...deps, pokes, store: strict(store), ...others }, action, evidence));
  };
  const at = (ms = 0) => new Date(deps.clock.nowMs() + ms).toISOString();
  const claimOf = async (email: string) =>
    (await world.store.read([{ type: 'emailClaim', email: normalizeEmail(email) }]))[0];
  const linkOf = async (externalId: string) =>
    (await world.store.read([{ type: 'link', integration: 'stripe', externalId }]))[0];
  const customerOf = async (customerId: string) => (await world.store.read([{ type: 'customer', customerId }]))[0];
  const lastAudit = async () => (await world.store.listAudit(twins.id, 1, undefined)).entries[0];
  const setClaim = (email: string, change: object) =>
    world.write({ key: { type: 'emailClaim', email: normalizeEmail(email) }, change, when: whatever });
  return { ...world, twins, other, poked, read, customer, apply, at, claimOf, linkOf, customerOf, lastAudit, setClaim };
}
