import { setTimeout as sleep } from 'node:timers/promises';
import { CommandError } from '../command-line/options.ts';
import type { Place } from './place.ts';

/** A drift, as the API tells it. */
export type Issue = {
  readonly kind: string;
  readonly severity: string;
  readonly customer_id?: string;
  readonly external_id?: string;
  readonly detail: string;
  readonly repair: { readonly action: string; readonly safe: boolean };
};

/** What is asked of the API that may be answered by a run. */
export type Request = { readonly method: 'GET' | 'POST'; readonly path: string; readonly body?: object };

export type Page = {
  readonly status?: string;
  readonly progress?: number;
  readonly next_cursor?: string | null;
  readonly [field: string]: unknown;
};

type Asked = {
  readonly timeoutMs: number;
  readonly interrupted: AbortSignal;
  /** Told while a run is under way how far it is, from 0 to 1. */
  readonly onProgress: (share: number) => void;
};

/** The API's own limit is 30 s. */
const REPLY_TIMEOUT_MS = 35_000;
const POLL_MS = 2_000;
const MOST_PAGES = 10_000;

/**
 * Asks for a comparison or a repair of both sides and answers its whole report. A large one is answered with 202 and a
 * `Location`, which is asked until it is done; further pages of its lists are fetched.
 * @throws CommandError
 */
export async function fetchReport({ api, token }: Place, request: Request, asked: Asked): Promise<Page> {
  const base = `${api.replace(/\/+$/, '')}/`;
  const untilMs = Date.now() + asked.timeoutMs;
  const get = (url: URL) => send(url, { method: 'GET' }, token, asked.interrupted);
  let url = new URL(request.path, base);
  let reply = await send(url, request, token, asked.interrupted);
  let page = await bodyOf(reply, url);
  while (reply.status === 202 || page.status === 'running') {
    if (reply.status === 202) url = placeOf(reply, base);
    if (Date.now() >= untilMs) throw new CommandError(`It goes on by itself: ask ${url} later.`);
    asked.onProgress(page.progress ?? 0);
    await sleep(waitMs(reply), undefined, { signal: asked.interrupted });
    reply = await get(url);
    page = await bodyOf(reply, url);
  }
  if (page.status === 'refused') throw new CommandError(`It was refused: ${JSON.stringify(page)}`);
  const pages = [page];
  let cursor = page.next_cursor;
  while (cursor != null && pages.length < MOST_PAGES) {
    url.searchParams.set('cursor', cursor);
    const next = await bodyOf(await get(url), url);
    pages.push(next);
    cursor = next.next_cursor;
  }
  return whole(pages);
}

/** One report of all its pages: their lists one after the other, the rest as the first one has it. */
function whole(pages: readonly Page[]): Page {
  const { status, progress, next_cursor, ...first } = pages[0] ?? {};
  const lists = Object.entries(first).filter(([, value]) => Array.isArray(value));
  return { ...first, ...Object.fromEntries(lists.map(([name]) => [name, pages.flatMap((page) => page[name] ?? [])])) };
}

type Sent = Pick<Request, 'method' | 'body'>;

async function send(url: URL, { method, body }: Sent, token: string, interrupted: AbortSignal): Promise<Response> {
  const headers = {
    ...{ authorization: `Bearer ${token}`, accept: 'application/json' },
    ...(body && { 'content-type': 'application/json' }),
  };
  const signal = AbortSignal.any([AbortSignal.timeout(REPLY_TIMEOUT_MS), interrupted]);
  try {
    return await fetch(url, { method, headers, signal, ...(body && { body: JSON.stringify(body) }) });
  } catch (error) {
    const { cause, message } = error as Error;
    throw new CommandError(`${url.origin} does not answer: ${cause instanceof Error ? cause.message : message}.`);
  }
}

async function bodyOf(reply: Response, url: URL): Promise<Page> {
  const text = await reply.text();
  if (!reply.ok) throw new CommandError(`${url} answered ${reply.status}: ${text.slice(0, 500)}`);
  try {
    return text === '' ? {} : (JSON.parse(text) as Page);
  } catch {
    throw new CommandError(`${url} answered something that is not JSON.`);
  }
}

/** The token goes nowhere but to the API itself. */
function placeOf(reply: Response, base: string): URL {
  const location = reply.headers.get('location');
  if (location === null) throw new CommandError('It was begun, and the answer does not say where.');
  const url = new URL(location, base);
  if (url.origin !== new URL(base).origin) throw new CommandError(`It was begun at another origin: ${url}`);
  return url;
}

function waitMs(reply: Response): number {
  const seconds = Number(reply.headers.get('retry-after') ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? Math.min(seconds * 1000, 60_000) : POLL_MS;
}
