import type { Api } from '../api.ts';
import type { Schemas } from '../called.ts';
import { Head } from '../parts/head.tsx';
import { Loaded, useLoaded } from '../parts/loaded.tsx';
import { Note } from '../parts/note.tsx';
import { Pages, useWalk } from '../parts/pages.tsx';
import { CustomerLink, Moment } from '../parts/text.tsx';
import { actionName, askedFor } from '../words.ts';

/** What operators have asked for, here or by the API: who, what, and how it ended. */
export function ActionsPage({ api }: { readonly api: Api }) {
  const walk = useWalk();
  const page = useLoaded(() => api.call('GET /actions', { query: { cursor: walk.cursor } }), [api, walk.cursor]);
  return (
    <>
      <div class="title">
        <h1>Actions</h1>
        <button type="button" onClick={page.reload}>
          Refresh
        </button>
      </div>
      <Loaded of={page}>
        {({ data, next_cursor }) => (
          <>
            {data.length === 0 ? (
              <Note kind="empty">Nobody has asked for anything yet.</Note>
            ) : (
              <ActionTable of={data} />
            )}
            <Pages walk={walk} next={next_cursor} />
          </>
        )}
      </Loaded>
    </>
  );
}

function ActionTable({ of: actions }: { readonly of: readonly Schemas['Action'][] }) {
  return (
    <table class="wide">
      <Head of={['When, and who', 'What', 'Outcome']} />
      <tbody>
        {actions.map((action) => (
          <tr key={action.id}>
            <td>
              <Moment at={action.at} />
              <br />
              <bdi>{action.caller.subject}</bdi>
            </td>
            <th scope="row">
              {actionName(action)}
              <br />
              <span class="quiet">
                <Target of={action} /> {askedFor(action)}
              </span>
            </th>
            <td>{action.outcome ?? <span class="quiet">not known</span>}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Only a customer has a page of its own. */
function Target({ of: { action, target } }: { readonly of: Schemas['Action'] }) {
  if (target === null) return null;
  return action.includes('/customers/') ? <CustomerLink id={target} /> : <span>{target}</span>;
}
