import type { Issue } from '../api/fetch-report.ts';
import { issueTable } from '../verify/report-table.ts';

type Left = Issue & { readonly reason: string };

export type FixReport = {
  readonly dry_run: boolean;
  readonly fixed: readonly Issue[];
  readonly skipped: readonly Left[];
  readonly failed: readonly Left[];
};

const LISTED = 100;

/** The report for a person. */
export function repairText({ dry_run, fixed, skipped, failed }: FixReport): string {
  const lines = [
    ...section(dry_run ? 'Would be repaired' : 'Repaired', fixed),
    ...section('Left as it is', skipped.map(withReason)),
    ...section('Could not be repaired', failed.map(withReason)),
  ];
  if (lines.length === 0) return 'Nothing is to be repaired.\n';
  const next = dry_run && fixed.length > 0 ? ['', 'Nothing was changed. With --apply it is.'] : [];
  return [...lines.slice(1), ...next, ''].join('\n');
}

function section(title: string, issues: readonly Issue[]): string[] {
  if (issues.length === 0) return [];
  const more = issues.length - LISTED;
  const rest = more > 0 ? [`and ${more} more; --json lists them all`] : [];
  return ['', `${title}: ${issues.length}`, '', ...issueTable(issues.slice(0, LISTED)), ...rest];
}

function withReason({ reason, ...issue }: Left): Issue {
  return { ...issue, detail: `${issue.detail} (${reason})` };
}
