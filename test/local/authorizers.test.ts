import type { JWK } from 'jose';
import type { FrontServer } from '../../local/front-server.ts';
import { startHttpApi } from '../../local/http-api.ts';
import { createIssuer } from '../../local/issuer.ts';
import { openCollections } from '../../local/persistent-collection.ts';
import { gatewayWorld } from './gateway-world.ts';

const world = gatewayWorld();

describe('the JWT authorizer', () => {
  it('lets a token with any one of the scopes pass, and tells the function its claims as text', async () => {
    const token = await world.issuer.issueToken({ scopes: ['customers:write', 'customers:read'], subject: 'alice' });
    expect((await world.withToken('/read', token)).status).toBe(204);
    expect(world.events[0]?.requestContext['authorizer']).toEqual({
      jwt: {
        claims: {
          iss: 'https://issuer.test',
          sub: 'alice',
          aud: 'concord',
          client_id: 'alice',
          scope: 'customers:write customers:read',
          iat: expect.stringMatching(/^\d+$/),
          exp: expect.stringMatching(/^\d+$/),
        },
        scopes: ['customers:write', 'customers:read'],
      },
    });
  });

  it('refuses a token without any of the scopes', async () => {
    const reply = await world.withToken('/read', await world.issuer.issueToken({ scopes: ['customers:write'] }));
    expect([reply.status, await reply.json()]).toEqual([403, { message: 'Forbidden' }]);
    expect((await world.withToken('/any-token', await world.issuer.issueToken({ scopes: [] }))).status).toBe(204);
  });

  it('refuses a request without a token', async () => {
    const reply = await world.get('/read');
    expect([reply.status, await reply.json()]).toEqual([401, { message: 'Unauthorized' }]);
    expect(reply.headers.get('www-authenticate')).toBe('Bearer');
  });

  const scopes = ['customers:read'];
  const unsigned = (token: string) => {
    const header = Buffer.from('{"alg":"none"}').toString('base64url');
    return `${header}.${token.split('.')[1]}.`;
  };
  it.each<[string, () => Promise<string>, string]>([
    ['expired', () => world.issuer.issueToken({ scopes, expiresInSeconds: -1 }), 'the token has expired'],
    ['foreign', () => world.issuer.issueToken({ scopes, issuer: 'https://other.test' }), 'unable to verify'],
    ['tampered', async () => `${(await world.issuer.issueToken({ scopes })).slice(0, -8)}AAAAAAAA`, 'unable to verify'],
    ['unsigned', async () => unsigned(await world.issuer.issueToken({ scopes })), 'unable to verify'],
    ['malformed', async () => 'abc', 'unable to verify'],
  ])('refuses a token that is %s', async (_, token, why) => {
    const reply = await world.withToken('/read', await token());
    expect([reply.status, await reply.json()]).toEqual([401, { message: 'Unauthorized' }]);
    expect(reply.headers.get('www-authenticate')).toContain(why);
    expect(world.events).toEqual([]);
  });
});

describe('the token issuer', () => {
  const collections = openCollections();
  const names = { issuer: 'https://issuer.test', store: collections.open<JWK>('issuer') };
  let restarted: FrontServer;

  beforeAll(async () => {
    const { keys } = await createIssuer({ ...names, audience: 'concord' });
    restarted = await startHttpApi({ ...world.options(), issuerKeys: keys });
  });

  afterAll(async () => {
    await restarted.close();
    collections.close();
  });

  async function statusWith(audience: string): Promise<[number, string | null]> {
    const token = await (await createIssuer({ ...names, audience })).issueToken({ scopes: [] });
    const reply = await fetch(`${restarted.url}/any-token`, { headers: { authorization: `Bearer ${token}` } });
    return [reply.status, reply.headers.get('www-authenticate')];
  }

  it('keeps its key, so that tokens outlive a restart', async () => {
    expect(await statusWith('concord')).toEqual([204, null]);
  });

  it('makes tokens for its audience only', async () => {
    expect(await statusWith('other')).toEqual([401, expect.stringContaining('valid audience')]);
  });
});

describe('IAM authorization', () => {
  it('lets only a request pass that is signed in form', async () => {
    const refused = await world.get('/iam');
    expect([refused.status, await refused.json()]).toEqual([403, { message: 'Forbidden' }]);
    const token = await world.issuer.issueToken({ scopes: ['customers:read'] });
    expect((await world.withToken('/iam', token)).status).toBe(403);
    const credential = 'Credential=AKIDEXAMPLE/20261123/us-east-1/execute-api/aws4_request';
    const authorization = `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=host;x-amz-date, Signature=${'a'.repeat(64)}`;
    expect((await world.get('/iam', { authorization })).status).toBe(204);
    expect(world.events[0]?.requestContext['authorizer']).toMatchObject({ iam: { accessKey: 'AKIDEXAMPLE' } });
  });
});
