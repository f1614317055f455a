import { useEffect, useState } from 'preact/hooks';
import { Note } from '../parts/note.tsx';
import { beginCodeFlow, codeOf, discover, exchangeCode, type Pending, type SignIn } from './code-flow.ts';

const PENDING = 'concord-sign-in';
const redirectUri = `${location.origin}/console`;

type SignInPageProps = { readonly reason: string | undefined; readonly onToken: (token: string) => void };

/**
 * Asks who it is: the issuer signs in, or a token is pasted. The token is handed on and kept nowhere: what a script could
 * read from storage, or a person from a shared machine, would outlive the page. So a reload signs in again, which with the
 * issuer's own session is one click.
 */
export function SignInPage({ reason, onToken }: SignInPageProps) {
  const [signIn, setSignIn] = useState<SignIn>();
  const [problem, setProblem] = useState(reason);
  const [pasted, setPasted] = useState('');
  const fail = (error: unknown) => setProblem(error instanceof Error ? error.message : String(error));

  useEffect(() => {
    const settings = fetch('/console/sign-in.json').then((response): Promise<SignIn> => response.json());
    settings.then(setSignIn, () => setProblem('The console’s own settings could not be read.'));
    if (location.search !== '') settings.then(finish).then(onToken).catch(fail);
  }, []);

  const begin = (settings: SignIn) => start(settings).catch(fail);
  return (
    <main class="sign-in">
      <h1>Concord</h1>
      <p>The operator’s console: how the catalog and Stripe agree, and what to do where they do not.</p>
      {problem !== undefined && <Note kind="problem">{problem}</Note>}
      {signIn?.client_id != null && (
        <p>
          <button type="button" class="primary" onClick={() => begin(signIn)}>
            Sign in
          </button>{' '}
          <span class="quiet">with {new URL(signIn.issuer).host}</span>
        </p>
      )}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (pasted.trim() !== '') onToken(pasted.trim());
        }}
      >
        <label for="token">Or paste a token with the scopes customers:read and customers:admin</label>
        <div class="row">
          <input
            id="token"
            type="password"
            autocomplete="off"
            spellcheck={false}
            value={pasted}
            onInput={(event) => setPasted(event.currentTarget.value)}
          />
          <button type="submit">Use it</button>
        </div>
      </form>
    </main>
  );
}

async function start(settings: SignIn): Promise<void> {
  const returnTo = location.hash;
  const { pending, url } = await beginCodeFlow(await discover(settings), settings, { redirectUri, returnTo });
  sessionStorage.setItem(PENDING, JSON.stringify(pending));
  location.assign(url);
}

/** The code leaves the address before it is used, so that it is in no history. */
async function finish(settings: SignIn): Promise<string> {
  const kept = sessionStorage.getItem(PENDING);
  sessionStorage.removeItem(PENDING);
  const pending = kept === null ? undefined : (JSON.parse(kept) as Pending);
  const { search } = location;
  history.replaceState(null, '', `/console${pending?.returnTo ?? ''}`);
  const code = codeOf(search, pending);
  const verifier = pending?.verifier ?? '';
  return exchangeCode(await discover(settings), settings, { code, verifier, redirectUri });
}
