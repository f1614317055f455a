import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import fc from 'fast-check';
import { type List, nextCursor, readCursor } from '#adapters/http/cursor.ts';
import { problemReply } from '#adapters/http/render.ts';
import { readIdentity, readIfMatch, readJson, readMode } from '#adapters/http/request.ts';
import * as schemas from '#adapters/http/schemas.ts';
import { isEmail, normalizeEmail } from '#domain/email.ts';
import { parseIdempotencyKey } from '#domain/idempotency-key.ts';
import { ProblemError, type ProblemType } from '#domain/problem.ts';
import { always, anyJson, anyText, nearly, nearlyObject } from './fuzz.ts';

/** What a parser answers, or what it refuses with. Whatever else it throws fails the test. */
function judged<Parsed>(parse: () => Parsed): { readonly parsed: Parsed } | { readonly refused: ProblemType } {
  try {
    return { parsed: parse() };
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    // It can be told, whatever it quotes.
    JSON.parse(problemReply(error.problem, 'request').body);
    return { refused: error.problem.type };
  }
}

const eventOf = (request: Partial<APIGatewayProxyEventV2>) =>
  ({ headers: {}, requestContext: { requestId: 'r' }, ...request }) as APIGatewayProxyEventV2;
const withHeader = (name: string, value: string) => eventOf({ headers: { [name]: value } });

const contentTypes = fc.constantFrom(
  'application/json',
  'application/json; charset=utf-8',
  'application/merge-patch+json',
);
const keys = fc
  .string({ minLength: 1, maxLength: 255 })
  .filter((key) => key === key.trim() && key !== '' && !/[,"]/.test(key));
const emails = fc.oneof(fc.emailAddress(), fc.constantFrom('ÄNNE@exämple.org', 'a+b.c@sub.example.com'));
const customers = fc.record({ name: fc.string({ minLength: 1, maxLength: 300 }), email: nearly(emails) });

describe('the body of a request', () => {
  it('is read as it was sent, as text or in base64', async () => {
    await always([anyJson, contentTypes, fc.boolean()], (value, contentType, isBase64Encoded) => {
      const text = JSON.stringify(value);
      const body = isBase64Encoded ? Buffer.from(text).toString('base64') : text;
      const request = eventOf({ headers: { 'content-type': contentType }, body, isBase64Encoded });
      expect(judged(() => readJson(request))).toEqual({ parsed: JSON.parse(text) });
    });
  });

  it('is refused as what it is, whatever else it may be', async () => {
    const bodies = fc.oneof(anyText, nearly(anyJson.map((value) => JSON.stringify(value))), fc.constant(undefined));
    await always([bodies, nearly(contentTypes), fc.boolean()], (body, contentType, isBase64Encoded) => {
      const request = eventOf({
        headers: { 'content-type': contentType },
        isBase64Encoded,
        ...(body !== undefined && { body }),
      });
      const told = judged(() => readJson(request));
      if ('refused' in told) expect(['validation', 'unsupported-media-type']).toContain(told.refused);
    });
  });

  it('is a customer that is the same when read again, or is not valid', async () => {
    await always([fc.oneof(customers, nearlyObject(customers), anyJson)], (body) => {
      const told = judged(() => schemas.parseWith(schemas.newCustomerSchema, body));
      if ('refused' in told) return expect(told.refused).toBe('validation');
      const { name, email } = told.parsed;
      expect(schemas.parseWith(schemas.newCustomerSchema, told.parsed)).toEqual({ name, email });
      expect([name.isWellFormed(), isEmail(email), isEmail(normalizeEmail(email))]).toEqual([true, true, true]);
      expect(normalizeEmail(normalizeEmail(email))).toBe(normalizeEmail(email));
    });
  });

  it('is of any other kind, or is not valid', async () => {
    const fix = { dry_run: true, kinds: ['name-drift'], customer_ids: ['c-1'] };
    const bodies = fc.constantFrom<object>({ name: 'Jane' }, { external_id: 'cus_1' }, { keep: 'catalog' }, fix);
    const { customerChangeSchema, linkSchema, resolveConflictSchema, fixSchema } = schemas;
    const all = [customerChangeSchema, linkSchema, resolveConflictSchema, fixSchema(['name-drift'])];
    await always([fc.oneof(nearlyObject(bodies), anyJson)], (body) => {
      for (const schema of all) {
        const told = judged(() => schemas.parseWith(schema, body));
        if ('refused' in told) expect(told.refused).toBe('validation');
      }
    });
  });
});

describe('the query of a request', () => {
  const values = fc.oneof(nearly(fc.constantFrom('1', '100', 'true', 'stripe', 'synced', 'running', 'c-1')), anyText);
  const names = fc.oneof(
    fc.constantFrom('limit', 'cursor', 'email', 'sync_status', 'status', 'customer_id', 'integration_name', 'dry_run'),
    anyText,
  );

  it('is what each route takes, or is not valid', async () => {
    const queries = Object.entries(schemas).flatMap(([name, schema]) =>
      /^(list|validate|delete|cleanup|integration)\w*Schema$/.test(name) && typeof schema === 'object' ? [schema] : [],
    );
    expect(queries).toHaveLength(8);
    await always([fc.dictionary(names, values, { maxKeys: 4 })], (query) => {
      for (const schema of queries) {
        const told = judged(() => schemas.parseWith(schema, query));
        if ('refused' in told) expect(told.refused).toBe('validation');
        else if ('limit' in told.parsed) expect(told.parsed.limit).toBe(Number(query['limit'] ?? 25));
      }
    });
  });

  const positions = {
    id: fc.stringMatching(/^[\w-]{1,64}$/),
    page: fc.nat(999_999_999).map(String),
    digest: fc.stringMatching(/^[0-9a-f]{64}$/),
    time: fc
      .date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true })
      .map((at) => `${at.toISOString()} c-1`),
  };
  const cursors = fc
    .constantFrom<keyof typeof positions>('id', 'page', 'digest', 'time')
    .chain((position) => positions[position].map((at) => ({ list: { name: `of ${position}`, position } as List, at })));

  it('has the cursor that the page before it gave, of this list and no other', async () => {
    await always([cursors, nearly(fc.constant('customers'))], ({ list, at }, otherName) => {
      const cursor = nextCursor(list, at) ?? '';
      expect(readCursor(list, cursor)).toBe(at);
      const other = { ...list, name: otherName };
      if (!otherName.includes('\n')) expect(judged(() => readCursor(other, cursor))).toEqual({ refused: 'validation' });
    });
  });

  it('has no cursor that we would not give', async () => {
    await always([cursors, anyText], ({ list, at }, text) => {
      const cursor = nextCursor(list, at) ?? '';
      for (const given of [
        text,
        cursor + text,
        text + cursor,
        cursor.slice(0, -1),
        Buffer.from(text).toString('base64url'),
      ]) {
        const told = judged(() => readCursor(list, given));
        // One that is a place in this list is what we would give for that place, to the letter.
        if ('refused' in told) expect(told.refused).toBe('validation');
        else expect(nextCursor(list, told.parsed)).toBe(given);
      }
    });
  });
});

describe('the headers of a request', () => {
  it('have an idempotency key, bare or quoted the same one', async () => {
    await always([keys], (key) => {
      expect(parseIdempotencyKey(key)).toBe(key);
      expect(parseIdempotencyKey(` "${key.replaceAll('\\', '\\\\')}" `)).toBe(key);
      expect(judged(() => parseIdempotencyKey(`${key}, ${key}`))).toEqual({ refused: 'idempotency-key-malformed' });
    });
  });

  it('have a key of 1 to 255 printable characters, or a malformed one', async () => {
    await always([fc.oneof(nearly(keys), nearly(keys.map((key) => `"${key}"`)), anyText)], (header) => {
      const told = judged(() => readIdentity(withHeader('idempotency-key', header), 'POST /customers', {}));
      if ('refused' in told) expect(told.refused).toBe('idempotency-key-malformed');
      else expect(told.parsed?.key).toMatch(/^[\x20\x21\x23-\x2b\x2d-\x7e]{1,255}$/);
    });
  });

  it('match the versions that they name, or are not valid', async () => {
    const versions = fc.array(fc.nat(), { minLength: 1, maxLength: 4 });
    await always([versions, nearly(versions.map(listed)), anyText], (named, header, text) => {
      expect(readIfMatch(withHeader('if-match', listed(named)))).toEqual(named);
      for (const asked of [header, text]) {
        const told = judged(() => readIfMatch(withHeader('if-match', asked)));
        if ('refused' in told) expect(told.refused).toBe('validation');
        else if (Array.isArray(told.parsed)) expect(told.parsed.every(Number.isSafeInteger)).toBe(true);
        else expect([asked.trim(), told.parsed]).toEqual(['*', 'any']);
      }
    });
  });

  it('ask for integrity protection, or not, or are not valid', async () => {
    await always(
      [nearly(fc.constantFrom('true', 'false', 'TRUE')), nearly(fc.constant('respond-async, wait=1'))],
      (mode, prefer) => {
        const told = judged(() => readMode(eventOf({ headers: { 'x-use-integrity-protection': mode, prefer } })));
        const asked = mode.trim().toLowerCase();
        if ('refused' in told) expect([told.refused, /^(true|false)$/.test(asked)]).toEqual(['validation', false]);
        else expect(told.parsed.isProtected).toBe(asked === 'true');
      },
    );
  });
});

function listed(versions: readonly number[]): string {
  return versions.map((version) => `"${version}"`).join(', ');
}
