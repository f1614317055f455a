import { barOf, showingProgress } from '../../bin/command-line/progress.ts';
import { progressLine } from '../../bin/import/progress.ts';
import type { ImportReport } from '../../lib/service/import-report.ts';

const REPORT: ImportReport = {
  ...{ source: 'csv', dry_run: false, stopped: null, stripe_requests: 40, duration_seconds: 2, bytes_read: 50 },
  counts: { seen: 30, imported: 25, already_in: 2, in_conflict: 0, owed: 0, left: 0, refused: 3 },
  ...{ conflicts: [], refused: [], owed: [], left: [] },
};

describe('the progress of an import', () => {
  let nowMs = 0;
  function shown(output: { isTTY?: boolean }, bytes: number | undefined, times: readonly number[]) {
    const said: string[] = [];
    nowMs = 0;
    const progress = showingProgress({ ...output, write: (text) => said.push(text) }, () => nowMs);
    for (const at of times) {
      nowMs = at;
      progress.show(() => progressLine(REPORT, bytes));
    }
    progress.end();
    return said;
  }

  it('is a bar on a terminal, redrawn ten times a second at most, and gone at the end', () => {
    const line = '[############............]  50% 30 seen, 25 imported, 2 already in, 3 refused, 20 requests/s';
    expect(shown({ isTTY: true }, 100, [50, 100, 150, 200])).toEqual([
      `\r\x1b[K${line}`,
      `\r\x1b[K${line}`,
      '\r\x1b[K',
    ]);
  });

  it('has no bar when nobody knows how many there are', () => {
    expect(shown({ isTTY: true }, undefined, [100])[0]).toContain('\x1b[K30 seen');
  });

  it('is a plain line every ten seconds elsewhere', () => {
    expect(shown({}, 100, [5_000, 10_000, 15_000, 20_000])).toEqual([
      expect.stringMatching(/^\[#.*requests\/s\n$/),
      expect.stringMatching(/^\[#.*requests\/s\n$/),
    ]);
  });

  it('has a bar that is never more than full', () => {
    expect([barOf(0), barOf(1), barOf(1.2)]).toEqual([
      `[${'.'.repeat(24)}]   0%`,
      `[${'#'.repeat(24)}] 100%`,
      `[${'#'.repeat(24)}] 100%`,
    ]);
  });
});
