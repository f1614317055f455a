import { type Api, ApiProblem } from './api.ts';
import type { Schemas } from './called.ts';
import { percent } from './words.ts';

const LOOK_EVERY_MS = 2_000;

type Run = Schemas['ConsistencyRun'];

/** What was answered at once; or, of what was too large for that, what the run has told in the end. */
export async function ended<Answer extends object>(
  api: Api,
  answer: Answer | Schemas['AcceptedRun'],
  onProgress: (words: string) => void,
  lookEveryMs = LOOK_EVERY_MS,
): Promise<Answer> {
  if (!('run_id' in answer)) return answer;
  for (;;) {
    const run: Run = await api.call('GET /customers/data-consistency/runs/{id}', { path: { id: answer.run_id } });
    // A run that is done has all that the answer at once would have had, and tells how it went besides.
    if (run.status === 'done') return run as unknown as Answer;
    if (run.status === 'refused') throw new ApiProblem(409, ('reason' in run && run.reason) || 'It was refused.');
    onProgress(`${percent(run.progress)} done`);
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
}

type Fix = Schemas['FixReport'];
export type FixCounts = { readonly fixed: number; readonly skipped: number; readonly failed: number };

/** How many in all: a run hands its lists over page by page, and its counts at once. */
export function countsOf(fix: Fix | (Fix & { readonly counts: FixCounts })): FixCounts {
  if ('counts' in fix) return fix.counts;
  return { fixed: fix.fixed.length, skipped: fix.skipped.length, failed: fix.failed.length };
}
