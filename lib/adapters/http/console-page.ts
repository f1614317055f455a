import { createHash } from 'node:crypto';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { HttpReply } from './render.ts';

/** How the page signs an operator in. */
export type SignIn = {
  readonly issuer: string;
  /** Where a browser reaches the issuer: itself, but for a run on one machine. */
  readonly issuerUrl: string;
  readonly audience: string;
  /** Without it the issuer knows no console: a token is pasted. */
  readonly clientId: string | undefined;
};

/** The page's own name is its path. */
export const PAGE_FILES: Readonly<Record<string, string>> = {
  'index.html': 'text/html; charset=utf-8',
  'main.js': 'text/javascript; charset=utf-8',
  'style.css': 'text/css; charset=utf-8',
  'icon.svg': 'image/svg+xml',
};

/**
 * Answers for the files of the operator's page, and for `sign-in.json`. The headers let the page load nothing from
 * elsewhere, run no script but its own file, call nobody but this API and the issuer, and stand in no other page's frame.
 */
export function consolePage(
  signIn: SignIn,
  read: (file: string) => string,
): (event: APIGatewayProxyEventV2) => HttpReply {
  const headers = securityHeaders(signIn);
  const settings = {
    issuer: signIn.issuer,
    issuer_url: signIn.issuerUrl,
    audience: signIn.audience,
    client_id: signIn.clientId ?? null,
  };
  const files = new Map(Object.entries(PAGE_FILES).map(([file, type]) => [file, { type, body: read(file) }]));
  files.set('sign-in.json', { type: 'application/json', body: JSON.stringify(settings) });
  return (event) => {
    const file = files.get(event.pathParameters?.['file'] ?? 'index.html');
    if (file === undefined) return { status: 404, headers: { ...headers, 'content-type': 'text/plain' }, body: '' };
    const etag = `"${createHash('sha256').update(file.body).digest('base64url').slice(0, 22)}"`;
    const isKnown = event.headers['if-none-match'] === etag;
    return {
      status: isKnown ? 304 : 200,
      // Asked for each time, so that the files of two deployments are never mixed for long.
      headers: { ...headers, 'content-type': file.type, 'cache-control': 'no-cache', etag },
      body: isKnown ? '' : file.body,
    };
  };
}

function securityHeaders({ issuerUrl, clientId }: SignIn): Readonly<Record<string, string>> {
  const asked = clientId === undefined ? "'self'" : `'self' ${new URL(issuerUrl).origin}`;
  const policy = {
    'default-src': "'none'",
    'script-src': "'self'",
    'style-src': "'self'",
    'img-src': "'self'",
    'connect-src': asked,
    'base-uri': "'none'",
    'form-action': "'none'",
    'frame-ancestors': "'none'",
    'require-trusted-types-for': "'script'",
    'trusted-types': "'none'",
  };
  return {
    'content-security-policy': Object.entries(policy)
      .map((directive) => directive.join(' '))
      .join('; '),
    'cross-origin-opener-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  };
}
