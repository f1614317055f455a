import type { Severity } from '#domain/consistency.ts';
import { isFinal } from '#domain/operation.ts';
import type { CustomerRecord, LinkRecord, OperationRecord, SyncRecord } from '#ports/records.ts';
import type { CustomerEvidence, Evidence } from '../evidence.ts';

/** What can be done about an issue; `none`: a person has to decide. */
export type Action =
  | 'sync'
  | 'claim-email'
  | 'release-claim'
  | 'link'
  | 'relink'
  | 'join'
  | 'clear-link'
  | 'mark'
  | 'adopt'
  | 'delete-in-stripe'
  | 'create-anew'
  | 'add-sync'
  | 'remove-sync'
  | 'forget-attempt'
  | 'free-owner'
  | 'resume'
  | 'none';

/** One way of being wrong: a rule over what was read of one subject. */
export type KindOf<E extends Evidence> = {
  readonly kind: string;
  readonly severity: Severity;
  /** A sentence for a person. */
  readonly detail: string;
  readonly action: Action;
  readonly isSafe: boolean | ((evidence: E) => boolean);
  readonly isFound: (evidence: E) => boolean;
};

export function isUnfinished(operation: OperationRecord | undefined): boolean {
  return operation !== undefined && !isFinal(operation.status);
}

export function isLive(customer: CustomerRecord | undefined): customer is CustomerRecord {
  return customer !== undefined && customer.status !== 'deleted';
}

/** Something is recorded that a run has to bring to its end. Being asked to look again is only for whoever runs next. */
export function owes({ dueAt, retryAt, attemptKey, runId }: SyncRecord): boolean {
  return dueAt !== undefined || retryAt !== undefined || attemptKey !== undefined || runId !== undefined;
}

/** A run is live, or what is owed is not overdue: that is nobody's drift yet. */
export function isInTime(
  { dueAt, retryAt, runExpiresAt }: Pick<SyncRecord, 'retryAt'> & Pick<LinkRecord, 'dueAt' | 'runExpiresAt'>,
  { now, overdueAt }: Pick<Evidence, 'now' | 'overdueAt'>,
): boolean {
  const nextAt = dueAt ?? retryAt;
  return (nextAt !== undefined && nextAt > overdueAt) || (runExpiresAt !== undefined && runExpiresAt > now);
}

/** A live customer that is linked to an undeleted one of Stripe's, and of which nothing is owed. */
export function twinsOf({ customer, sync, twin, link, customerId }: CustomerEvidence) {
  if (!isLive(customer) || sync === undefined || owes(sync)) return undefined;
  if (twin === undefined || twin === 'unknown' || twin.isDeleted) return undefined;
  return link?.customerId === customerId ? { customer, sync, twin } : undefined;
}

export function isAlive(twin: CustomerEvidence['twin']): boolean {
  return twin !== undefined && twin !== 'unknown' && !twin.isDeleted;
}
