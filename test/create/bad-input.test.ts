import { type Stack, startStack } from '../stack/stack.ts';
import { readWorld } from '../stack/world.ts';

const GOOD = { name: 'Good', email: 'good@example.com' };
const LONGEST_EMAIL = `${'a'.repeat(500)}@example.com`;

type Case = readonly [
  what: string,
  request: { body?: unknown; headers?: Record<string, string> },
  status: number,
  type: string,
  pointer?: string,
];

const CASES: readonly Case[] = [
  ['an empty name', { body: { ...GOOD, name: '  ' } }, 400, 'validation', '/name'],
  ['a name of 257 characters', { body: { ...GOOD, name: 'n'.repeat(257) } }, 400, 'validation', '/name'],
  ['a name with control characters', { body: { ...GOOD, name: 'a\u0000b' } }, 400, 'validation', '/name'],
  ['a name that is a number', { body: { ...GOOD, name: 7 } }, 400, 'validation', '/name'],
  ['no name', { body: { email: GOOD.email } }, 400, 'validation', '/name'],
  ['an email without a domain', { body: { ...GOOD, email: 'good@' } }, 400, 'validation', '/email'],
  ['an email with white space inside', { body: { ...GOOD, email: 'go od@example.com' } }, 400, 'validation', '/email'],
  ['an email of 513 characters', { body: { ...GOOD, email: `a${LONGEST_EMAIL}` } }, 400, 'validation', '/email'],
  ['an email with half a character', { body: { ...GOOD, email: '\ud800a@example.com' } }, 400, 'validation', '/email'],
  ['null as email', { body: { ...GOOD, email: null } }, 400, 'validation', '/email'],
  ['an unknown field', { body: { ...GOOD, 'a/b': 1 } }, 400, 'validation', '/a~1b'],
  ['an array', { body: [GOOD] }, 400, 'validation', ''],
  ['half a JSON text', { body: '{"name": "Good"' }, 400, 'validation', ''],
  ['an empty body', { body: '' }, 400, 'validation', ''],
  ['another content type', { body: GOOD, headers: { 'content-type': 'text/plain' } }, 415, 'unsupported-media-type'],
  [
    'form fields',
    { body: 'name=a', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
    415,
    'unsupported-media-type',
  ],
  ['a body of 65 KiB', { body: { ...GOOD, name: 'n'.repeat(65 * 1024) } }, 413, 'payload-too-large'],
  [
    'a header that is neither true nor false',
    { body: GOOD, headers: { 'x-use-integrity-protection': 'yes' } },
    400,
    'validation',
  ],
  ['an empty key', { body: GOOD, headers: { 'idempotency-key': '""' } }, 400, 'idempotency-key-malformed'],
  [
    'a key of 256 characters',
    { body: GOOD, headers: { 'idempotency-key': 'k'.repeat(256) } },
    400,
    'idempotency-key-malformed',
  ],
  ['a key with a quote', { body: GOOD, headers: { 'idempotency-key': 'a"b' } }, 400, 'idempotency-key-malformed'],
  [
    'a key that is not ASCII',
    { body: GOOD, headers: { 'idempotency-key': 'k\u00e9y' } },
    400,
    'idempotency-key-malformed',
  ],
  ['two keys', { body: GOOD, headers: { 'idempotency-key': 'a, b' } }, 400, 'idempotency-key-malformed'],
];

describe('bad input', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack();
  });
  afterAll(() => stack.stop());

  it.each(CASES.map(([what, ...rest]) => ({ what, rest })))('refuses $what and touches nothing', async ({ rest }) => {
    const [request, status, type, pointer] = rest;
    for (const isProtected of ['false', 'TRUE']) {
      await stack.control$('DELETE', '/calls');
      const headers = { 'x-use-integrity-protection': isProtected, ...request.headers };
      const reply = await stack.call('POST', '/customers', { ...request, headers });
      expect([reply.status, reply.headers.get('content-type')]).toEqual([status, 'application/problem+json']);
      expect(String(reply.body['type']).split('/').at(-1)).toBe(type);
      expect(reply.body['request_id']).toEqual(expect.any(String));
      if (pointer !== undefined) {
        expect(reply.body['errors']).toContainEqual({ pointer, message: expect.any(String) });
      }
      expect(await stack.calls()).toEqual([]);
    }
  });

  it('refuses a header sent twice', async () => {
    const response = await fetch(`${stack.api}/customers`, {
      method: 'POST',
      body: JSON.stringify(GOOD),
      headers: [
        ['authorization', `Bearer ${stack.token}`],
        ['content-type', 'application/json'],
        ['idempotency-key', 'one'],
        ['idempotency-key', 'two'],
      ],
    });
    expect(response.status).toBe(400);
    expect((await readWorld(stack)).items).toEqual([]);
  });

  it.each(['limit=0', 'limit=101', 'limit=ten', 'cursor=%21', 'sync_status=fine', 'colour=red'])(
    'refuses the list query %s',
    async (query) => {
      const reply = await stack.call('GET', `/customers?${query}`);
      expect([reply.status, String(reply.body['type']).split('/').at(-1)]).toEqual([400, 'validation']);
    },
  );

  it('takes the longest name and email there may be, and a key in either form', async () => {
    const body = { name: '\u{1f600}'.repeat(256), email: LONGEST_EMAIL };
    const bare = await stack.call('POST', '/customers', { body, headers: { 'idempotency-key': 'k'.repeat(255) } });
    const quoted = await stack.call('POST', '/customers', {
      body,
      headers: { 'idempotency-key': `"${'k'.repeat(255)}"` },
    });
    expect([bare.status, quoted.status, quoted.text]).toEqual([201, 201, bare.text]);
    await stack.settle();
  });
});
