/** A step of a run that compares both sides at size. The state machine calls it until the run is at its end. */
import { summaryOf } from '#use-cases/repair/runs/conclude-run.ts';
import { type RunExecutor, workOnRun } from '#use-cases/repair/runs/work-on-run.ts';
import { comparing } from './wiring/compare.ts';
import { count, gauge } from './wiring/metric.ts';
import { scratch } from './wiring/scratch.ts';
import { writes } from './wiring/writes.ts';

export async function handler({ runId, fence }: RunExecutor): Promise<{ outcome: 'more' | 'done' }> {
  const step = await workOnRun({ ...writes, ...comparing, scratch }, { runId, fence });
  if (step.is === 'done' && step.ended?.status === 'done' && step.ended.isScheduled === true) {
    gauge('ConsistencyIssues', summaryOf(step.ended).issueCount, 'Count');
  }
  if (step.is === 'done' && step.ended?.status === 'refused') count('RunRefused', { also: { runId } });
  return { outcome: step.is };
}
