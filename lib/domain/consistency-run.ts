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

/**
 * Where a comparison of both sides goes on: what of Stripe's list comes next, what of each part of the catalog (`null`
 * after its end), which bucket is matched, and after which of its suspects a bucket is looked at again.
 */
export type ComparisonPlace =
  | { readonly stage: 'list'; readonly from?: string }
  | { readonly stage: 'scan'; readonly from: readonly (string | null)[] }
  | { readonly stage: 'match'; readonly bucket: number }
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
