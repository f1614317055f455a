import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { jwtVerify } from 'jose';
import type * as CodeFlow from '#console/session/code-flow.ts';
import { beginCodeFlow, challengeOf, codeOf, discover, exchangeCode } from '#console/session/code-flow.ts';
import { createCodeFlow } from '#local/code-flow.ts';
import { createIssuer } from '#local/issuer.ts';
import { moduleWith } from '../simulation/planted.ts';

const API = 4000;
const redirectUri = `http://127.0.0.1:${API}/console`;

/** The console's own sign-in against the issuer of `npm start`. */
describe('signing in to the console', () => {
  let server: Server;
  let control: number;
  const issuer = createIssuer({ issuer: 'https://issuer.example/', audience: 'concord' });
  beforeAll(async () => {
    server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    control = (server.address() as AddressInfo).port;
    const flow = createCodeFlow(await issuer, { api: API, control });
    server.on('request', (request, response) => flow.serve(request, response));
  });
  afterAll(() => server.close());

  const signIn = () => ({
    ...{ issuer: 'https://issuer.example/', audience: 'concord', client_id: 'console' },
    issuer_url: `http://127.0.0.1:${control}/issuer/`,
  });

  /** Goes to the issuer as the browser does; answers where it sends the browser back to. */
  async function begun(at = redirectUri) {
    const discovered = await discover(signIn());
    const { pending, url } = await beginCodeFlow(discovered, signIn(), { redirectUri: at, returnTo: '#/drift' });
    const reply = await fetch(url, { redirect: 'manual' });
    return { discovered, pending, url, reply, back: new URL(reply.headers.get('location') ?? 'http://nowhere') };
  }

  it('ends with a token that the API takes, and nothing of it was in an address', async () => {
    const { discovered, pending, url, back } = await begun();
    expect(`${back.origin}${back.pathname}`).toBe(redirectUri);
    const code = codeOf(back.search, pending);
    const token = await exchangeCode(discovered, signIn(), { code, verifier: pending.verifier, redirectUri });
    const { payload } = await jwtVerify(token, (await issuer).keys, { audience: 'concord' });
    expect(payload).toMatchObject({ sub: 'local-user', scope: 'customers:read customers:write customers:admin' });
    for (const address of [url, back.href]) {
      expect(address).not.toContain(pending.verifier);
      expect(address).not.toContain(token);
    }
  });

  it('takes a code once, and with its verifier only', async () => {
    const first = await begun();
    const wrong = { code: codeOf(first.back.search, first.pending), verifier: 'another', redirectUri };
    await expect(exchangeCode(first.discovered, signIn(), wrong)).rejects.toThrow('does not take the code');
    const right = { ...wrong, verifier: first.pending.verifier };
    await expect(exchangeCode(first.discovered, signIn(), right)).rejects.toThrow('does not take the code');
  });

  it('hands a code to the console only', async () => {
    const { reply } = await begun('https://elsewhere.example/console');
    expect([reply.status, reply.headers.get('location')]).toEqual([400, null]);
    const asked = (origin: string) => fetch(`${signIn().issuer_url}token`, { method: 'POST', headers: { origin } });
    const allowed = async (origin: string) => (await asked(origin)).headers.get('access-control-allow-origin');
    expect(await allowed(`http://127.0.0.1:${API}`)).toBe(`http://127.0.0.1:${API}`);
    expect(await allowed('https://elsewhere.example')).toBeNull();
  });

  it('takes no answer that was not asked for here', () => {
    const pending = { state: 'ours', verifier: 'v', returnTo: '' };
    expect(codeOf('?code=c&state=ours', pending)).toBe('c');
    expect(() => codeOf('?code=c&state=theirs', pending)).toThrow('not begun here');
    expect(() => codeOf('?code=c&state=ours', undefined)).toThrow('not begun here');
    expect(() => codeOf('?error=access_denied&state=ours', pending)).toThrow('access_denied');
  });

  it('trusts the issuer that the stack trusts, and no other', async () => {
    await expect(discover({ ...signIn(), issuer: 'https://other.example/' })).rejects.toThrow('Another issuer');
    await expect(discover({ ...signIn(), issuer_url: 'http://127.0.0.1:1/' })).rejects.toThrow('does not answer');
  });

  it.each([
    [
      'the code of a sign-in that was not begun here',
      " || answer.get('state') !== pending.state",
      ({ codeOf: take }: typeof CodeFlow) =>
        take('?code=c&state=theirs', { state: 'ours', verifier: 'v', returnTo: '' }),
    ],
    [
      'another issuer',
      "if (found.issuer !== issuer) throw new Error('Another issuer answers.');",
      ({ discover: find }: typeof CodeFlow) => find({ ...signIn(), issuer: 'https://other.example/' }),
    ],
  ])('takes %s without its guard', async (_what, guard, take) => {
    const file = 'lambdas/console/session/code-flow.ts';
    const planted = await moduleWith<typeof CodeFlow>(file, [{ file, guard, without: '' }]);
    expect(await take(planted)).toBeDefined();
  });

  it('takes a code twice, and any verifier, without the issuer’s guards', async () => {
    const file = 'local/code-flow.ts';
    const guards = ['    grants.delete(code);\n', '      grant.challenge === challenge &&\n'];
    const bugs = guards.map((guard) => ({ file, guard, without: '' }));
    const planted = await moduleWith<typeof import('#local/code-flow.ts')>(file, bugs);
    const flow = planted.createCodeFlow(await issuer, { api: API, control });
    server.removeAllListeners('request');
    server.on('request', (request, response) => flow.serve(request, response));
    const { discovered, pending, back } = await begun();
    const wrong = { code: codeOf(back.search, pending), verifier: 'another', redirectUri };
    for (let times = 0; times < 2; times += 1) await exchangeCode(discovered, signIn(), wrong);
  });

  it('makes the challenge that RFC 7636 makes', async () => {
    expect(await challengeOf('dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk')).toBe(
      'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    );
    const verifier = 'a'.repeat(43);
    expect(await challengeOf(verifier)).toBe(createHash('sha256').update(verifier).digest('base64url'));
  });
});
