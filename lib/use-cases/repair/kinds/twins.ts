import type { CustomerEvidence } from '../evidence.ts';
import { isAlive, isLive, type KindOf, owes, twinsOf } from './kind.ts';

export const twinKinds: readonly KindOf<CustomerEvidence>[] = [
  {
    ...{ kind: 'stripe-customer-deleted', severity: 'error', action: 'sync', isSafe: true },
    detail: 'The customer is live here, and its Stripe customer is deleted.',
    isFound: ({ customer, sync, twin }) =>
      isLive(customer) && sync !== undefined && !owes(sync) && typeof twin === 'object' && twin.isDeleted,
  },
  {
    ...{ kind: 'stripe-customer-unknown', severity: 'critical', action: 'create-anew', isSafe: false },
    detail: 'Stripe has never known the customer that this one is linked to: it is of another account, or never was.',
    isFound: ({ customer, twin }) => isLive(customer) && twin === 'unknown',
  },
  {
    ...{ kind: 'tombstone-alive', severity: 'error', action: 'delete-in-stripe', isSafe: (e) => e.isTwinUnused },
    detail: 'The customer is deleted here, and its Stripe customer is not.',
    isFound: ({ customer, sync, twin }) =>
      customer?.status === 'deleted' && sync !== undefined && !owes(sync) && isAlive(twin),
  },
  {
    ...{ kind: 'stripe-customer-unmarked', severity: 'warning', action: 'mark', isSafe: true },
    detail: 'The Stripe customer does not carry our metadata, so that nothing there tells whose it is.',
    isFound: (evidence) => {
      const twins = twinsOf(evidence);
      return twins?.twin.owner === 'nobody' && twins.sync.isUnmarked !== true;
    },
  },
  {
    ...{ kind: 'metadata-names-another', severity: 'error', action: 'mark', isSafe: false },
    detail: 'The metadata of the Stripe customer names another customer than the one it is linked to.',
    isFound: (evidence) => {
      const owner = twinsOf(evidence)?.twin.owner;
      return owner === 'another deployment' || (typeof owner === 'object' && owner.customerId !== evidence.customerId);
    },
  },
];
