/** Daily: compares both sides in full and keeps the report. */
import { wireReport } from '#adapters/http/render-repair.ts';
import { validateOnSchedule } from '#use-cases/repair/validate.ts';
import { comparing } from './wiring/compare.ts';
import { gauge } from './wiring/metric.ts';

export async function handler() {
  const report = await validateOnSchedule(comparing);
  if ('skipped' in report) return report;
  gauge('ConsistencyIssues', report.issueCount, 'Count');
  const { issues: _, ...summary } = wireReport(report);
  return summary;
}
