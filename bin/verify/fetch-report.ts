import { setTimeout as sleep } from 'node:timers/promises';
import { NoReportError } from './options.ts';

export type Issue = {
  readonly kind: string;
  readonly severity: string;
  readonly customer_id?: string;
  readonly external_id?: string;
  readonly detail: string;
  readonly repair: { readonly action: string; readonly safe: boolean };
};

export type ConsistencyReport = {
  readonly validated_at: string;
  readonly consistent: boolean;
  readonly catalog_customers: number;
  readonly stripe_customers: number;
  readonly issue_count: number;
  readonly issues: readonly Issue[];
};

type Page = Partial<ConsistencyReport> & {
  readonly status?: string;
  readonly progress?: unknown;
  readonly next_cursor?: string | null;
};

type Asked = { readonly token: string; readonly timeoutMs: number; readonly onProgress: (progress: unknown) => void };

/** The API's own limit is 30 s. */
const REPLY_TIMEOUT_MS = 35_000;
const POLL_MS = 2_000;
const MOST_PAGES = 10_000;

/**
 * Asks for a comparison of both sides and answers its whole report. A large one is answered with 202 and a `Location`,
 * which is asked until it is done; further pages of issues are fetched.
 * @throws NoReportError
 */
export async function fetchReport(api: string, asked: Asked): Promise<ConsistencyReport> {
  const base = `${api.replace(/\/+$/, '')}/`;
  let url = new URL('customers/data-consistency/validate', base);
  const untilMs = Date.now() + asked.timeoutMs;
  let page: Page;
  for (;;) {
    const reply = await get(url, asked.token);
    page = await bodyOf(reply, url);
    if (reply.status === 202) url = placeOf(reply, base);
    else if (page.status !== 'running') break;
    if (Date.now() >= untilMs) throw new NoReportError(`The comparison goes on: ask ${url} later.`);
    asked.onProgress(page.progress);
    await sleep(waitMs(reply));
  }
  if (page.status === 'refused') throw new NoReportError(`The comparison was refused: ${JSON.stringify(page)}`);
  const issues = [...(page.issues ?? [])];
  let cursor = page.next_cursor;
  for (let pages = 1; cursor != null && pages < MOST_PAGES; pages += 1) {
    url.searchParams.set('cursor', cursor);
    const next = await bodyOf(await get(url, asked.token), url);
    issues.push(...(next.issues ?? []));
    cursor = next.next_cursor;
  }
  return assertReport({ ...page, issues }, url);
}

async function get(url: URL, token: string): Promise<Response> {
  const headers = { authorization: `Bearer ${token}`, accept: 'application/json' };
  try {
    return await fetch(url, { headers, signal: AbortSignal.timeout(REPLY_TIMEOUT_MS) });
  } catch (error) {
    const { cause, message } = error as Error;
    throw new NoReportError(`${url.origin} does not answer: ${cause instanceof Error ? cause.message : message}.`);
  }
}

async function bodyOf(reply: Response, url: URL): Promise<Page> {
  const text = await reply.text();
  if (!reply.ok) throw new NoReportError(`${url} answered ${reply.status}: ${text.slice(0, 500)}`);
  try {
    return text === '' ? {} : (JSON.parse(text) as Page);
  } catch {
    throw new NoReportError(`${url} answered something that is not JSON.`);
  }
}

/** The token goes nowhere but to the API itself. */
function placeOf(reply: Response, base: string): URL {
  const location = reply.headers.get('location');
  if (location === null) throw new NoReportError('The comparison was begun, and the answer does not say where.');
  const url = new URL(location, base);
  if (url.origin !== new URL(base).origin) throw new NoReportError(`The comparison is at another origin: ${url}`);
  return url;
}

function waitMs(reply: Response): number {
  const seconds = Number(reply.headers.get('retry-after') ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? Math.min(seconds * 1000, 60_000) : POLL_MS;
}

function assertReport({ status, progress, next_cursor, ...report }: Page, url: URL): ConsistencyReport {
  if (typeof report.consistent === 'boolean' && typeof report.issue_count === 'number')
    return report as ConsistencyReport;
  throw new NoReportError(`${url} answered something that is no report.`);
}
