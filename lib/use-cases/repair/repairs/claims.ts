import { normalizeEmail } from '#domain/email.ts';
import { all, change, equal, missing, remove } from '#ports/catalog-store.ts';
import { pokeTo } from '#ports/pokes.ts';
import type { EmailClaimRecord } from '#ports/records.ts';
import { claimEmail } from '../../catalog/email-claims.ts';
import type { ClaimEvidence, CustomerEvidence } from '../evidence.ts';
import type { Action } from '../kinds/kind.ts';
import { commitRepair, MOVED, type RepairDeps, type Repaired, unchangedCustomer } from './repair.ts';

/** What repairing a claim needs: Stripe has no say in it. */
type ClaimRepairDeps = Pick<RepairDeps, 'store' | 'pokes' | 'digest' | 'log'>;

/** Makes the email's claim the customer's own: a new one, or the one that names nobody who has the email. */
export async function takeClaim(
  deps: RepairDeps,
  { customerId, customer, claim, claimant }: CustomerEvidence,
): Promise<Repaired> {
  if (customer?.email == null) return MOVED;
  const held = { state: 'held', customerId } as const;
  const email = normalizeEmail(customer.email);
  return commitRepair(deps, {
    customer: unchangedCustomer(customerId, customer),
    claim:
      claim === undefined
        ? claimEmail(email, held)
        : change({ type: 'emailClaim', email }, { ...held, operationId: undefined }, isAsRead(claim)),
    claimant:
      claim === undefined || claim.customerId === customerId
        ? undefined
        : unchangedCustomer(claim.customerId, claimant),
  });
}

/** Does what is to be done about a claim itself. */
export function repairClaim(deps: ClaimRepairDeps, action: Action, evidence: ClaimEvidence): Promise<Repaired> {
  return action === 'claim-email' ? holdClaim(deps, evidence) : releaseClaim(deps, evidence);
}

/** Frees an email that the customer whom its claim names does not have. */
async function releaseClaim(deps: ClaimRepairDeps, { emailHash, claim, customer }: ClaimEvidence): Promise<Repaired> {
  const repaired = await commitRepair(deps, {
    customer: unchangedCustomer(claim.customerId, customer),
    claim: remove({ type: 'emailClaim', emailHash }, isAsRead(claim)),
  });
  if (repaired.is === 'fixed') await pokeWaiting(deps, emailHash);
  return repaired;
}

/** Turns a reservation that its operation has left behind into the customer's own claim. */
function holdClaim(deps: ClaimRepairDeps, { emailHash, claim, customer }: ClaimEvidence): Promise<Repaired> {
  return commitRepair(deps, {
    customer: unchangedCustomer(claim.customerId, customer),
    claim: change({ type: 'emailClaim', emailHash }, { state: 'held', operationId: undefined }, isAsRead(claim)),
  });
}

/** So many of those in conflict are looked through for who waits; the others come back by their backoff. */
const MOST_IN_CONFLICT = 200;

/**
 * Whoever waits for an email that has become free tries again now. The customer whom the claim named may not know of it,
 * or be gone: so those in conflict are asked. A poke that is lost only delays it.
 */
async function pokeWaiting({ store, pokes, digest, log }: ClaimRepairDeps, emailHash: string): Promise<void> {
  try {
    const apart = await store.listApart(['conflict'], MOST_IN_CONFLICT);
    const syncs = await store.read(
      apart.map(({ customerId, integration }) => ({ type: 'sync', customerId, integration }) as const),
    );
    for (const [index, { customerId, integration }] of apart.entries()) {
      const wanted = syncs[index]?.conflict?.stripeValue;
      if (wanted != null && digest(normalizeEmail(wanted)) === emailHash)
        await pokes.poke(pokeTo(customerId, integration));
    }
  } catch (error) {
    log.warn('Who waits for a freed email was not told.', { error: error instanceof Error ? error.name : '' });
  }
}

function isAsRead({ customerId, state, operationId }: EmailClaimRecord) {
  const isSameOperation = operationId === undefined ? missing('operationId') : equal('operationId', operationId);
  return all(equal('customerId', customerId), equal('state', state), isSameOperation);
}
