import type { CustomerEvidence } from '../evidence.ts';
import { hasDrift } from './fields.ts';
import { isAlive, isLive, isUnfinished, type KindOf, owes } from './kind.ts';

/** Nothing is recorded as owed, and yet not all of it has been brought over. */
function isForgotten(evidence: CustomerEvidence): boolean {
  const { customer, sync, twin } = evidence;
  if (customer === undefined || sync === undefined || owes(sync)) return false;
  const isOther = twin === 'unknown' || twin?.isDeleted === true || (isAlive(twin) && !isLive(customer));
  // One that is marked as its own is linked to it: this one must not make another.
  const isMade = sync.externalId === undefined && evidence.hint !== undefined;
  if (isOther || isMade || hasDrift(evidence)) return false;
  const hasStatus = sync.status === 'pending' || sync.status === 'failed' || sync.status === 'orphaned';
  return hasStatus || sync.syncedVersion !== customer.version || (isLive(customer) && sync.externalId === undefined);
}

export const debtKinds: readonly KindOf<CustomerEvidence>[] = [
  {
    ...{ kind: 'sync-missing', severity: 'error', action: 'add-sync', isSafe: true },
    detail: 'Nothing tells how the customer stands with Stripe: its sync item is missing.',
    isFound: ({ customer, sync }) => customer?.status === 'active' && sync === undefined,
  },
  {
    ...{ kind: 'sync-dangling', severity: 'error', action: 'remove-sync', isSafe: false },
    detail: 'A sync item tells how a customer stands with Stripe that the catalog does not have.',
    isFound: ({ customer, sync }) => customer === undefined && sync !== undefined,
  },
  {
    ...{ kind: 'debt-forgotten', severity: 'error', action: 'sync', isSafe: true },
    detail: 'Not all of the customer has been brought to Stripe, and it is not due to be.',
    isFound: isForgotten,
  },
  {
    ...{ kind: 'pending-too-long', severity: 'error', action: 'sync', isSafe: true },
    detail: 'What is owed to Stripe has been due for longer than the grace period.',
    isFound: ({ customer, sync, overdueAt, twin }) =>
      customer !== undefined &&
      sync !== undefined &&
      (sync.dueAt ?? sync.retryAt ?? overdueAt) < overdueAt &&
      sync.attemptKey === undefined &&
      // A conflict waits for an email that another customer has: it is recorded, and no drift.
      sync.conflict === undefined &&
      twin !== 'unknown',
  },
  {
    ...{ kind: 'attempt-unknown-too-long', severity: 'error', action: 'sync', isSafe: true },
    detail: 'The outcome of a write to Stripe is unknown, and nobody has been finding it out for too long.',
    isFound: ({ sync, attempt }) => sync?.attemptKey !== undefined && attempt !== undefined,
  },
  {
    ...{ kind: 'attempt-missing', severity: 'critical', action: 'forget-attempt', isSafe: false },
    detail: 'The customer waits for the outcome of a write to Stripe of which nothing is recorded.',
    isFound: ({ sync, attempt }) => sync?.attemptKey !== undefined && attempt === undefined,
  },
  {
    ...{ kind: 'run-abandoned', severity: 'error', action: 'sync', isSafe: true },
    detail: 'A run has not given the customer back although its lease has long expired.',
    isFound: ({ sync }) => sync?.runId !== undefined && sync.dueAt === undefined && sync.attemptKey === undefined,
  },
  {
    ...{ kind: 'owner-dangling', severity: 'critical', action: 'free-owner' },
    detail: 'The customer is held by an operation that has ended, or never was: nobody can change it.',
    isSafe: ({ customer }) => customer?.status !== 'pending',
    isFound: ({ customer, operation }) => customer?.owner !== undefined && !isUnfinished(operation),
  },
  {
    ...{ kind: 'audit-gap', severity: 'warning', action: 'none', isSafe: false },
    detail: 'The audit does not tell of every version of the customer. What is lost cannot be made up.',
    isFound: ({ customer, changes }) => isLive(customer) && changes < customer.version,
  },
];
