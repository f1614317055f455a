import type { IncomingMessage } from 'node:http';
import { errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { type HttpReply, jsonReply } from './http-reply.ts';

/** A caller that may go on, with what the event says about it; or the reply that turns it away. */
type Admission =
  | { readonly admitted: true; readonly authorizer?: unknown }
  | { readonly admitted: false; readonly reply: HttpReply };

/** Decides on a request before it reaches its function. */
export type Authorizer = (request: IncomingMessage) => Admission | Promise<Admission>;

export const openAuthorizer: Authorizer = () => ({ admitted: true });

export type JwtRules = {
  readonly issuer: string;
  readonly audience: readonly string[];
  /** The scopes of the route: a token with any one of them may pass. */
  readonly scopes: readonly string[];
  readonly keys: JWTVerifyGetKey;
};

/**
 * API Gateway's JWT authorizer: signature, issuer, audience, times and scopes.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
 */
export function jwtAuthorizer(rules: JwtRules): Authorizer {
  return async (request) => {
    const header = request.headers.authorization;
    if (!header) return unauthorized('Bearer');
    try {
      const claims = await verify(header.replace(/^bearer\s+/i, ''), rules);
      const scopes = scopesOf(claims);
      if (rules.scopes.length > 0 && !rules.scopes.some((scope) => scopes.includes(scope))) {
        return forbidden(rules.scopes);
      }
      const told = rules.scopes.length > 0 ? scopes : null;
      return { admitted: true, authorizer: { jwt: { claims: asTexts(claims), scopes: told } } };
    } catch (error) {
      return unauthorized(`Bearer scope="" error="invalid_token" error_description="${describe(error)}"`);
    }
  };
}

/** The audience is checked in `aud`, and in `client_id` only when there is no `aud`. */
async function verify(token: string, { issuer, audience, keys }: JwtRules): Promise<JWTPayload> {
  const { payload } = await jwtVerify(token, keys, { algorithms: ['RS256'], issuer, requiredClaims: ['exp'] });
  const named = payload.aud ?? payload['client_id'];
  const audiences = Array.isArray(named) ? named : [named];
  if (!audience.some((name) => audiences.includes(name))) throw new Error('the token does not have a valid audience');
  if (payload.iat !== undefined && payload.iat > Date.now() / 1000) throw new Error('the token is not yet valid');
  return payload;
}

function scopesOf(claims: JWTPayload): readonly string[] {
  const scope = claims['scope'] ?? claims['scp'];
  if (Array.isArray(scope)) return scope.map(String);
  return typeof scope === 'string' ? scope.split(' ').filter(Boolean) : [];
}

/** The event carries every claim as text, a list in brackets. */
function asTexts(claims: JWTPayload): Record<string, string> {
  return Object.fromEntries(
    Object.entries(claims).map(([name, value]) => [
      name,
      Array.isArray(value) ? `[${value.join(' ')}]` : typeof value === 'object' ? JSON.stringify(value) : String(value),
    ]),
  );
}

function describe(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'the token has expired';
  if (error instanceof errors.JWTClaimValidationFailed) return `the token does not have a valid ${error.claim}`;
  if (error instanceof errors.JOSEError) return 'unable to verify the signature of the token';
  return error instanceof Error ? error.message : 'invalid token';
}

function unauthorized(challenge: string): Admission {
  return { admitted: false, reply: jsonReply(401, { message: 'Unauthorized' }, { 'www-authenticate': challenge }) };
}

function forbidden(scopes: readonly string[]): Admission {
  const challenge = `Bearer scope="${scopes.join(' ')}" error="insufficient_scope"`;
  return { admitted: false, reply: jsonReply(403, { message: 'Forbidden' }, { 'www-authenticate': challenge }) };
}

const signature = /^AWS4-HMAC-SHA256 Credential=([^/,\s]+)\/[^,\s]+, ?SignedHeaders=[^,\s]+, ?Signature=[0-9a-f]{64}$/;

/**
 * IAM authorization, as far as one machine can go: there are no IAM users here to check a signature against, so any
 * request that is signed in form (SigV4) passes, as the identity of its access key. Unsigned ones are refused.
 */
export const iamAuthorizer: Authorizer = (request) => {
  const [, accessKey] = signature.exec(request.headers.authorization ?? '') ?? [];
  if (!accessKey) return { admitted: false, reply: jsonReply(403, { message: 'Forbidden' }) };
  const userArn = `arn:aws:iam::000000000000:user/${accessKey}`;
  const identity = { accessKey, accountId: '000000000000', callerId: accessKey, userArn, userId: accessKey };
  return { admitted: true, authorizer: { iam: { ...identity, cognitoIdentity: null, principalOrgId: null } } };
};
