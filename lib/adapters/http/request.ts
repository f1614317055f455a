import { createHash } from 'node:crypto';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { parseIdempotencyKey, type RequestIdentity } from '#domain/idempotency-key.ts';
import { invalid, ProblemError } from '#domain/problem.ts';
import type { Caller } from '#ports/action-log.ts';

/** Bodies over 64 KiB are refused unread. */
const BODY_MAX_BYTES = 64 * 1024;

/** What API Gateway's authorizers tell of the caller: a token's claims, or an IAM identity. */
type Authorizer = {
  readonly jwt?: { readonly claims: Readonly<Record<string, unknown>> };
  readonly iam?: { readonly userArn: string };
};

/**
 * Reads a JSON body.
 * @throws ProblemError `payload-too-large`, `unsupported-media-type`, or `validation` when it is not JSON.
 */
export function readJson(event: APIGatewayProxyEventV2): unknown {
  const body = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8');
  if (body.byteLength > BODY_MAX_BYTES) {
    throw new ProblemError({ type: 'payload-too-large', detail: 'The body is larger than 64 KiB.' });
  }
  if (!/^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(event.headers['content-type'] ?? '')) {
    throw new ProblemError({ type: 'unsupported-media-type', detail: 'The body must be application/json.' });
  }
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw invalid([{ pointer: '', message: 'is not JSON' }]);
  }
}

/** What the caller waits for: with integrity protection, until both sides agree, unless it prefers not to wait. */
export type Mode = { readonly isProtected: boolean; readonly respondAsync: boolean };

/** @throws ProblemError `validation` for anything but `true` or `false`, in any letter case. */
export function readMode({ headers }: APIGatewayProxyEventV2): Mode {
  const protection = headers['x-use-integrity-protection']?.trim().toLowerCase() ?? 'false';
  if (protection !== 'true' && protection !== 'false') {
    throw invalid([{ pointer: 'X-Use-Integrity-Protection', message: 'must be true or false' }]);
  }
  const preferences = (headers['prefer'] ?? '').split(',').map((preference) => preference.trim().toLowerCase());
  return { isProtected: protection === 'true', respondAsync: preferences.includes('respond-async') };
}

/**
 * The versions that If-Match names (RFC 9110 section 13.1.1): strong validators as our ETags are, or any.
 * @throws ProblemError `validation` for what is no list of entity tags.
 */
export function readIfMatch({ headers }: APIGatewayProxyEventV2): readonly number[] | 'any' | undefined {
  const header = headers['if-match']?.trim();
  if (header === undefined) return undefined;
  if (header === '*') return 'any';
  const tags = header.split(',').map((tag) => tag.trim());
  if (!tags.every((tag) => /^(?:W\/)?"[\x21\x23-\x7e]*"$/.test(tag))) {
    throw invalid([{ pointer: 'If-Match', message: 'must be * or a list of entity tags' }]);
  }
  // Weak tags never match, and neither do tags that are no version of ours.
  return tags.flatMap((tag) => (/^"\d{1,15}"$/.test(tag) ? [Number(tag.slice(1, -1))] : []));
}

/**
 * What identifies the request across its repeats, if it has an Idempotency-Key. `payload` is what was parsed, so that
 * neither white space nor the order of fields makes it another request.
 * @throws ProblemError `idempotency-key-malformed`
 */
export function readIdentity(
  event: APIGatewayProxyEventV2,
  route: string,
  payload: unknown,
): RequestIdentity | undefined {
  const header = event.headers['idempotency-key'];
  if (header === undefined) return undefined;
  return {
    scope: JSON.stringify([callerOf(event), route]),
    key: parseIdempotencyKey(header),
    requestId: event.requestContext.requestId,
    fingerprint: createHash('sha256').update(JSON.stringify(payload)).digest('hex'),
  };
}

/** Token issuer and subject (else client), or the IAM role or user without its session. */
export function readCaller(event: APIGatewayProxyEventV2): Caller {
  const context = event.requestContext as typeof event.requestContext & { readonly authorizer?: Authorizer };
  const claims = context.authorizer?.jwt?.claims;
  if (claims !== undefined) {
    return { issuer: String(claims['iss']), subject: String(claims['sub'] ?? claims['client_id']) };
  }
  const subject = (context.authorizer?.iam?.userArn ?? 'nobody').replace(/(:assumed-role\/[^/]+)\/.*$/, '$1');
  return { issuer: null, subject };
}

/** The caller as one text: what keys are kept apart by. */
export function callerOf(event: APIGatewayProxyEventV2): string {
  const { issuer, subject } = readCaller(event);
  return issuer === null ? subject : JSON.stringify([issuer, subject]);
}
