import type { ImportOutcome, ImportResult, Tell } from '#use-cases/import/import-result.ts';

/** What an import did, or a dry run would do. As it is printed: snake_case, plain JSON. */
export type ImportReport = {
  readonly source: 'stripe' | 'csv';
  readonly dry_run: boolean;
  /** Why the import did not come to its end; null when it did. */
  readonly stopped: string | null;
  /** Of each customer or row exactly one. */
  readonly counts: Readonly<Record<'seen' | Snake, number>>;
  /** In the order of the file's lines, these and the next three. */
  readonly conflicts: readonly ReportedResult[];
  readonly refused: readonly ReportedResult[];
  readonly owed: readonly ReportedResult[];
  readonly left: readonly ReportedResult[];
  readonly stripe_requests: number;
  readonly duration_seconds: number;
  /** How much of the file was read. */
  readonly bytes_read?: number;
};

type Snake = 'imported' | 'already_in' | 'in_conflict' | 'owed' | 'left' | 'refused';

/** One customer or row about which there is something to say. */
export type ReportedResult = {
  readonly line?: number;
  readonly email?: string;
  readonly external_id?: string;
  readonly customer_id?: string;
  readonly other_customer_id?: string;
  readonly other_external_id?: string;
  readonly reason?: string;
};

type Measures = { readonly nowMs: () => number; readonly stripeRequests: () => number };

export type Reporting = {
  readonly tell: Tell;
  /** How much of the file was read. */
  readonly read: (bytes: number) => void;
  readonly soFar: (stopped?: string) => ImportReport;
};

/** Gathers results into a report, and shows it after each. */
export function reporting(
  { source, isDryRun }: { readonly source: ImportReport['source']; readonly isDryRun: boolean },
  { nowMs, stripeRequests }: Measures,
  onProgress: (soFar: ImportReport) => void,
): Reporting {
  const startedMs = nowMs();
  const counts = { seen: 0, imported: 0, already_in: 0, in_conflict: 0, owed: 0, left: 0, refused: 0 };
  const none = (): ReportedResult[] => [];
  const listed = { in_conflict: none(), refused: none(), owed: none(), left: none() };
  let bytesRead: number | undefined;
  const soFar = (stopped?: string): ImportReport => ({
    ...{ source, dry_run: isDryRun, stopped: stopped ?? null, counts: { ...counts } },
    ...{ conflicts: listed.in_conflict, refused: listed.refused, owed: listed.owed, left: listed.left },
    stripe_requests: stripeRequests(),
    duration_seconds: Math.round((nowMs() - startedMs) / 100) / 10,
    ...(bytesRead !== undefined && { bytes_read: bytesRead }),
  });
  return {
    soFar,
    tell(result) {
      const is = snake(result.is);
      counts.seen += 1;
      counts[is] += 1;
      if (is in listed) insertByLine(listed[is as keyof typeof listed], reported(result));
      onProgress(soFar());
    },
    read(bytes) {
      bytesRead = bytes;
    },
  };
}

/** Whether all went in that is ours. */
export function isAllIn({ stopped, counts }: ImportReport): boolean {
  return stopped === null && counts.in_conflict + counts.owed + counts.refused === 0;
}

/** Results come in any order, as many rows are worked on at once; a person reads them in the order of the file. */
function insertByLine(results: ReportedResult[], result: ReportedResult): void {
  const before = results.findLastIndex(({ line = 0 }) => line <= (result.line ?? 0));
  results.splice(before + 1, 0, result);
}

function snake(is: ImportOutcome): Snake {
  return is.replace('-', '_') as Snake;
}

function reported(result: ImportResult): ReportedResult {
  return {
    ...(result.line !== undefined && { line: result.line }),
    ...(result.email != null && { email: result.email }),
    ...(result.externalId !== undefined && { external_id: result.externalId }),
    ...(result.customerId !== undefined && { customer_id: result.customerId }),
    ...(result.otherCustomerId !== undefined && { other_customer_id: result.otherCustomerId }),
    ...(result.otherExternalId !== undefined && { other_external_id: result.otherExternalId }),
    ...(result.reason !== undefined && { reason: result.reason }),
  };
}
