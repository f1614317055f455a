/** How bad it is: `critical` breaks a promise to somebody, `error` will not mend itself, `warning` costs nothing yet. */
export type Severity = 'critical' | 'error' | 'warning';

/** What would be done about an issue. `safe`: nothing that could be wanted is lost by it, so it is done unasked. */
export type Repair = { readonly action: string; readonly safe: boolean };

/** One way in which the two sides, or the catalog's own records, do not agree. Never a name or an email in it. */
export type Issue = {
  readonly kind: string;
  readonly severity: Severity;
  readonly customerId?: string;
  readonly externalId?: string;
  readonly detail: string;
  readonly repair: Repair;
};

/** What comparing both sides in full has told. `nextCursor`: there are more issues than one report holds. */
export type ConsistencyReport = {
  readonly validatedAt: string;
  readonly consistent: boolean;
  readonly catalogCustomers: number;
  readonly stripeCustomers: number;
  readonly issueCount: number;
  readonly issues: readonly Issue[];
  readonly nextCursor?: string;
};

/** What was left as it is, and why. */
export type NotFixed = { readonly issue: Issue; readonly reason: string };

/** What came of one finding that was to be repaired; in a dry run, what would come of it. */
export type RepairOutcome =
  | ({ readonly is: 'fixed' } & { readonly issue: Issue })
  | ({ readonly is: 'skipped' | 'failed' } & NotFixed);

/** What came of repairing what was found. */
export type FixReport = {
  readonly isDryRun: boolean;
  /** In a dry run, what would be. */
  readonly fixed: readonly Issue[];
  readonly skipped: readonly NotFixed[];
  readonly failed: readonly NotFixed[];
};

/** What came of each finding, in groups. */
export function fixReport(isDryRun: boolean, outcomes: readonly RepairOutcome[]): FixReport {
  const left = (wanted: 'skipped' | 'failed') =>
    outcomes.flatMap((each) => (each.is === wanted ? [{ issue: each.issue, reason: each.reason }] : []));
  const fixed = outcomes.flatMap((each) => (each.is === 'fixed' ? [each.issue] : []));
  return { isDryRun, fixed, skipped: left('skipped'), failed: left('failed') };
}
