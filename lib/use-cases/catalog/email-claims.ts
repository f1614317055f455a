import { type NormalizedEmail, normalizeEmail } from '#domain/email.ts';
import { absent, change, equal, put, remove, type WriteTo } from '#ports/catalog-store.ts';
import type { EmailClaimRecord } from '#ports/records.ts';

function claimKey(email: NormalizedEmail) {
  return { type: 'emailClaim', email } as const;
}

/** Makes the email this customer's. Emails are unique by this condition, whatever locks are held or lost. */
export function claimEmail(email: string, claim: EmailClaimRecord): WriteTo<'emailClaim'> {
  return put(claimKey(normalizeEmail(email)), claim, absent);
}

/** Turns an operation's reservation into the customer's own. */
export function holdEmail(email: string, operationId: string): WriteTo<'emailClaim'> {
  return change(
    claimKey(normalizeEmail(email)),
    { state: 'held', operationId: undefined },
    equal('operationId', operationId),
  );
}

/** Gives back an operation's reservation. */
export function unreserveEmail(email: string, operationId: string): WriteTo<'emailClaim'> {
  return remove(claimKey(normalizeEmail(email)), equal('operationId', operationId));
}

/** Frees an email that the customer no longer has. */
export function freeEmail(email: string, customerId: string): WriteTo<'emailClaim'> {
  return remove(claimKey(normalizeEmail(email)), equal('customerId', customerId));
}

/** Whether going from one email to the other needs another claim: spelling alone does not. */
export function needsOtherClaim(before: string | null, after: string | null): boolean {
  return (before === null ? null : normalizeEmail(before)) !== (after === null ? null : normalizeEmail(after));
}
