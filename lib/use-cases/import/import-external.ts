import type { ExternalCustomer } from '#ports/integration.ts';
import { iso } from '#ports/system.ts';
import { customerKey, type SyncDeps, syncKey } from '../sync/run.ts';
import { bringIn } from './bring-in.ts';
import type { ImportResult } from './import-result.ts';
import { readStandings, resultOfLinked } from './standing.ts';

const NOT_OURS = 'its metadata names another deployment';
const NOT_SETTLED = 'something has to be settled first';
const UNKNOWN_OWNER = 'its metadata names a customer that is not in the catalog, or has another Stripe customer';

/** Brings in one customer of Stripe by what a webhook of it would do, and says what became of it. */
export async function importExternal(deps: SyncDeps, found: ExternalCustomer): Promise<ImportResult> {
  const { externalId, email } = found;
  if (found.owner === 'another deployment') return { is: 'left', email, externalId, reason: NOT_OURS };
  await bringIn(deps, [{ externalId }]);
  const [standing] = await readStandings(deps, [externalId]);
  const { link, sync } = standing ?? {};
  if (link?.customerId !== undefined) return resultOfLinked(deps, { customerId: link.customerId, email, sync });
  // Not even a look could begin; its poke is on its way.
  if (link === undefined) return { is: 'owed', email, externalId, reason: NOT_SETTLED };
  // Nothing is owed: it was found to be nobody's to take.
  if (link.dueAt === undefined) {
    const reason = found.owner === 'nobody' ? 'it was deleted meanwhile' : UNKNOWN_OWNER;
    return { is: 'left', email, externalId, reason };
  }
  const isInHand = link.runExpiresAt !== undefined && link.runExpiresAt > iso(deps.clock.nowMs());
  const reason = isInHand ? 'another process is at work on it' : NOT_SETTLED;
  return { is: 'owed', email, externalId, reason, isInHand };
}

/** What `importExternal` would do, as things stand now. Reads only. `emailHolder`: who has its email, if somebody has. */
export async function foreseeExternal(
  deps: SyncDeps,
  found: ExternalCustomer,
  emailHolder: { readonly otherCustomerId?: string; readonly otherExternalId?: string } | undefined,
): Promise<ImportResult> {
  const { externalId, email, owner } = found;
  const known = { email, externalId };
  if (owner === 'another deployment') return { is: 'left', ...known, reason: NOT_OURS };
  if (owner === 'nobody')
    return emailHolder ? { is: 'in-conflict', ...known, ...emailHolder } : { is: 'imported', ...known };
  const [customer, sync] = await deps.store.read([customerKey(owner.customerId), syncKey(deps, owner.customerId)]);
  const isOther = sync?.externalId !== undefined && sync.externalId !== externalId;
  if (customer === undefined || isOther) return { is: 'left', ...known, reason: UNKNOWN_OWNER };
  return { is: 'imported', ...known, customerId: owner.customerId };
}
