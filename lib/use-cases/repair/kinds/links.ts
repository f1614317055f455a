import type { CustomerEvidence } from '../evidence.ts';
import { isAlive, isLive, type KindOf, owes } from './kind.ts';

/** A live customer whose Stripe customer is there, and whose link names somebody else or nobody. */
function isNotLinked({ customer, customerId, sync, twin, link }: CustomerEvidence): boolean {
  return isLive(customer) && sync !== undefined && !owes(sync) && isAlive(twin) && link?.customerId !== customerId;
}

export const linkKinds: readonly KindOf<CustomerEvidence>[] = [
  {
    ...{ kind: 'link-missing', severity: 'error', action: 'link' },
    detail: 'The customer names a Stripe customer whose link is missing: changes in Stripe do not find it.',
    isSafe: ({ twin, customerId }) =>
      typeof twin === 'object' &&
      (twin.owner === 'nobody' || (typeof twin.owner === 'object' && twin.owner.customerId === customerId)),
    isFound: (evidence) => isNotLinked(evidence) && evidence.link?.customerId === undefined,
  },
  {
    ...{ kind: 'external-id-shared', severity: 'critical', action: 'none', isSafe: false },
    detail: 'Two customers name the same Stripe customer; its link names the other. Decide which of them it is.',
    isFound: (evidence) =>
      isNotLinked(evidence) &&
      evidence.link?.customerId !== undefined &&
      evidence.linkedSync?.externalId === evidence.sync?.externalId,
  },
  {
    ...{ kind: 'link-names-another', severity: 'error', action: 'relink', isSafe: false },
    detail: 'The link of this customer’s Stripe customer names another customer, which does not know of it.',
    isFound: (evidence) =>
      isNotLinked(evidence) &&
      evidence.link?.customerId !== undefined &&
      evidence.linkedSync?.externalId !== evidence.sync?.externalId,
  },
];
