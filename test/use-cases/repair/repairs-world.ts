import { normalizeEmail } from '#domain/email.ts';
import type { Poke } from '#ports/pokes.ts';
import type { CustomerEvidence, Evidence, Subject } from '#use-cases/repair/evidence.ts';
import { gather } from '#use-cases/repair/gather.ts';
import type { Action } from '#use-cases/repair/kinds/kind.ts';
import { applyRepair } from '#use-cases/repair/repairs/apply.ts';
import type { RepairDeps } from '#use-cases/repair/repairs/repair.ts';
import { createRepairWorld, HOUR_MS, whatever } from '../../repair/repair-world.ts';

/** What is answered when nothing is done. */
export const skipped = (reason: string) => ({ is: 'skipped', reason });

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
  const apply = (action: Action, evidence: Evidence, others: Partial<RepairDeps> = {}) =>
    world.inside(() =>
      applyRepair({ ...deps, pokes: { poke: async (poke) => void poked.push(poke) }, ...others }, action, evidence),
    );
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
