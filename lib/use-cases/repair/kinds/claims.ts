import { normalizeEmail } from '#domain/email.ts';
import type { ClaimEvidence, CustomerEvidence } from '../evidence.ts';
import { isLive, isUnfinished, type KindOf } from './kind.ts';

/** Whether another live customer has the same email and the claim on it. */
function isShared({ customer, claimant }: CustomerEvidence): boolean {
  if (!isLive(customer) || !isLive(claimant) || customer.email === null || claimant.email === null) return false;
  return normalizeEmail(customer.email) === normalizeEmail(claimant.email);
}

export const claimKinds: readonly KindOf<CustomerEvidence>[] = [
  {
    ...{ kind: 'email-claim-missing', severity: 'error', action: 'claim-email', isSafe: true },
    detail: 'Nothing keeps others from taking the email of this customer: its claim is missing.',
    isFound: ({ customer, claim }) => isLive(customer) && customer.email !== null && claim === undefined,
  },
  {
    ...{ kind: 'email-claim-wrong-owner', severity: 'error', action: 'claim-email', isSafe: true },
    detail: 'The claim on the email of this customer names another one, which does not have that email.',
    isFound: (evidence) => {
      const { customer, customerId, claim, claimOperation } = evidence;
      const isAnothers = isLive(customer) && claim !== undefined && claim.customerId !== customerId;
      return isAnothers && !isUnfinished(claimOperation) && !isShared(evidence);
    },
  },
  {
    ...{ kind: 'email-duplicate', severity: 'critical', action: 'none', isSafe: false },
    detail: 'Another live customer has the same email and the claim on it. Change the email of one of the two.',
    isFound: isShared,
  },
];

/** Of claims that nobody may need any more. */
export const abandonedClaimKinds: readonly KindOf<ClaimEvidence>[] = [
  {
    ...{ kind: 'email-claim-dangling', severity: 'error', action: 'release-claim', isSafe: true },
    detail: 'An email is claimed by a customer that does not have it, so that nobody can.',
    isFound: ({ isItsEmail, operation }) => !isItsEmail && !isUnfinished(operation),
  },
  {
    ...{ kind: 'email-claim-not-held', severity: 'warning', action: 'claim-email', isSafe: true },
    detail: 'The claim on the email of this customer is still reserved for an operation that has ended.',
    isFound: ({ claim, customer, isItsEmail, operation }) =>
      isItsEmail && isLive(customer) && claim.state === 'reserved' && !isUnfinished(operation),
  },
];
