import type { Issue } from '../api/fetch-report.ts';

export type ConsistencyReport = {
  readonly validated_at: string;
  readonly consistent: boolean;
  readonly catalog_customers: number;
  readonly stripe_customers: number;
  readonly issue_count: number;
  readonly issues: readonly Issue[];
};

const LISTED = 100;
const HEADER = ['SEVERITY', 'KIND', 'CUSTOMER', 'STRIPE', 'REPAIR', 'DETAIL'];

/** The report for a person: what was compared, how often each kind of drift was met, and a line for each issue. */
export function reportTable(report: ConsistencyReport): string {
  const { issues, issue_count } = report;
  const compared = `${report.catalog_customers} customers in the catalog, ${report.stripe_customers} in Stripe, compared at ${report.validated_at}.`;
  if (report.consistent) return `${compared}\nBoth sides agree.\n`;
  const more = issue_count - Math.min(issues.length, LISTED);
  return [
    compared,
    `${issue_count} ${issue_count === 1 ? 'issue' : 'issues'}:`,
    '',
    ...kindsOf(issues).map(([kind, count]) => `  ${String(count).padStart(6)}  ${kind}`),
    '',
    ...issueTable(issues.slice(0, LISTED)),
    ...(more > 0 ? [`and ${more} more; --json lists them all`] : []),
    '',
  ].join('\n');
}

/** A line for each issue, under a heading. */
export function issueTable(issues: readonly Issue[]): string[] {
  return table([HEADER, ...issues.map(rowOf)]);
}

function kindsOf(issues: readonly Issue[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const { kind } of issues) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return [...counts].sort(([, one], [, other]) => other - one);
}

function rowOf({ severity, kind, customer_id = '-', external_id = '-', detail, repair }: Issue): string[] {
  const action = `${repair?.action ?? '-'}${repair?.safe === false ? ' (by hand)' : ''}`;
  // Values of customers, on somebody's terminal.
  return [severity, kind, customer_id, external_id, action, detail].map((cell) => cell.replace(/\p{Cc}/gu, ' '));
}

/** Columns as wide as their widest cell; the last one as it is. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = HEADER.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
