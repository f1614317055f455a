import type { Answers, Route } from './called.ts';

export type Asked = {
  /** What stands for the parameters in the path. */
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly body?: object;
};

/** Calls the API as the operator who is signed in. */
export type Api = {
  /** @throws ApiProblem with what the API said, or that it said nothing. */
  call<Called extends Route>(route: Called, asked?: Asked): Promise<Answers[Called]>;
};

/** What the API refused, in words for a person. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  readonly status: number;
  readonly requestId: string | undefined;

  constructor(status: number, message: string, requestId?: string) {
    super(message);
    this.status = status;
    this.requestId = requestId;
  }
}

/** What was asked for, or nothing where there is no such thing: a deleted customer’s page has still something to tell. */
export async function unlessNotFound<Value>(asked: Promise<Value>): Promise<Value | null> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 404) return null;
    throw error;
  }
}

/** The token stands in a header only. `onRefused` is told when it is not taken, or not any more. */
export function createApi(token: string, onRefused: () => void, send: typeof fetch = fetch): Api {
  return {
    async call(route, asked = {}) {
      const [method = '', path = ''] = route.split(' ');
      const response = await send(urlOf(path, asked), {
        method,
        headers: { authorization: `Bearer ${token}`, ...(asked.body && { 'content-type': 'application/json' }) },
        ...(asked.body && { body: JSON.stringify(asked.body) }),
        cache: 'no-store',
        credentials: 'omit',
      }).catch(() => {
        throw new ApiProblem(0, 'The API could not be reached.');
      });
      if (response.ok) return (await response.json()) as Answers[typeof route];
      if (response.status === 401) onRefused();
      throw await problemOf(response);
    },
  };
}

/** The path with its parameters and query. */
export function urlOf(path: string, { path: values = {}, query = {} }: Asked): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? ''));
  const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return given.length === 0 ? filled : `${filled}?${new URLSearchParams(Object.fromEntries(given))}`;
}

async function problemOf(response: Response): Promise<ApiProblem> {
  const { status } = response;
  if (status === 401) return new ApiProblem(status, 'The token is not taken, or has expired. Sign in again.');
  if (status === 403) {
    const [, scope = 'another scope'] = /scope="([^"]+)"/.exec(response.headers.get('www-authenticate') ?? '') ?? [];
    return new ApiProblem(status, `Your token may not do this: it needs ${scope}.`);
  }
  const told = (await response.json().catch(() => ({}))) as Readonly<Record<string, unknown>>;
  const detail = String(told['detail'] ?? told['message'] ?? `The API answered ${status}.`);
  return new ApiProblem(
    status,
    [detail, ...placesOf(told['errors'])].join(' '),
    typeof told['request_id'] === 'string' ? told['request_id'] : undefined,
  );
}

/** What is wrong where, a sentence each: `email must be an email address.` */
function placesOf(errors: unknown): string[] {
  if (!Array.isArray(errors)) return [];
  const places = errors as readonly { readonly pointer: string; readonly message: string }[];
  return places.map(({ pointer, message }) => `${pointer.replace(/^\//, '')} ${message}.`);
}
