import { useState } from 'preact/hooks';
import { type Api, unlessNotFound } from '../api.ts';
import type { Schemas } from '../called.ts';
import { Loaded, type Loading, useLoaded } from '../parts/loaded.tsx';
import { Note } from '../parts/note.tsx';
import { Moment, Status, Value } from '../parts/text.tsx';
import { changesOf, type Happening, timelineOf, titleOf } from '../timeline.ts';
import { attentionOfOperation } from '../words.ts';
import { RetryButton } from './attention.tsx';

type Page = { readonly timeline: readonly Happening[]; readonly isMore: boolean };

/** What has happened to a customer, as far back as was asked for. */
export function useTimeline(api: Api, id: string): Loading<Page> & { readonly showMore: (() => void) | undefined } {
  const [limit, setLimit] = useState(25);
  const happened = useLoaded(async () => {
    const [audit, operations] = await Promise.all([
      unlessNotFound(api.call('GET /customers/{id}/audit', { path: { id }, query: { limit: String(limit) } })),
      api.call('GET /operations', { query: { customer_id: id, limit: String(limit) } }),
    ]);
    const isMore = (audit?.next_cursor ?? null) !== null || operations.next_cursor !== null;
    return { timeline: timelineOf(audit?.data ?? [], operations.data), isMore };
  }, [api, id, limit]);
  const canShowMore = happened.value?.isMore === true && limit < 100;
  return { ...happened, showMore: canShowMore ? () => setLimit(100) : undefined };
}

type Props = { readonly api: Api; readonly of: ReturnType<typeof useTimeline>; readonly onChanged: () => void };

/** All that has happened to a customer: its audit, and its protected operations with each step. */
export function Timeline({ api, of: happened, onChanged }: Props) {
  return (
    <section aria-labelledby="timeline">
      <h2 id="timeline">Timeline</h2>
      <Loaded of={happened}>
        {({ timeline }) => (
          <>
            {timeline.length === 0 && <Note kind="empty">Nothing has happened to it yet.</Note>}
            <ol class="timeline">
              {timeline.map((happening) =>
                happening.is === 'change' ? (
                  <Change key={`${happening.at} ${happening.entry.cause}`} of={happening.entry} />
                ) : (
                  <Operation key={happening.operation.id} api={api} of={happening.operation} onChanged={onChanged} />
                ),
              )}
            </ol>
            {happened.showMore && (
              <button type="button" onClick={happened.showMore}>
                Show up to a hundred
              </button>
            )}
          </>
        )}
      </Loaded>
    </section>
  );
}

function Change({ of: entry }: { readonly of: Schemas['AuditEntry'] }) {
  const overruled = Object.entries(entry.overruled ?? {});
  const references = [entry.linked_to, entry.stripe_request_id, entry.stripe_event_id, entry.operation_id];
  return (
    <li>
      <h3>
        <Moment at={entry.at} /> {titleOf(entry)}
      </h3>
      {changesOf(entry).map(({ field, from, to }) => (
        <p key={field}>
          {field}: <Value of={from} /> → <Value of={to} />
        </p>
      ))}
      {overruled.map(([field, value]) => (
        <p key={field}>
          {field} of the other side, overruled: <Value of={value} />
        </p>
      ))}
      <p class="quiet">{references.filter(Boolean).join(' · ')}</p>
    </li>
  );
}

type OperationProps = { readonly api: Api; readonly of: Schemas['Operation']; readonly onChanged: () => void };

function Operation({ api, of: operation, onChanged }: OperationProps) {
  const { id, kind, status, problem, created_at, steps } = operation;
  return (
    <li>
      <h3>
        <Moment at={created_at} /> Protected {kind} <Status of={status} />
      </h3>
      {problem && <p>{problem.detail}</p>}
      <p class="quiet">{id}</p>
      {steps.length > 0 && (
        <ol class="steps">
          {steps.map((step) => (
            <li key={`${step.name} ${step.started_at}`}>
              <strong>{step.name}</strong> {step.outcome}
              <span class="quiet">
                {' '}
                attempt {step.attempt}, {Date.parse(step.ended_at) - Date.parse(step.started_at)} ms at{' '}
                <Moment at={step.started_at} /> {step.stripe_request_id}
              </span>
              {step.error !== undefined && <p class="error">{step.error}</p>}
            </li>
          ))}
        </ol>
      )}
      {status === 'needs_attention' && (
        <>
          <p class="next">{attentionOfOperation(operation).next}</p>
          <RetryButton api={api} operation={operation} onChanged={onChanged} />
        </>
      )}
    </li>
  );
}
