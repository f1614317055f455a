import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Issuer } from './issuer.ts';
import { localUrl } from './ports.ts';

const PREFIX = '/issuer/';
const CODE_LIVES_MS = 60_000;
const ALL_SCOPES = ['customers:read', 'customers:write', 'customers:admin'];

type Grant = {
  readonly challenge: string;
  readonly redirectUri: string;
  readonly clientId: string;
  readonly scopes: readonly string[];
  readonly expiresAtMs: number;
};

type Answer = { readonly status: number; readonly headers?: Record<string, string>; readonly body?: object };

/** What of the control server's requests is for the issuer, and its answers. */
export type CodeFlow = {
  serves(request: IncomingMessage): boolean;
  serve(request: IncomingMessage, response: ServerResponse): void;
};

/** Where the issuer of a run on one machine answers browsers: on the control server. */
export function issuerUrl(controlPort: number): string {
  return `${localUrl(controlPort)}${PREFIX}`;
}

/**
 * The code flow with PKCE (RFC 6749, RFC 7636) of the local issuer, for the console. Who asks is signed in already, as
 * `local-user`: it is one machine's own. Codes go to the console of this runner's API only, are good for one exchange
 * within a minute, and only with the verifier of their challenge.
 */
export function createCodeFlow(issuer: Issuer, ports: { readonly api: number; readonly control: number }): CodeFlow {
  const origins = [localUrl(ports.api), `http://localhost:${ports.api}`];
  const url = issuerUrl(ports.control);
  const grants = new Map<string, Grant>();

  function authorize(asked: URLSearchParams): Answer {
    const redirectUri = asked.get('redirect_uri') ?? '';
    // An answer that is no redirect: who else would want the code is not told.
    if (!origins.some((origin) => redirectUri === `${origin}/console`)) {
      return { status: 400, body: { error: 'invalid_request', error_description: 'redirect_uri is not the console.' } };
    }
    const back = new URL(redirectUri);
    const state = asked.get('state');
    if (state !== null) back.searchParams.set('state', state);
    const challenge = asked.get('code_challenge') ?? '';
    const isAsked = asked.get('response_type') === 'code' && asked.get('code_challenge_method') === 'S256';
    if (!isAsked || challenge === '') back.searchParams.set('error', 'invalid_request');
    else {
      const code = randomBytes(24).toString('base64url');
      const scopes = (asked.get('scope') ?? '').split(' ').filter((scope) => ALL_SCOPES.includes(scope));
      const clientId = asked.get('client_id') ?? '';
      grants.set(code, { challenge, redirectUri, clientId, scopes, expiresAtMs: Date.now() + CODE_LIVES_MS });
      back.searchParams.set('code', code);
    }
    return { status: 302, headers: { location: back.href } };
  }

  async function exchange(asked: URLSearchParams): Promise<Answer> {
    const code = asked.get('code') ?? '';
    const grant = grants.get(code);
    grants.delete(code);
    const challenge = createHash('sha256')
      .update(asked.get('code_verifier') ?? '')
      .digest('base64url');
    const isGood =
      asked.get('grant_type') === 'authorization_code' &&
      grant !== undefined &&
      grant.expiresAtMs > Date.now() &&
      grant.challenge === challenge &&
      grant.redirectUri === asked.get('redirect_uri') &&
      grant.clientId === asked.get('client_id');
    if (!isGood) return { status: 400, body: { error: 'invalid_grant' } };
    const { scopes } = grant;
    const token = await issuer.issueToken({ scopes, subject: 'local-user', expiresInSeconds: 3600 });
    const scope = scopes.join(' ');
    return { status: 200, body: { access_token: token, token_type: 'Bearer', expires_in: 3600, scope } };
  }

  async function answer(request: IncomingMessage): Promise<Answer> {
    const { pathname, searchParams } = new URL(request.url ?? '/', url);
    switch (`${request.method} ${pathname}`) {
      case `GET ${PREFIX}.well-known/openid-configuration`:
        return {
          status: 200,
          body: {
            issuer: issuer.issuer,
            authorization_endpoint: `${url}authorize`,
            token_endpoint: `${url}token`,
            response_types_supported: ['code'],
            code_challenge_methods_supported: ['S256'],
          },
        };
      case `GET ${PREFIX}authorize`:
        return authorize(searchParams);
      case `POST ${PREFIX}token`:
        return exchange(new URLSearchParams(await text(request)));
      default:
        return { status: 404, body: { error: `There is no ${pathname} here.` } };
    }
  }

  return {
    serves: ({ url: path = '' }) => path.startsWith(PREFIX),
    serve(request, response) {
      const { origin } = request.headers;
      // No page but the console's may read what is answered here.
      const cors = origin !== undefined && origins.includes(origin) && { 'access-control-allow-origin': origin };
      answer(request).then(
        ({ status, headers, body }) => {
          const own = { 'content-type': 'application/json', 'cache-control': 'no-store', vary: 'origin' };
          response.writeHead(status, { ...own, ...cors, ...headers });
          response.end(body === undefined ? '' : JSON.stringify(body));
        },
        () => response.destroy(),
      );
    },
  };
}
