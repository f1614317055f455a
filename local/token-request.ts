import { ControlProblem } from './control-problem.ts';
import type { TokenRequest } from './issuer.ts';

const fields = ['scopes', 'subject', 'issuer', 'expires_in_seconds'];

/** Reads the body of `POST /tokens`. Throws `ControlProblem`. */
export function parseTokenRequest(body: unknown): TokenRequest {
  const given = typeof body === 'object' && body !== null ? new Map(Object.entries(body)) : new Map<string, unknown>();
  const unknownField = [...given.keys()].find((field) => !fields.includes(field));
  if (unknownField !== undefined)
    throw new ControlProblem(400, `A token has no ${unknownField}; it has ${fields.join(', ')}.`);
  const expires = given.get('expires_in_seconds');
  if (expires !== undefined && (typeof expires !== 'number' || !Number.isFinite(expires))) {
    throw new ControlProblem(400, 'expires_in_seconds is a number.');
  }
  return {
    scopes: parseScopes(given.get('scopes')),
    ...optionalText(given, 'subject'),
    ...optionalText(given, 'issuer'),
    ...(expires !== undefined && { expiresInSeconds: expires }),
  };
}

function parseScopes(value: unknown): readonly string[] {
  if (typeof value === 'string') return value.split(' ').filter(Boolean);
  if (Array.isArray(value) && value.every((scope) => typeof scope === 'string')) return value;
  throw new ControlProblem(400, 'scopes is a list, say ["customers:read", "customers:write"].');
}

function optionalText<Field extends string>(
  given: ReadonlyMap<string, unknown>,
  field: Field,
): { [Key in Field]?: string } {
  const value = given.get(field);
  if (value === undefined) return {};
  if (typeof value !== 'string' || value === '') throw new ControlProblem(400, `${field} is a text.`);
  return { [field]: value } as { [Key in Field]?: string };
}
