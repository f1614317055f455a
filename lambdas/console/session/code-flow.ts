/** How the page signs in, as `/console/sign-in.json` tells. */
export type SignIn = {
  readonly issuer: string;
  readonly issuer_url: string;
  readonly audience: string;
  readonly client_id: string | null;
};

/** What has to outlive the way to the issuer and back: it is of no use to anybody without the code, and used once. */
export type Pending = { readonly state: string; readonly verifier: string; readonly returnTo: string };

type Discovered = { readonly authorization_endpoint: string; readonly token_endpoint: string };

const SCOPES = 'openid customers:read customers:write customers:admin';

/**
 * The issuer's endpoints (OpenID Connect Discovery 1.0).
 * @throws Error when there are none, or the document is another issuer's.
 */
export async function discover({ issuer, issuer_url }: SignIn, send: typeof fetch = fetch): Promise<Discovered> {
  const url = `${issuer_url.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const response = await send(url, { credentials: 'omit' }).catch(() => undefined);
  if (response?.ok !== true) throw new Error('The issuer does not answer.');
  const found = (await response.json()) as Discovered & { readonly issuer: string };
  if (found.issuer !== issuer) throw new Error('Another issuer answers.');
  return found;
}

/** What to keep, and where to send the browser: a code is good only with the verifier that stays here (RFC 7636). */
export async function beginCodeFlow(
  { authorization_endpoint }: Discovered,
  { client_id, audience }: SignIn,
  { redirectUri, returnTo }: { readonly redirectUri: string; readonly returnTo: string },
): Promise<{ readonly pending: Pending; readonly url: string }> {
  const pending = { state: randomText(), verifier: randomText(), returnTo };
  const url = new URL(authorization_endpoint);
  const asked = {
    response_type: 'code',
    client_id: client_id ?? '',
    redirect_uri: redirectUri,
    scope: SCOPES,
    audience,
    state: pending.state,
    code_challenge: await challengeOf(pending.verifier),
    code_challenge_method: 'S256',
  };
  for (const [name, value] of Object.entries(asked)) url.searchParams.set(name, value);
  return { pending, url: url.href };
}

/**
 * The code that the issuer sent the browser back with.
 * @throws Error when it refused, or the answer is not to what was asked here.
 */
export function codeOf(search: string, pending: Pending | undefined): string {
  const answer = new URLSearchParams(search);
  if (pending === undefined || answer.get('state') !== pending.state) {
    throw new Error('This sign-in was not begun here. Begin it anew.');
  }
  const code = answer.get('code');
  if (code !== null) return code;
  throw new Error(`The issuer says: ${answer.get('error_description') ?? answer.get('error') ?? 'no'}.`);
}

/**
 * Exchanges the code for a token.
 * @throws Error when the issuer does not take it.
 */
export async function exchangeCode(
  { token_endpoint }: Discovered,
  { client_id }: SignIn,
  { code, verifier, redirectUri }: { readonly code: string; readonly verifier: string; readonly redirectUri: string },
  send: typeof fetch = fetch,
): Promise<string> {
  const asked = {
    grant_type: 'authorization_code',
    ...{ code, code_verifier: verifier, redirect_uri: redirectUri, client_id: client_id ?? '' },
  };
  const response = await send(token_endpoint, {
    method: 'POST',
    body: new URLSearchParams(asked),
    credentials: 'omit',
  }).catch(() => undefined);
  const { access_token } = ((await response?.json().catch(() => ({}))) ?? {}) as { readonly access_token?: string };
  if (response?.ok !== true || access_token === undefined) throw new Error('The issuer does not take the code.');
  return access_token;
}

/** `S256` of RFC 7636, section 4.2. */
export async function challengeOf(verifier: string): Promise<string> {
  return base64url(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier))));
}

function randomText(): string {
  return base64url(crypto.getRandomValues(new Uint8Array(32)));
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}
