import type { ImportReport } from '../../lib/service/import-report.ts';
import { barOf } from '../command-line/progress.ts';

/** How far an import is, what became of them, and how fast. Stripe does not say how many customers it has; a file is as long as its bytes. */
export function progressLine({ counts, bytes_read, ...report }: ImportReport, bytes: number | undefined): string {
  const { seen, imported, already_in, in_conflict, owed, refused } = counts;
  const share = bytes === undefined || bytes === 0 ? undefined : (bytes_read ?? 0) / bytes;
  const told = [
    `${seen} seen`,
    `${imported} ${report.dry_run ? 'would go in' : 'imported'}`,
    ...(already_in > 0 ? [`${already_in} already in`] : []),
    ...(in_conflict > 0 ? [`${in_conflict} in conflict`] : []),
    ...(owed > 0 ? [`${owed} owed`] : []),
    ...(refused > 0 ? [`${refused} refused`] : []),
    `${(report.stripe_requests / Math.max(report.duration_seconds, 0.1)).toFixed(0)} requests/s`,
  ].join(', ');
  return share === undefined ? told : `${barOf(share)} ${told}`;
}
