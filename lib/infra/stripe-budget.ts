/** Who waits for an answer, the most urgent first: each has its own share of the budget, which nobody else can take. */
export type StripeClass = 'interactive' | 'webhook' | 'sweep' | 'reconcile';

/** The functions that have a key of Stripe's, by their entries. */
export type StripeCaller = keyof typeof SHARES;

/** What one function may send. */
export type StripeShare = {
  readonly class: StripeClass;
  /** Requests a second of each of its environments. */
  readonly rate: number;
  /** So many of its environments may work at once. */
  readonly atOnce: number;
  /** Whether Lambda has to hold it to that: nothing else does. */
  readonly isReserved: boolean;
};

type Declared = {
  readonly class: StripeClass;
  /** Of a hundred requests, how many are this function's. */
  readonly percent: number;
  /** What keeps it from working more than so often at once: Lambda, the mapping of its queue, or a lease. */
  readonly heldBy: 'reservation' | 'mapping' | 'lease';
  /** How many requests a second an environment may well need. */
  readonly wanted: number;
};

/** Fixed shares: to find out what others leave would take a call for each request, and callers wait for these. */
export const SHARES = {
  // About as many steps as an environment gets done in a second.
  saga: { class: 'interactive', percent: 32, heldBy: 'reservation', wanted: 4 },
  // One read a delete, and then it waits: many at once rather than quick.
  'delete-customer': { class: 'interactive', percent: 12, heldBy: 'reservation', wanted: 1 },
  maintenance: { class: 'interactive', percent: 16, heldBy: 'reservation', wanted: 4 },
  sync: { class: 'webhook', percent: 24, heldBy: 'mapping', wanted: 1 },
  'retry-failed-syncs': { class: 'sweep', percent: 4, heldBy: 'lease', wanted: 1 },
  'sweep-events': { class: 'sweep', percent: 4, heldBy: 'lease', wanted: 1 },
  reconcile: { class: 'reconcile', percent: 4, heldBy: 'lease', wanted: 1 },
  'validate-consistency': { class: 'reconcile', percent: 4, heldBy: 'lease', wanted: 1 },
} satisfies Readonly<Record<string, Declared>>;

/** With fewer requests a second there is none for some function. */
export const LEAST_REQUESTS_PER_SECOND = 25;
/** Two people do not turn each other away. */
const LEAST_AT_ONCE = 2;
/** More would only be taken from the account's quota. */
const MOST_AT_ONCE = 100;

/**
 * Divides so many requests a second among the functions that call Stripe: what all environments of all functions send in
 * any second, each at its own rate, is never more.
 * @throws Error when the queue has more consumers than there are requests for.
 */
export function stripeShares(
  requestsPerSecond: number,
  syncConcurrency: number,
): Readonly<Record<StripeCaller, StripeShare>> {
  const shareOf = ({ class: served, percent, heldBy, wanted }: Declared): StripeShare => {
    const share = Math.floor((requestsPerSecond * percent) / 100);
    const reserved = Math.min(Math.max(Math.floor(share / wanted), LEAST_AT_ONCE), MOST_AT_ONCE);
    const atOnce = { reservation: reserved, mapping: syncConcurrency, lease: 1 }[heldBy];
    const rate = Math.floor(share / atOnce);
    if (rate < 1) {
      throw new Error(
        `Setting "syncConcurrency" must be at most ${share}: there are no more requests a second for them (stripeRequestsPerSecond).`,
      );
    }
    return { class: served, rate, atOnce, isReserved: heldBy === 'reservation' };
  };
  const shares = Object.entries<Declared>(SHARES).map(([name, declared]) => [name, shareOf(declared)]);
  return Object.fromEntries(shares) as Record<StripeCaller, StripeShare>;
}
