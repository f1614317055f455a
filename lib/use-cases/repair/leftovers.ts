import type { Integrations } from '#domain/integrations.ts';
import {
  all,
  atMost,
  type CatalogStore,
  change,
  equal,
  remove,
  type ScanPage,
  type Write,
} from '#ports/catalog-store.ts';
import type { Digest, Pokes } from '#ports/pokes.ts';
import type { EmailClaimRecord, LeaseRecord, RequestKeyRecord } from '#ports/records.ts';
import type { Clock, Log } from '#ports/system.ts';
import { beginToFollow } from './begin-to-follow.ts';
import { commitThose } from './commit-those.ts';
import { gatherClaim, isEmailOf } from './gather.ts';
import { type Action, isUnfinished } from './kinds/kind.ts';
import { judge } from './kinds/kinds.ts';
import { repairClaim } from './repairs/claims.ts';

export type LeftoverDeps = {
  readonly store: CatalogStore;
  readonly integrations: Integrations;
  readonly clock: Clock;
  readonly pokes: Pokes;
  readonly digest: Digest;
  readonly log: Log;
  /** A customer that has changed since then is left to those who are at work on it. */
  readonly graceMs: number;
};

/** `heldClaims`: those that had been left reserved for the very customer whose email it is. */
export type Cleared = {
  readonly expiredKeys: number;
  readonly expiredLeases: number;
  readonly freedClaims: number;
  readonly heldClaims: number;
  /** Looked at, and left as they were because something broke; their turn comes again with the next walk. */
  readonly failed: number;
};

/**
 * Clears what is left over among these records, and makes up what they lack. One that cannot be cleared does not keep the
 * others from it.
 */
export async function clearPage(deps: LeftoverDeps, page: ScanPage): Promise<Cleared> {
  let failed = 0;
  const tried = async <Result>(what: string, clear: () => Promise<Result>, otherwise: Result): Promise<Result> => {
    try {
      return await clear();
    } catch (error) {
      deps.log.warn('What was left over could not be cleared.', {
        what,
        error: error instanceof Error ? error.name : '',
      });
      failed += 1;
      return otherwise;
    }
  };
  const expiredKeys = await tried('keys', () => removeKeys(deps, page), 0);
  const expiredLeases = await tried('leases', () => giveBackLeases(deps, page), 0);
  const actions: (Action | undefined)[] = [];
  for (const emailHash of await tried('claims', () => findDoubtful(deps, page), [])) {
    actions.push(await tried('claim', () => clearClaim(deps, emailHash), undefined));
  }
  await tried('followers', () => beginToFollow(deps, page), 0);
  const count = (wanted: Action) => actions.filter((action) => action === wanted).length;
  const [freedClaims, heldClaims] = [count('release-claim'), count('claim-email')];
  return { expiredKeys, expiredLeases, freedClaims, heldClaims, failed };
}

/** Only while still expired: a key that was used anew meanwhile is another request's. */
async function removeKeys({ store, clock }: LeftoverDeps, { expired }: ScanPage): Promise<number> {
  const keys = expired.flatMap(({ key, record }) =>
    key.type === 'requestKey' ? [{ key, record: record as RequestKeyRecord }] : [],
  );
  const operations = await store.read(
    keys.map(({ record }) => ({ type: 'operation', operationId: record.operationId ?? '' }) as const),
  );
  // Whoever looks into an operation that needs attention still finds what asked for it.
  const removable = keys.filter((_, index) => !isUnfinished(operations[index]));
  const nowSeconds = Math.floor(clock.nowMs() / 1000);
  return commitThose(
    store,
    removable.map(({ key }) => remove(key, atMost('expiresAtSeconds', nowSeconds))),
  );
}

/** A lease is given back, never removed: the next holder's fence has to be higher than all before. */
async function giveBackLeases({ store, clock }: LeftoverDeps, { found }: ScanPage): Promise<number> {
  const nowMs = clock.nowMs();
  const writes = found.flatMap(({ key, record }): Write[] => {
    if (key.type !== 'lease') return [];
    const { fence, expiresAtMs } = record as LeaseRecord;
    if (expiresAtMs === undefined || expiresAtMs > nowMs) return [];
    const isAsRead = all(equal<'fence'>('fence', fence), equal<'expiresAtMs'>('expiresAtMs', expiresAtMs));
    return [change(key, { owner: undefined, expiresAtMs: undefined }, isAsRead)];
  });
  return commitThose(store, writes);
}

/** Claims that are in doubt once their customers are known, which are read at once for the whole page. */
async function findDoubtful({ store, digest }: LeftoverDeps, { found }: ScanPage): Promise<string[]> {
  const claims = found.flatMap(({ key, record }) =>
    key.type === 'emailClaim' && 'emailHash' in key
      ? [{ emailHash: key.emailHash, claim: record as EmailClaimRecord }]
      : [],
  );
  const customers = await store.read(
    claims.map(({ claim }) => ({ type: 'customer', customerId: claim.customerId }) as const),
  );
  return claims
    .filter(
      ({ emailHash, claim }, index) => claim.state === 'reserved' || !isEmailOf(digest, customers[index], emailHash),
    )
    .map(({ emailHash }) => emailHash);
}

/** Judges a claim as `validate` does, and answers what was done about it. */
async function clearClaim(deps: LeftoverDeps, emailHash: string): Promise<Action | undefined> {
  const evidence = await gatherClaim(deps, emailHash);
  const [found] = evidence === undefined ? [] : judge(evidence);
  if (evidence === undefined || found === undefined) return undefined;
  const { is } = await repairClaim(deps, found.action, evidence);
  if (is !== 'fixed') return undefined;
  // No crash leaves such a claim: an operator should know.
  deps.log.warn('An abandoned email claim was cleared.', { kind: found.kind, customerId: evidence.claim.customerId });
  return found.action;
}
