import { IntegrationUnavailableError } from '#ports/integration.ts';

/** A request to the CRM. Under the same `key` it acts once; 24 hours later the key is new again. */
export type CrmRequest = {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly key?: string;
  readonly body?: object;
};

export type CrmReply = { readonly status: number; readonly body: unknown };

/** Sends one request, once. Rejects when there was no answer. */
export type CrmSend = (request: CrmRequest) => Promise<CrmReply>;

/** Longer than the CRM takes for anything. */
const TIMEOUT_MS = 8_000;

/**
 * The CRM over HTTP. Its credentials are one JSON text, `{"url", "token"}`, which is asked for at each request: they may
 * have been rotated.
 */
export function crmOverHttp(credentials: () => Promise<string>): CrmSend {
  return async ({ method, path, key, body }) => {
    const { url, token } = JSON.parse(await credentials()) as { url: string; token: string };
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(key !== undefined && { 'request-key': key }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
  };
}

/**
 * Asks what changes nothing. `undefined` for what there never was.
 * @throws IntegrationUnavailableError when there is no usable answer
 */
export async function ask<Found>(send: CrmSend, path: string): Promise<Found | undefined> {
  const reply = await send({ method: 'GET', path }).catch((error: unknown) => {
    throw new IntegrationUnavailableError('The CRM does not answer.', { cause: error });
  });
  if (reply.status === 404) return undefined;
  if (reply.status === 200) return reply.body as Found;
  throw new IntegrationUnavailableError(`The CRM answered a lookup with status ${reply.status}.`);
}
