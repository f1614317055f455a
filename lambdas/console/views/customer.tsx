import { type Api, unlessNotFound } from '../api.ts';
import type { Schemas } from '../called.ts';
import { useAsk } from '../parts/asking.tsx';
import { Loaded, useLoaded } from '../parts/loaded.tsx';
import { Note } from '../parts/note.tsx';
import { CustomerLink, Moment, Status } from '../parts/text.tsx';
import { attentionOf, counted } from '../words.ts';
import { Linking } from './linking.tsx';
import { askToResolve } from './questions.ts';
import { SidesTable } from './sides.tsx';
import { Timeline, useTimeline } from './timeline.tsx';

type Props = { readonly api: Api; readonly id: string };

/** One customer: how it stands, its two sides, and all that has happened to it. */
export function CustomerPage({ api, id }: Props) {
  const customer = useLoaded(() => unlessNotFound(api.call('GET /customers/{id}', { path: { id } })), [api, id]);
  const health = useLoaded(
    () => unlessNotFound(api.call('GET /customers/{id}/sync-health', { path: { id } })),
    [api, id],
  );
  const sides = useLoaded(() => unlessNotFound(api.call('GET /customers/{id}/sides', { path: { id } })), [api, id]);
  const timeline = useTimeline(api, id);
  const lookAgain = () => {
    for (const part of [customer, health, sides, timeline]) part.reload();
  };
  return (
    <>
      <div class="title">
        <h1>{customer.value?.name ?? 'Customer'}</h1>
        <button type="button" onClick={lookAgain}>
          Refresh
        </button>
      </div>
      <Loaded of={customer}>
        {(found) =>
          found === null ? (
            <Note kind="empty">
              <bdi>{id}</bdi> is not there: it was deleted, or there never was such a customer. Its audit stays.
            </Note>
          ) : (
            <Facts of={found} />
          )
        }
      </Loaded>
      <Loaded of={health}>{(told) => told !== null && <Standing api={api} of={told} onChanged={lookAgain} />}</Loaded>
      {sides.value !== null && (
        <section aria-labelledby="sides">
          <h2 id="sides">Both sides</h2>
          <Loaded of={sides}>{(both) => both !== null && <SidesTable of={both} />}</Loaded>
        </section>
      )}
      <Timeline api={api} of={timeline} onChanged={lookAgain} />
    </>
  );
}

function Facts({
  of: { id, status, version, created_at, updated_at, integrations },
}: {
  readonly of: Schemas['Customer'];
}) {
  return (
    <dl class="facts">
      <dt>Id</dt>
      <dd>{id}</dd>
      <dt>Status</dt>
      <dd>
        {status}, version {version}
      </dd>
      <dt>In Stripe</dt>
      <dd>{integrations.stripe.external_id ?? 'not yet'}</dd>
      <dt>Created</dt>
      <dd>
        <Moment at={created_at} />
      </dd>
      <dt>Changed</dt>
      <dd>
        <Moment at={updated_at} />
      </dd>
    </dl>
  );
}

type StandingProps = { readonly api: Api; readonly of: Schemas['SyncHealth']; readonly onChanged: () => void };

function Standing({ api, of: health, onChanged }: StandingProps) {
  const ask = useAsk();
  const { stripe } = health.integrations;
  const attention = attentionOf(health);
  const { conflict } = stripe;
  const tried = stripe.retry_count > 0 && `, tried ${counted(stripe.retry_count, 'time')}`;
  const resolve = (keep: 'catalog' | 'stripe') =>
    ask(askToResolve(api, health.customer_id, keep, String(conflict?.stripe_value), onChanged));
  return (
    <section aria-labelledby="standing">
      <h2 id="standing">With Stripe</h2>
      <p>
        <Status of={stripe.status} />{' '}
        {stripe.last_synced_at === null ? (
          <>has not agreed yet{tried}</>
        ) : (
          <>
            agreed last <Moment at={stripe.last_synced_at} />
            {tried && `${tried} since`}
          </>
        )}
        {health.open_operation && `; a protected ${health.open_operation.kind} holds it`}
      </p>
      {attention && (
        <div class="case">
          <p>{attention.reason}</p>
          {conflict === null && <p class="next">{attention.next}</p>}
        </div>
      )}
      {conflict && (
        <p class="row">
          <button type="button" onClick={() => resolve('catalog')}>
            Keep the catalog’s…
          </button>
          <button type="button" onClick={() => resolve('stripe')}>
            Take Stripe’s…
          </button>
          {conflict.other_customer_id !== undefined && (
            <CustomerLink id={conflict.other_customer_id}>Who has it here</CustomerLink>
          )}
        </p>
      )}
      {stripe.external_id === null && <Linking api={api} customerId={health.customer_id} onChanged={onChanged} />}
    </section>
  );
}
