import { useState } from 'preact/hooks';
import { type Api, unlessNotFound } from '../api.ts';
import type { Schemas } from '../called.ts';
import { asProblem, Loaded, useLoaded } from '../parts/loaded.tsx';
import { Note } from '../parts/note.tsx';
import { Moment } from '../parts/text.tsx';
import { ended } from '../runs.ts';
import { counted } from '../words.ts';
import { Issues } from './issues.tsx';
import { CleanupPlan, FixPlan } from './plans.tsx';

type Report = Omit<Schemas['ConsistencyReport'], 'next_cursor'>;

/** What differs between the sides, and what would end it: first a plan, then, asked for, the repair. */
export function DriftPage({ api }: { readonly api: Api }) {
  const last = useLoaded(() => lastReport(api), [api]);
  const [compared, setCompared] = useState<Report>();
  const [progress, setProgress] = useState<string>();
  const [problem, setProblem] = useState<string>();
  const compare = async () => {
    setProgress('It reads both sides in full, and what differs once more after some seconds.');
    setProblem(undefined);
    try {
      const answer = await api.call('GET /customers/data-consistency/validate');
      setCompared(await ended<Report>(api, answer, setProgress));
    } catch (error) {
      setProblem(asProblem(error).message);
    } finally {
      setProgress(undefined);
    }
  };
  return (
    <>
      <div class="title">
        <h1>Drift</h1>
        <button type="button" disabled={progress !== undefined} onClick={compare}>
          Compare now
        </button>
      </div>
      <p class="quiet" aria-live="polite">
        {progress}
      </p>
      {problem !== undefined && <Note kind="problem">{problem}</Note>}
      {compared ? (
        <ReportOf of={compared} />
      ) : (
        <Loaded of={last}>
          {(report) =>
            report === null ? (
              <Note kind="empty">No scheduled comparison has been made yet. Compare now, to read both sides.</Note>
            ) : (
              <ReportOf of={report} />
            )
          }
        </Loaded>
      )}
      <FixPlan api={api} onDone={compare} />
      <CleanupPlan api={api} onDone={compare} />
    </>
  );
}

function ReportOf({ of: report }: { readonly of: Report }) {
  const { validated_at, consistent, catalog_customers, stripe_customers, issue_count, issues } = report;
  return (
    <section aria-labelledby="report">
      <h2 id="report">
        Report of <Moment at={validated_at} />
      </h2>
      <p class={`verdict ${consistent ? 'good' : 'bad'}`}>
        <strong>{consistent ? 'Both sides agree' : counted(issue_count, 'issue')}</strong>
        <span class="quiet">
          {' '}
          {counted(catalog_customers, 'customer')} here, {stripe_customers} in Stripe
        </span>
      </p>
      <Issues of={issues} />
      {issue_count > issues.length && <p class="quiet">The first {issues.length} are shown.</p>}
    </section>
  );
}

/** That of the last scheduled comparison, if there was one. */
async function lastReport(api: Api): Promise<Report | null> {
  const run = await unlessNotFound(api.call('GET /customers/data-consistency/runs/{id}', { path: { id: 'last' } }));
  return run !== null && 'issues' in run ? run : null;
}
