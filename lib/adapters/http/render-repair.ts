import type { ConsistencyReport, FixReport, Issue, NotFixed } from '#domain/consistency.ts';

export function wireIssue({ kind, severity, customerId, externalId, detail, repair }: Issue) {
  return {
    ...{ kind, severity },
    ...(customerId !== undefined && { customer_id: customerId }),
    ...(externalId !== undefined && { external_id: externalId }),
    ...{ detail, repair },
  };
}

export function wireReport(report: ConsistencyReport) {
  const { validatedAt, consistent, catalogCustomers, stripeCustomers, issueCount, issues } = report;
  return {
    ...{ validated_at: validatedAt, consistent, catalog_customers: catalogCustomers },
    ...{ stripe_customers: stripeCustomers, issue_count: issueCount, issues: issues.map(wireIssue) },
  };
}

/** What came of repairing, in its groups. */
export function wireFix({ isDryRun, fixed, skipped, failed }: FixReport) {
  return {
    dry_run: isDryRun,
    ...{ fixed: fixed.map(wireIssue), skipped: skipped.map(wireLeft), failed: failed.map(wireLeft) },
  };
}

/** What was left as it is, and why. */
export function wireLeft({ issue, reason }: NotFixed) {
  return { ...wireIssue(issue), reason };
}
