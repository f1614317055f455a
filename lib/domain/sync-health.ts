import type { Conflict, SyncStatus } from './customer.ts';
import type { ByIntegration } from './integrations.ts';
import type { Operation, OperationStatus } from './operation.ts';

/** How one customer stands with an integration. Times are ISO 8601 UTC. */
export type StandingHealth = {
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
  readonly integrations: ByIntegration<StandingHealth>;
  readonly openOperation: OpenOperation | null;
};

/** All sides agree, and nothing waits for a person. An operation that is under way is no illness. */
export function isHealthy(statuses: readonly SyncStatus[], operation: OperationStatus | undefined): boolean {
  return statuses.every((status) => status === 'synced') && operation !== 'needs_attention';
}
