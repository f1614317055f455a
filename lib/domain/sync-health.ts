import type { Conflict, SyncStatus } from './customer.ts';
import type { Operation, OperationStatus } from './operation.ts';

/** How one customer stands with Stripe. Times are ISO 8601 UTC. */
export type StripeHealth = {
  readonly status: SyncStatus;
  readonly externalId: string | null;
  readonly lastSyncedAt: string | null;
  readonly lastAttemptAt: string | null;
  /** Tries since both sides last agreed. */
  readonly retryCount: number;
  /** Only while the last try has failed. */
  readonly nextRetryAt: string | null;
  readonly error: string | null;
  readonly conflict: Conflict | null;
};

/** The operation that holds a customer. */
export type OpenOperation = Pick<Operation, 'id' | 'kind' | 'status'>;

export type SyncHealth = {
  readonly customerId: string;
  readonly isHealthy: boolean;
  readonly stripe: StripeHealth;
  readonly openOperation: OpenOperation | null;
};

/** Both sides agree, and nothing waits for a person. An operation that is under way is no illness. */
export function isHealthy(status: SyncStatus, operation: OperationStatus | undefined): boolean {
  return status === 'synced' && operation !== 'needs_attention';
}
