import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { Api } from '../api.ts';
import type { Schemas } from '../called.ts';
import { type Question, useAsk } from '../parts/asking.tsx';
import { asProblem } from '../parts/loaded.tsx';
import { Note } from '../parts/note.tsx';
import { countsOf, ended } from '../runs.ts';
import { counted } from '../words.ts';
import { Issues } from './issues.tsx';

type Fix = Schemas['FixReport'];
type Cleanup = Schemas['CleanupReport'];
type Props = { readonly api: Api; readonly onDone: () => void };

const RECHECKED = 'Each is looked at again first, and left as it is if it is not so any more; each change is audited.';

/** What a repair would do, before it is asked for. */
export function FixPlan({ api, onDone }: Props) {
  const call = async (isDryRun: boolean, tell: (words: string) => void) =>
    ended<Fix>(api, await api.call('POST /customers/data-consistency/fix', { body: { dry_run: isDryRun } }), tell);
  return (
    <Plan
      title="Repairs"
      about="Ends what can be ended safely: nothing that somebody could want is lost."
      verb="Plan repairs"
      make={(tell) => call(true, tell)}
      show={(made) => (
        <>
          <Part title="To be repaired" of={made.fixed} count={countsOf(made).fixed} />
          <Part title="Left as they are" of={made.skipped} count={countsOf(made).skipped} />
        </>
      )}
      ask={(made) =>
        made.fixed.length > 0 && {
          title: `Apply ${counted(countsOf(made).fixed, 'repair')}?`,
          says: [
            `${kindsOf(made)}.`,
            RECHECKED,
            'What has come up since the plan and is safe to repair is repaired too.',
          ],
          verb: 'Apply',
          async act() {
            const done = countsOf(await call(false, () => undefined));
            onDone();
            return `Repaired ${done.fixed}, left ${done.skipped}, failed ${done.failed}.`;
          },
        }
      }
    />
  );
}

/** What only one side has, and would be ended there. */
export function CleanupPlan({ api, onDone }: Props) {
  const call = async (isDryRun: boolean, tell: (words: string) => void) => {
    const query = { integration_name: 'stripe', dry_run: String(isDryRun) };
    return ended<Cleanup>(api, await api.call('POST /customers/cleanup-orphaned', { query }), tell);
  };
  return (
    <Plan
      title="Orphans"
      about="Ends what only one side has: what an operation of ours left in Stripe, and customers whose twin is gone."
      verb="Plan a cleanup"
      make={(tell) => call(true, tell)}
      show={({ found, remaining, kept }) => (
        <>
          <h3>
            {found} found, {remaining} to be cleaned
          </h3>
          <Part title="Kept" of={kept} count={kept.length} />
        </>
      )}
      ask={({ remaining }) =>
        remaining > 0 && {
          title: `Clean up ${counted(remaining, 'orphan')}?`,
          says: ['What is deleted in Stripe cannot be brought back.', RECHECKED],
          verb: 'Clean up',
          async act() {
            const done = await call(false, () => undefined);
            onDone();
            return `Cleaned ${done.cleaned} of ${done.found}, kept ${done.kept.length}.`;
          },
        }
      }
    />
  );
}

type PlanProps<Made> = {
  readonly title: string;
  readonly about: string;
  readonly verb: string;
  readonly make: (tell: (words: string) => void) => Promise<Made>;
  readonly show: (made: Made) => ComponentChildren;
  /** What to ask before it is applied; nothing when there is nothing to do. */
  readonly ask: (made: Made) => Question | false;
};

function Plan<Made>({ title, about, verb, make, show, ask: questionOf }: PlanProps<Made>) {
  const ask = useAsk();
  const [made, setMade] = useState<Made>();
  const [progress, setProgress] = useState<string>();
  const [problem, setProblem] = useState<string>();
  const plan = async () => {
    setProgress('It reads both sides in full, and what differs once more after some seconds.');
    setProblem(undefined);
    try {
      setMade(await make(setProgress));
    } catch (error) {
      setProblem(asProblem(error).message);
    } finally {
      setProgress(undefined);
    }
  };
  const question = made !== undefined && questionOf(made);
  // What was planned is not so any more once it is done.
  const act = (asked: Question) => async () => {
    const told = await asked.act();
    setMade(undefined);
    return told;
  };
  return (
    <section aria-label={title}>
      <div class="title">
        <h2>{title}</h2>
        <button type="button" disabled={progress !== undefined} onClick={plan}>
          {verb}
        </button>
      </div>
      <p class="quiet">{about}</p>
      <p class="quiet" aria-live="polite">
        {progress}
      </p>
      {problem !== undefined && <Note kind="problem">{problem}</Note>}
      {made !== undefined && show(made)}
      {question && (
        <button type="button" class="primary" onClick={() => ask({ ...question, act: act(question) })}>
          {question.verb}…
        </button>
      )}
    </section>
  );
}

type PartProps = { readonly title: string; readonly of: readonly Schemas['Issue'][]; readonly count: number };

/** Some issues under a title; a large run's are more than are shown. */
function Part({ title, of: issues, count }: PartProps) {
  return (
    <>
      <h3>
        {title}: {count === 0 ? 'none' : count}
      </h3>
      <Issues of={issues} />
      {count > issues.length && (
        <p class="quiet">
          The first {issues.length} of {count} are shown.
        </p>
      )}
    </>
  );
}

/** How many of each kind, most first; of a large run, of those that are shown. */
function kindsOf(made: Fix): string {
  const kinds = [...Map.groupBy(made.fixed, ({ kind }) => kind)].toSorted(
    ([, one], [, other]) => other.length - one.length,
  );
  const told = kinds.map(([kind, { length }]) => `${length} × ${kind}`).join(', ');
  return countsOf(made).fixed > made.fixed.length ? `${told}, and more` : told;
}
