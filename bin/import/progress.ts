import type { ImportReport } from '../../lib/service/import-report.ts';

const BAR_WIDTH = 24;
const ON_TERMINAL_MS = 100;
const AS_LINES_MS = 10_000;

/** Where progress is written: stderr. */
export type ProgressOutput = { readonly isTTY?: boolean; write(text: string): unknown };

/**
 * Shows how far an import is: a line that is redrawn on a terminal, with a bar when the size of the file is known (Stripe
 * does not say how many customers it has), and a plain line every ten seconds elsewhere.
 */
export function showingProgress(output: ProgressOutput, nowMs: () => number, bytes: number | undefined) {
  const isTerminal = output.isTTY === true;
  let shownMs = nowMs();
  return {
    show(report: ImportReport): void {
      if (nowMs() - shownMs < (isTerminal ? ON_TERMINAL_MS : AS_LINES_MS)) return;
      shownMs = nowMs();
      const line = progressLine(report, bytes);
      output.write(isTerminal ? `\r\x1b[K${line}` : `${line}\n`);
    },
    end(): void {
      if (isTerminal) output.write('\r\x1b[K');
    },
  };
}

/** One line: how far, what became of them, and how fast. */
export function progressLine({ counts, bytes_read, ...report }: ImportReport, bytes: number | undefined): string {
  const { seen, imported, already_in, in_conflict, owed, refused } = counts;
  const share = bytes === undefined || bytes === 0 ? undefined : Math.min((bytes_read ?? 0) / bytes, 1);
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

function barOf(share: number): string {
  const full = Math.round(share * BAR_WIDTH);
  return `[${'#'.repeat(full)}${'.'.repeat(BAR_WIDTH - full)}] ${String(Math.round(share * 100)).padStart(3)}%`;
}
