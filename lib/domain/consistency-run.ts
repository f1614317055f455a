/** What a run is for: to tell how both sides stand, or to repair what it finds. */
export type RunRequest =
  | { readonly is: 'validate' }
  | {
      readonly is: 'fix';
      readonly isDryRun: boolean;
      readonly kinds?: readonly string[];
      readonly customerIds?: readonly string[];
    }
  | { readonly is: 'cleanup-orphaned'; readonly isDryRun: boolean };

/** `refused`: it ended without what it was asked for, and says why. */
export type RunStatus = 'running' | 'done' | 'refused';

/**
 * Where a comparison of both sides goes on: what of Stripe's list comes next, what of each part of the catalog (`null`
 * after its end), which bucket is matched, and after which of its suspects a bucket is looked at again.
 */
export type ComparisonPlace =
  | { readonly stage: 'list'; readonly from?: string }
  | { readonly stage: 'scan'; readonly from: readonly (string | null)[] }
  | { readonly stage: 'match'; readonly table: 'emails' | 'customers'; readonly bucket: number }
  | { readonly stage: 'look'; readonly bucket: number; readonly after: string }
  | { readonly stage: 'end' };

/** How far a comparison of both sides has come, and whom it has met. */
export type ComparisonWalk = {
  readonly place: ComparisonPlace;
  readonly begunAt: string;
  readonly catalogCustomers: number;
  readonly stripeCustomers: number;
  /** Whether Stripe's customers are of the live mode; unknown while there are none. */
  readonly isLive?: boolean;
  /** When the last page of either side had been read. */
  readonly readAtMs?: number;
};

/** How far a run has come with the repairs, and what has come of them. */
export type RepairWalk = {
  /** The page of findings that is worked on, and which of its findings is next. */
  readonly page: number;
  readonly next: number;
  /** How many repairs were begun, or left because there were too many. */
  readonly tried: number;
  readonly fixed: number;
  readonly skipped: number;
  readonly failed: number;
  /** Those skipped that another call would begin. */
  readonly left: number;
};

/** A bucket has about so many customers, and there are no more buckets than that: their notes would become too many. */
const CUSTOMERS_A_BUCKET = 100;
const MOST_BUCKETS = 512;

/** As many buckets as a run puts into, from how many customers there were last; 0 when that is not known. */
export function bucketsFor(expectedCustomers: number): number {
  if (expectedCustomers === 0) return MOST_BUCKETS;
  return Math.min(Math.ceil(expectedCustomers / CUSTOMERS_A_BUCKET), MOST_BUCKETS);
}

/** How much of a run is behind it, from 0 to 1: an estimate, from how many customers there were last. */
export function progressOf({ place, ...met }: ComparisonWalk, expectedCustomers: number, buckets: number): number {
  const share = (count: number) => Math.min(count / Math.max(expectedCustomers, 1), 1);
  switch (place.stage) {
    case 'list':
      return 0.4 * share(met.stripeCustomers);
    case 'scan':
      return 0.4 + 0.3 * share(met.catalogCustomers);
    case 'match':
      return (place.table === 'emails' ? 0.7 : 0.75) + (0.05 * place.bucket) / buckets;
    case 'look':
      return 0.8 + (0.15 * place.bucket) / buckets;
    case 'end':
      return 0.95;
  }
}
