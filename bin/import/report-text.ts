import type { ImportReport, ReportedResult } from '../../lib/service/import-report.ts';

const LISTED = 50;

/** The report for a person. */
export function reportText(report: ImportReport): string {
  const { counts, dry_run } = report;
  const rows: readonly (readonly [string, number])[] = [
    [dry_run ? 'would be imported' : 'imported', counts.imported],
    ['already in', counts.already_in],
    ['in conflict', counts.in_conflict],
    ['owed', counts.owed],
    ['refused', counts.refused],
    ['left alone', counts.left],
  ];
  const source = report.source === 'stripe' ? 'customers in Stripe' : 'rows';
  return [
    `${dry_run ? 'Dry run, nothing was written: ' : ''}${counts.seen} ${source}.`,
    ...rows.map(([name, count]) => `  ${name.padEnd(18)} ${count}`),
    ...section('In conflict: in the catalog without the email, which another customer has', report.conflicts),
    ...section('Owed: in the catalog; the schedules go on with it', report.owed),
    ...section('Refused: not in the catalog', report.refused),
    ...section('Left alone: not ours to import', report.left),
    `${report.stripe_requests} ${report.stripe_requests === 1 ? 'request' : 'requests'} to Stripe in ${report.duration_seconds} s.`,
    ...(report.stopped === null ? [] : [`Stopped: ${report.stopped} What was done stays done; run it again.`]),
    '',
  ].join('\n');
}

function section(title: string, results: readonly ReportedResult[]): string[] {
  if (results.length === 0) return [];
  const more = results.length - LISTED;
  const lines = [...results].sort((one, other) => (one.line ?? 0) - (other.line ?? 0)).slice(0, LISTED);
  return [`${title}:`, ...lines.map(lineOf), ...(more > 0 ? [`  and ${more} more; --json lists them all`] : [])];
}

function lineOf(result: ReportedResult): string {
  const other = [result.other_customer_id, result.other_external_id].filter((id) => id !== undefined).join(', ');
  return `  ${[
    result.line === undefined ? undefined : `line ${result.line}:`,
    result.email,
    [result.customer_id, result.external_id].filter((id) => id !== undefined).join(', ') || undefined,
    result.reason,
    other === '' ? undefined : `(has it: ${other})`,
  ]
    .filter((part) => part !== undefined)
    .join(' ')
    // Values of customers, on somebody's terminal.
    .replace(/\p{Cc}/gu, ' ')}`;
}
