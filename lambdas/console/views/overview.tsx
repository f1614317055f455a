import { useEffect } from 'preact/hooks';
import type { Api } from '../api.ts';
import type { Schemas } from '../called.ts';
import { useAsk } from '../parts/asking.tsx';
import { Loaded, useLoaded } from '../parts/loaded.tsx';
import { Moment } from '../parts/text.tsx';
import { customersAt } from '../place.ts';
import { illnesses, span } from '../words.ts';
import { Attempts } from './attempts.tsx';
import { AttentionList } from './attention.tsx';
import { askToRedrive } from './questions.ts';

const REFRESH_MS = 15_000;
const STATUSES = ['synced', 'pending', 'failed', 'orphaned', 'conflict'] as const;

/** Health at a glance, and what needs a person. It looks again every quarter of a minute while it is seen. */
export function OverviewPage({ api }: { readonly api: Api }) {
  const health = useLoaded(
    () => api.call('GET /customers/integration-health/{integration_name}', { path: { integration_name: 'stripe' } }),
    [api],
  );
  useEffect(() => {
    const timer = setInterval(() => document.hidden || health.reload(), REFRESH_MS);
    return () => clearInterval(timer);
  }, [health.reload]);
  return (
    <>
      <div class="title">
        <h1>Overview</h1>
        <button type="button" onClick={health.reload}>
          Refresh
        </button>
      </div>
      <Loaded of={health}>
        {(told) => (
          <>
            <Verdict of={told} />
            <Counts of={told} />
            <div class="columns">
              <Attempts of={told} />
              <Waiting api={api} of={told} onChanged={health.reload} />
            </div>
            <AttentionList api={api} health={told} onChanged={health.reload} />
          </>
        )}
      </Loaded>
    </>
  );
}

function Verdict({ of: health }: { readonly of: Schemas['IntegrationHealth'] }) {
  return (
    <p class={`verdict ${health.healthy ? 'good' : 'bad'}`}>
      <strong>{health.healthy ? 'Healthy' : 'Not healthy'}</strong>
      {!health.healthy && `: ${illnesses(health).join(', ')}`}
      <span class="quiet">
        {' '}
        as of <Moment at={health.as_of} />
      </span>
    </p>
  );
}

function Counts({ of: { counts } }: { readonly of: Schemas['IntegrationHealth'] }) {
  return (
    <section aria-labelledby="counts">
      <h2 id="counts">Customers</h2>
      <ul class="counts">
        {STATUSES.map((status) => (
          <li key={status}>
            <a class={counts[status] === 0 ? 'none' : undefined} href={customersAt(status, undefined)}>
              <span class="number">{counts[status]}</span> <span class={`status ${status}`}>{status}</span>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}

type WaitingProps = { readonly api: Api; readonly of: Schemas['IntegrationHealth']; readonly onChanged: () => void };

function Waiting({ api, of: { operations, webhooks, oldest_pending_seconds }, onChanged }: WaitingProps) {
  const ask = useAsk();
  const dead = webhooks.dead_letter_count;
  return (
    <section aria-labelledby="waiting">
      <h2 id="waiting">Under way</h2>
      <dl>
        <dt>Oldest pending</dt>
        <dd>{oldest_pending_seconds === 0 ? 'nobody waits' : span(oldest_pending_seconds)}</dd>
        <dt>Operations</dt>
        <dd>
          {operations.running} running, {operations.compensating} compensating, {operations.needs_attention} waiting for
          a person
        </dd>
        <dt>Dead letters</dt>
        <dd>
          {dead}{' '}
          {dead > 0 && (
            <button type="button" onClick={() => ask(askToRedrive(api, dead, onChanged))}>
              Redrive…
            </button>
          )}
        </dd>
        <dt>Last webhook</dt>
        <dd>
          <Moment at={webhooks.last_received_at} />
        </dd>
      </dl>
    </section>
  );
}
