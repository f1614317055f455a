import type { SyncStatus } from './customer.ts';

/** How all customers stand with one integration. Times are ISO 8601 UTC. */
export type IntegrationHealth = {
  readonly isHealthy: boolean;
  readonly asOf: string;
  /** Customers; and tombstones, as long as their delete is owed. */
  readonly counts: Readonly<Record<SyncStatus, number>>;
  /** Tries of the last hour to bring something over, protected operations apart, and those that did not succeed. */
  readonly recentAttempts: number;
  readonly recentFailures: number;
  /** The same for each five minutes of the hour, oldest first; the last are not over yet. */
  readonly history: readonly { readonly since: string; readonly attempts: number; readonly failures: number }[];
  /** How long the one has waited that has waited longest of those `pending`; 0 when nobody waits. */
  readonly oldestPendingSeconds: number;
  readonly operations: Readonly<Record<'running' | 'compensating' | 'needs_attention', number>>;
  readonly webhooks: { readonly lastReceivedAt: string | null; readonly deadLetterCount: number };
};

/** Longer than what was lost takes to be found and brought over. */
const PENDING_TOO_LONG_SECONDS = 15 * 60;

/** Of recent tries, how many did not succeed: 0 to 1. */
export function failureRate({ recentAttempts, recentFailures }: IntegrationHealth): number {
  return recentAttempts === 0 ? 0 : recentFailures / recentAttempts;
}

/**
 * Nothing is wrong now that would not pass by itself: nobody has failed or is an orphan, no operation needs attention,
 * no message is dead, and nobody has been pending for 15 minutes. An email in conflict is for a person to decide, and
 * failures that have been made good are past.
 */
export function isIntegrationHealthy(health: Omit<IntegrationHealth, 'isHealthy'>): boolean {
  const { counts, operations, webhooks, oldestPendingSeconds } = health;
  const isWaitedFor =
    counts.failed > 0 || counts.orphaned > 0 || operations.needs_attention > 0 || webhooks.deadLetterCount > 0;
  return !isWaitedFor && oldestPendingSeconds < PENDING_TOO_LONG_SECONDS;
}
