import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { buildSync } from 'esbuild';
import { consolePage, PAGE_FILES } from '#adapters/http/console-page.ts';
import { type Api, ApiProblem, createApi, urlOf } from '#console/api.ts';
import { CALLED, type Schemas } from '#console/called.ts';
import { customersAt, placeOf } from '#console/place.ts';
import { countsOf, ended } from '#console/runs.ts';
import { changesOf, timelineOf, titleOf } from '#console/timeline.ts';
import { buildPage } from '#infra/bundles.ts';
import { describedKeys } from '../stack/described.ts';

type Fix = Schemas['FixReport'];

const SIGN_IN = {
  ...{ issuer: 'https://issuer.example/', issuerUrl: 'https://issuer.example/' },
  ...{ audience: 'concord', clientId: 'console' },
};

describe('the files of the console', () => {
  const directory = mkdtempSync(join(tmpdir(), 'concord-page-'));
  let page: string;
  beforeAll(() => {
    page = directory;
    buildPage(page);
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  const get = (file: string | undefined, signIn: Parameters<typeof consolePage>[0] = SIGN_IN, headers = {}) =>
    consolePage(signIn, (name) => readFileSync(join(page, name), 'utf8'))({
      headers,
      ...(file !== undefined && { pathParameters: { file } }),
    } as unknown as APIGatewayProxyEventV2);

  it('are served, each with its type, and no other file is', () => {
    expect(readdirSync(page).sort()).toEqual(Object.keys(PAGE_FILES).sort());
    for (const [file, type] of Object.entries(PAGE_FILES)) {
      expect(get(file)).toMatchObject({ status: 200, headers: { 'content-type': type } });
    }
    expect(get(undefined).body).toBe(get('index.html').body);
    for (const file of ['index.mjs', '../index.mjs', 'constructor']) expect(get(file).status).toBe(404);
  });

  it('say how to sign in', () => {
    expect(JSON.parse(get('sign-in.json').body)).toEqual({
      ...{ issuer: 'https://issuer.example/', issuer_url: 'https://issuer.example/' },
      ...{ audience: 'concord', client_id: 'console' },
    });
    expect(JSON.parse(get('sign-in.json', { ...SIGN_IN, clientId: undefined }).body).client_id).toBeNull();
  });

  it('come under a policy that lets nothing in from elsewhere, whatever file it is', () => {
    const policies = [...Object.keys(PAGE_FILES), 'sign-in.json', 'none'].map(
      (file) => get(file).headers['content-security-policy'],
    );
    expect(new Set(policies)).toEqual(
      new Set([
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; " +
          "connect-src 'self' https://issuer.example; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; " +
          "require-trusted-types-for 'script'; trusted-types 'none'",
      ]),
    );
    // Nobody is asked but the API where the issuer does not sign in.
    const alone = get('index.html', { ...SIGN_IN, clientId: undefined }).headers['content-security-policy'];
    expect(alone).toContain("connect-src 'self';");
  });

  it('name no other host', () => {
    const hostsOf = (text: string) =>
      (text.match(/(?:https?:)?\/\/[\w.-]+\.\w+[\w/]*/g) ?? []).filter(
        (host) => !host.startsWith('http://www.w3.org/'),
      );
    for (const file of Object.keys(PAGE_FILES)) expect([file, hostsOf(get(file).body)]).toEqual([file, []]);
    expect(hostsOf('<script src="//cdn.example/x.js">')).toEqual(['//cdn.example/x']);
  });

  it('are legible, light and dark: every ink stands out from every ground (WCAG 2.2, 1.4.3)', () => {
    const colours = [...get('style.css').body.matchAll(/--(\w+):\s*light-dark\((#\w+),\s*(#\w+)\)/g)];
    const named = (at: number) => Object.fromEntries(colours.map((match) => [String(match[1]), String(match[at])]));
    expect(colours).toHaveLength(10);
    const inks = ['ink', 'quiet', 'link', 'good', 'bad', 'wait'];
    for (const colour of [named(2), named(3)]) {
      const pairs = [
        ...inks.flatMap((ink) => [
          [ink, 'ground'],
          [ink, 'raised'],
        ]),
        ['white', 'accent'],
      ];
      const weak = pairs.filter(
        ([ink = '', ground = '']) => contrast({ ...colour, white: '#ffffff' }[ink], colour[ground]) < 4.5,
      );
      expect(weak).toEqual([]);
    }
    expect(contrast('#777', '#ffffff')).toBeLessThan(4.5);
  });

  it('are made of the console’s own code and its one library', () => {
    const made = buildSync({
      ...{ entryPoints: ['lambdas/console/main.tsx'], bundle: true, write: false, metafile: true },
      ...{ jsx: 'automatic', jsxImportSource: 'preact' },
    });
    const inputs = Object.keys(made.metafile.inputs);
    expect(inputs.filter((file) => !/^(lambdas\/console|node_modules\/preact)\//.test(file))).toEqual([]);
  });

  it('are few and small, and sent once', () => {
    const sizes = Object.keys(PAGE_FILES).map((file) => statSync(join(page, file)).size);
    expect(sizes.reduce((sum, size) => sum + size, 0) / 1024).toBeLessThanOrEqual(60);
    const { etag } = get('main.js').headers;
    expect(get('main.js', SIGN_IN, { 'if-none-match': etag })).toMatchObject({ status: 304, body: '' });
    expect(get('style.css', SIGN_IN, { 'if-none-match': etag }).status).toBe(200);
  });
});

/** https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio */
function contrast(one = '', other = ''): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((first, second) => second - first);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: string): number {
  const digits = colour.length === 4 ? colour.replace(/\w/g, '$&$&') : colour;
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(digits.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

describe('the calls of the console', () => {
  it('are all described', () => {
    expect(CALLED.filter((route) => !describedKeys.includes(route))).toEqual([]);
  });

  it('carry the token in a header, never in an address', async () => {
    const sent: [string, RequestInit][] = [];
    const send = (async (url: string, init: RequestInit) => {
      sent.push([url, init]);
      return Response.json({ data: [], next_cursor: null });
    }) as unknown as typeof fetch;
    await createApi('a-token', () => {}, send).call('GET /customers/{id}/audit', {
      path: { id: 'a/b' },
      query: { limit: '5', cursor: undefined },
    });
    expect(sent).toEqual([
      [
        '/customers/a%2Fb/audit?limit=5',
        expect.objectContaining({ headers: { authorization: 'Bearer a-token' }, credentials: 'omit' }),
      ],
    ]);
  });

  it.each([
    [401, {}, 'Sign in again', 1],
    [403, { 'www-authenticate': 'Bearer scope="customers:admin" error="insufficient_scope"' }, 'customers:admin', 0],
    [409, {}, 'It is busy.', 0],
  ])('tell a person what %d means', async (status, headers, words, refused) => {
    let refusals = 0;
    const send = async () => Response.json({ detail: 'It is busy.', request_id: 'r1' }, { status, headers });
    const called = createApi('t', () => (refusals += 1), send as typeof fetch).call('GET /customers');
    await expect(called).rejects.toThrow(words);
    await expect(called).rejects.toBeInstanceOf(ApiProblem);
    expect(refusals).toBe(refused);
  });

  it('tell that nobody answers', async () => {
    const send = () => Promise.reject(new TypeError('fetch failed'));
    await expect(createApi('t', () => {}, send).call('GET /customers')).rejects.toThrow('could not be reached');
    expect(urlOf('/customers', {})).toBe('/customers');
  });
});

describe('what is too large for one answer', () => {
  const accepted = { run_id: 'run1', kind: 'fix', status: 'running' } as const;
  const apiOf = (runs: readonly object[]): Api => {
    const left = [...runs];
    return { call: async () => left.shift() as never };
  };

  it('is followed to its end', async () => {
    const words: string[] = [];
    const done = { status: 'done', fixed: [], skipped: [], failed: [], counts: { fixed: 900, skipped: 1, failed: 0 } };
    const told = await ended<Fix>(
      apiOf([{ status: 'running', progress: 0.4 }, done]),
      accepted,
      (w) => words.push(w),
      0,
    );
    expect([words, countsOf(told)]).toEqual([['40 % done'], done.counts]);
  });

  it('says why it was refused', async () => {
    const refused = { status: 'refused', progress: 0, reason: 'One side looks empty.' };
    await expect(ended<Fix>(apiOf([refused]), accepted, () => {})).rejects.toThrow('One side looks empty.');
  });

  it('is nothing that was answered at once', async () => {
    const answer = { dry_run: true, fixed: [], skipped: [], failed: [] };
    expect(countsOf(await ended<Fix>(apiOf([]), answer, () => {}))).toEqual({ fixed: 0, skipped: 0, failed: 0 });
  });
});

describe('places of the console', () => {
  it.each([
    ['', { is: 'overview' }],
    ['#/', { is: 'overview' }],
    ['#/drift', { is: 'drift' }],
    ['#/actions', { is: 'actions' }],
    ['#/customers', { is: 'customers', status: undefined, email: undefined }],
    [customersAt('failed', 'a+b@example.com'), { is: 'customers', status: 'failed', email: 'a+b@example.com' }],
    ['#/customers/a%2Fb', { is: 'customer', id: 'a/b' }],
    ['#/customers/%', { is: 'customer', id: '%' }],
    ['#/elsewhere', { is: 'nowhere' }],
  ])('%s', (hash, place) => {
    expect(placeOf(hash)).toEqual(place);
  });
});

describe('the timeline of a customer', () => {
  const at = (second: number) => `2026-11-02T09:30:0${second}.000Z`;
  const entry = (second: number, more = {}) => ({
    ...{ at: at(second), cause: 'api' as const, operation_id: null },
    ...{ before: { name: 'A', email: 'a@example.com' }, after: { name: 'B', email: 'a@example.com' }, ...more },
  });
  const operation = {
    ...{ id: 'o1', kind: 'update' as const, customer_id: 'c1', status: 'succeeded' as const, steps: [] },
    ...{ created_at: at(2), updated_at: at(3) },
  };

  it('is of changes and operations, newest first', () => {
    expect(timelineOf([entry(3), entry(1)], [operation]).map(({ is, at }) => [is, at])).toEqual([
      ...[
        ['change', at(3)],
        ['operation', at(2)],
        ['change', at(1)],
      ],
    ]);
  });

  it('tells what changed, and by whom', () => {
    expect(changesOf(entry(1))).toEqual([{ field: 'name', from: 'A', to: 'B' }]);
    expect(titleOf(entry(1))).toBe('Changed by the API');
    expect(titleOf(entry(1, { before: null, cause: 'webhook' }))).toBe('Created from Stripe');
    expect(titleOf(entry(1, { after: null, operation_id: 'o1' }))).toBe('Deleted by the API, protected');
  });
});
