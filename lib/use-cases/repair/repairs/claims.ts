import { normalizeEmail } from '#domain/email.ts';
import { all, change, equal, remove } from '#ports/catalog-store.ts';
import type { EmailClaimRecord } from '#ports/records.ts';
import { claimEmail } from '../../catalog/email-claims.ts';
import type { ClaimEvidence, CustomerEvidence } from '../evidence.ts';
import { commitRepair, MOVED, type RepairDeps, type Repaired, unchangedCustomer } from './repair.ts';

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

/** Frees an email that the customer whom its claim names does not have. */
export async function releaseClaim(deps: RepairDeps, { emailHash, claim, customer }: ClaimEvidence): Promise<Repaired> {
  return commitRepair(deps, {
    customer: unchangedCustomer(claim.customerId, customer),
    claim: remove({ type: 'emailClaim', emailHash }, isAsRead(claim)),
  });
}

function isAsRead({ customerId, state }: EmailClaimRecord) {
  return all(equal('customerId', customerId), equal('state', state));
}
