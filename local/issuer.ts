import { randomUUID } from 'node:crypto';
import {
  type CryptoKey,
  createLocalJWKSet,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
  type JWTVerifyGetKey,
  SignJWT,
} from 'jose';
import type { Collection } from './persistent-collection.ts';

export type TokenRequest = {
  readonly scopes: readonly string[];
  readonly subject?: string;
  /** Another issuer's name gives a token that names it and is signed with another key. */
  readonly issuer?: string;
  /** 24 h unless given. A negative one gives a token that has expired. */
  readonly expiresInSeconds?: number;
};

export type Issuer = {
  readonly issuer: string;
  readonly audience: string;
  /** The public keys, as its JWKS document would give them. */
  readonly keys: JWTVerifyGetKey;
  issueToken(request: TokenRequest): Promise<string>;
};

const algorithm = 'RS256';
const dayInSeconds = 86_400;
const keyName = 'issuer-key';

/**
 * The token issuer of a local run, in the place of the one that a deployment is configured with. Its tokens follow
 * real time, not the clock that tests advance.
 */
export async function createIssuer(options: {
  readonly issuer: string;
  readonly audience: string;
  /** Where the key is kept, so that tokens outlive a restart of the runner. */
  readonly store?: Collection<JWK>;
}): Promise<Issuer> {
  const own = await loadKey(options.store);
  let foreign: Promise<JWK> | undefined;

  return {
    issuer: options.issuer,
    audience: options.audience,
    keys: createLocalJWKSet({ keys: [publicPart(own)] }),
    async issueToken({ scopes, subject = 'local-user', issuer = options.issuer, expiresInSeconds = dayInSeconds }) {
      if (issuer !== options.issuer) foreign ??= createKey();
      const key = issuer === options.issuer ? own : await foreign;
      const issuedAt = Math.floor(Date.now() / 1000 + Math.min(expiresInSeconds - 1, 0));
      return new SignJWT({ client_id: subject, scope: scopes.join(' ') })
        .setProtectedHeader({ alg: algorithm, typ: 'JWT', kid: String(key?.kid) })
        .setIssuer(issuer)
        .setSubject(subject)
        .setAudience(options.audience)
        .setIssuedAt(issuedAt)
        .setExpirationTime(Math.floor(Date.now() / 1000 + expiresInSeconds))
        .sign((await importJWK(key ?? own, algorithm)) as CryptoKey);
    },
  };
}

async function loadKey(store: Collection<JWK> | undefined): Promise<JWK> {
  const kept = store?.get(keyName);
  if (kept) return kept;
  const key = await createKey();
  store?.set(keyName, key);
  return key;
}

async function createKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair(algorithm, { modulusLength: 2048, extractable: true });
  return { ...(await exportJWK(privateKey)), kid: randomUUID(), alg: algorithm, use: 'sig' };
}

function publicPart({ kty, n, e, kid, alg, use }: JWK): JWK {
  return { kty, n, e, kid, alg, use } as JWK;
}
