import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { type Api, createApi } from './api.ts';
import { AskingProvider } from './parts/asking.tsx';
import { type Place, placeOf } from './place.ts';
import { SignInPage } from './session/sign-in-page.tsx';
import { ActionsPage } from './views/actions.tsx';
import { CustomerPage } from './views/customer.tsx';
import { CustomersPage } from './views/customers.tsx';
import { DriftPage } from './views/drift.tsx';
import { OverviewPage } from './views/overview.tsx';

const ENDED = 'The token is not taken, or has expired. Sign in again.';

/** The token lives here, in memory, and nowhere else. */
export function App() {
  const [token, setToken] = useState<string>();
  const [reason, setReason] = useState<string>();
  const leave = (why?: string) => {
    setToken(undefined);
    setReason(why);
  };
  const api = useMemo(() => token && createApi(token, () => leave(ENDED)), [token]);
  return api ? <Console api={api} onSignOut={leave} /> : <SignInPage reason={reason} onToken={setToken} />;
}

const NAVIGATION = [
  ['overview', '#/', 'Overview'],
  ['customers', '#/customers', 'Customers'],
  ['drift', '#/drift', 'Drift'],
  ['actions', '#/actions', 'Actions'],
] as const;

function Console({ api, onSignOut }: { readonly api: Api; readonly onSignOut: () => void }) {
  const place = usePlace();
  const main = useRef<HTMLElement>(null);
  const [isFirst, setIsFirst] = useState(true);
  const section = place.is === 'customer' ? 'customers' : place.is;
  const [, , label = 'Nothing here'] = NAVIGATION.find(([name]) => name === section) ?? [];
  const where = place.is === 'customer' ? `Customer ${place.id}` : label;
  useEffect(() => {
    document.title = `${where} · Concord`;
    // A reader is told of the new place; on the first one the browser does that.
    if (!isFirst) main.current?.focus();
    setIsFirst(false);
  }, [where]);
  return (
    <>
      <header>
        {/* No link: what stands behind # in the address is where the console is. */}
        <button type="button" class="skip" onClick={() => main.current?.focus()}>
          Skip to the content
        </button>
        <span class="brand">Concord</span>
        <nav aria-label="Console">
          {NAVIGATION.map(([name, href, label]) => (
            <a key={name} href={href} aria-current={section === name ? 'page' : undefined}>
              {label}
            </a>
          ))}
        </nav>
        <button type="button" onClick={() => onSignOut()}>
          Sign out
        </button>
      </header>
      <main ref={main} tabIndex={-1}>
        {/* What came of an action is told where it was taken, and gone on the next page. */}
        <AskingProvider key={where}>
          <PageAt place={place} api={api} />
        </AskingProvider>
      </main>
      <footer class="quiet">All times are UTC.</footer>
    </>
  );
}

function PageAt({ place, api }: { readonly place: Place; readonly api: Api }) {
  switch (place.is) {
    case 'overview':
      return <OverviewPage api={api} />;
    case 'customers':
      return <CustomersPage api={api} status={place.status} email={place.email} />;
    case 'customer':
      return <CustomerPage key={place.id} api={api} id={place.id} />;
    case 'drift':
      return <DriftPage api={api} />;
    case 'actions':
      return <ActionsPage api={api} />;
    case 'nowhere':
      return (
        <>
          <h1>Nothing here</h1>
          <p>
            There is no such place in the console. <a href="#/">Go to the overview.</a>
          </p>
        </>
      );
  }
}

function usePlace(): Place {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const follow = () => setHash(location.hash);
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  return useMemo(() => placeOf(hash), [hash]);
}
