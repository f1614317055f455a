import type { Api } from '../api.ts';
import type { Schemas } from '../called.ts';
import { useAsk } from '../parts/asking.tsx';
import { Loaded, useLoaded } from '../parts/loaded.tsx';
import { Note } from '../parts/note.tsx';
import { CustomerLink, Status } from '../parts/text.tsx';
import { customersAt } from '../place.ts';
import { type Attention, attentionOf, attentionOfOperation, counted } from '../words.ts';
import { askToRetryFailed, askToRetryOperation } from './questions.ts';

type Health = Schemas['IntegrationHealth'];
type Case = Attention & {
  readonly status: string;
  readonly customerId: string;
  readonly name: string;
  readonly operation?: Schemas['Operation'];
};

const STATUSES = ['failed', 'orphaned', 'conflict'] as const;
/** Of each sort: whoever has more looks at the list of them. */
const SHOWN = 10;

type Props = { readonly api: Api; readonly health: Health; readonly onChanged: () => void };

/** What needs a person, why, and what that person can do. */
export function AttentionList({ api, health, onChanged }: Props) {
  const ask = useAsk();
  const { counts, operations } = health;
  const cases = useLoaded(() => casesOf(api, health), [api, health.as_of]);
  const total = operations.needs_attention + counts.failed + counts.orphaned + counts.conflict;
  const retry = askToRetryFailed(api, counts.failed, onChanged);
  return (
    <section aria-labelledby="attention">
      <div class="title">
        <h2 id="attention">Needs attention</h2>
        {counts.failed > 0 && (
          <button type="button" onClick={() => ask(retry)}>
            Retry failed…
          </button>
        )}
      </div>
      {total === 0 && <Note kind="empty">Nothing needs a person.</Note>}
      {total > 0 && (
        <Loaded of={cases}>
          {(found) => (
            <ul class="cases">
              {found.map((each) => (
                <li key={each.operation?.id ?? each.customerId}>
                  <p>
                    <Status of={each.status} /> <CustomerLink id={each.customerId}>{each.name}</CustomerLink>
                  </p>
                  <p>{each.reason}</p>
                  <p class="next">{each.next}</p>
                  {each.operation && <RetryButton api={api} operation={each.operation} onChanged={onChanged} />}
                </li>
              ))}
              {STATUSES.filter((status) => counts[status] > SHOWN).map((status) => (
                <li key={status}>
                  <a href={customersAt(status, undefined)}>
                    All {counted(counts[status], 'customer')} that {counts[status] === 1 ? 'is' : 'are'} {status}
                  </a>
                </li>
              ))}
            </ul>
          )}
        </Loaded>
      )}
    </section>
  );
}

type RetryProps = { readonly api: Api; readonly operation: Schemas['Operation']; readonly onChanged: () => void };

export function RetryButton({ api, operation, onChanged }: RetryProps) {
  const ask = useAsk();
  return (
    <button type="button" onClick={() => ask(askToRetryOperation(api, operation, onChanged))}>
      Retry the {operation.kind}…
    </button>
  );
}

async function casesOf(api: Api, { counts, operations }: Health): Promise<readonly Case[]> {
  const waiting =
    operations.needs_attention === 0
      ? []
      : (await api.call('GET /operations', { query: { status: 'needs_attention', limit: String(SHOWN) } })).data;
  const wanted = STATUSES.filter((status) => counts[status] > 0);
  const ofCustomers = await Promise.all(wanted.map((status) => casesOfStatus(api, status)));
  return [
    ...waiting.map((operation) => ({
      ...attentionOfOperation(operation),
      ...{ status: operation.status, customerId: operation.customer_id, operation },
      name: `${operation.kind} of ${operation.customer_id}`,
    })),
    ...ofCustomers.flat(),
  ];
}

async function casesOfStatus(api: Api, status: string): Promise<readonly Case[]> {
  const { data } = await api.call('GET /customers', { query: { sync_status: status, limit: String(SHOWN) } });
  const found = await Promise.all(
    data.map(async ({ id, name, email }) => {
      const attention = attentionOf(await api.call('GET /customers/{id}/sync-health', { path: { id } }));
      return attention && { ...attention, status, customerId: id, name: name ?? email ?? id };
    }),
  );
  return found.filter((each) => each !== undefined);
}
