import { useState } from 'preact/hooks';
import type { Api } from '../api.ts';
import type { Schemas } from '../called.ts';
import { Head } from '../parts/head.tsx';
import { Loaded, useLoaded } from '../parts/loaded.tsx';
import { Note } from '../parts/note.tsx';
import { Pages, useWalk } from '../parts/pages.tsx';
import { CustomerLink, Moment, Status, Value } from '../parts/text.tsx';
import { customersAt } from '../place.ts';

const STATUSES = ['synced', 'pending', 'failed', 'orphaned', 'conflict'];

type Props = { readonly api: Api; readonly status: string | undefined; readonly email: string | undefined };

/** Finds customers: by email, by how they stand with Stripe, or one page after the other. */
export function CustomersPage({ api, status, email }: Props) {
  const walk = useWalk();
  const page = useLoaded(
    () => api.call('GET /customers', { query: { sync_status: status, email, cursor: walk.cursor } }),
    [api, status, email, walk.cursor],
  );
  return (
    <>
      <h1>Customers</h1>
      <Search key={`${status} ${email}`} status={status} email={email} onSearch={walk.restart} />
      <Loaded of={page}>
        {({ data, next_cursor }) => (
          <>
            {data.length === 0 ? <Note kind="empty">There are no such customers.</Note> : <CustomerTable of={data} />}
            <Pages walk={walk} next={next_cursor} />
          </>
        )}
      </Loaded>
    </>
  );
}

type SearchProps = Omit<Props, 'api'> & { readonly onSearch: () => void };

/** An email or an id: an id leads to its customer. */
function Search({ status, email, onSearch }: SearchProps) {
  const [wanted, setWanted] = useState(email ?? '');
  const [chosen, setChosen] = useState(status ?? '');
  const search = () => {
    const text = wanted.trim();
    onSearch();
    const isId = text !== '' && !text.includes('@');
    location.hash = isId
      ? `#/customers/${encodeURIComponent(text)}`
      : customersAt(chosen || undefined, text || undefined);
  };
  return (
    <search>
      <form
        class="row"
        onSubmit={(event) => {
          event.preventDefault();
          search();
        }}
      >
        <label for="wanted">Email or id</label>
        <input
          id="wanted"
          value={wanted}
          spellcheck={false}
          onInput={(event) => setWanted(event.currentTarget.value)}
        />
        <label for="status">Status</label>
        <select id="status" value={chosen} onChange={(event) => setChosen(event.currentTarget.value)}>
          <option value="">any</option>
          {STATUSES.map((each) => (
            <option key={each} value={each}>
              {each}
            </option>
          ))}
        </select>
        <button type="submit">Find</button>
      </form>
    </search>
  );
}

function CustomerTable({ of: customers }: { readonly of: readonly Schemas['Customer'][] }) {
  return (
    <table class="wide">
      <Head of={['Customer', 'Stripe', 'Changed']} />
      <tbody>
        {customers.map(({ id, name, email, updated_at, integrations: { stripe } }) => (
          <tr key={id}>
            <th scope="row">
              <CustomerLink id={id}>{name ?? id}</CustomerLink>
              <br />
              <Value of={email} />
            </th>
            <td>
              <Status of={stripe.sync_status} />
              <div class="quiet roomy">{stripe.external_id}</div>
            </td>
            <td>
              <Moment at={updated_at} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
