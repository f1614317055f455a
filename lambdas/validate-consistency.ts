/** Daily: compares both sides in full and keeps the report, or begins the run that will. */
import { wireReport } from '#adapters/http/render-repair.ts';
import { validateOnSchedule } from '#use-cases/repair/validate.ts';
import { comparing } from './wiring/compare.ts';
import { gauge } from './wiring/metric.ts';
import { runs } from './wiring/runs.ts';

export async function handler() {
  const report = await validateOnSchedule({ ...comparing, runs });
  if ('skipped' in report) return report;
  if ('runId' in report) return { run_id: report.runId };
  gauge('ConsistencyIssues', report.issueCount, 'Count');
  const { issues: _, ...summary } = wireReport(report);
  return summary;
}
