import { KEY_LIFETIME_SECONDS, parseIdempotencyKey } from '#domain/idempotency-key.ts';

const LONGEST = 'k'.repeat(255);

describe('an idempotency key', () => {
  it.each([
    ['a', 'a'],
    ['0b1e-47 ~!', '0b1e-47 ~!'],
    ['  a  ', 'a'],
    [LONGEST, LONGEST],
    ['"a"', 'a'],
    [' "a" ', 'a'],
    [`"${LONGEST}"`, LONGEST],
    [String.raw`"a\\b"`, String.raw`a\b`],
    [String.raw`"\\\\"`, String.raw`\\`],
    // Bare, a backslash is a character like others.
    [String.raw`a\b`, String.raw`a\b`],
  ])('in the header %p is %p', (header, key) => {
    expect(parseIdempotencyKey(header)).toBe(key);
  });

  it.each([
    '',
    '   ',
    '""',
    `${LONGEST}k`,
    `"${LONGEST}k"`,
    'a,b',
    '"a", "b"',
    'a"b',
    '"a',
    'a"',
    'x"a"',
    '"a"x',
    String.raw`"a\"b"`,
    String.raw`"a\b"`,
    String.raw`"a\"`,
    String.raw`"\a"`,
    'a\u0007',
    '\u0007a',
    'käse',
    'a\u007f',
  ])('is refused in the header %p', (header) => {
    expect(() => parseIdempotencyKey(header)).toThrow(
      expect.objectContaining({ problem: expect.objectContaining({ type: 'idempotency-key-malformed' }) }),
    );
  });

  it('is kept for a day', () => {
    expect(KEY_LIFETIME_SECONDS).toBe(86_400);
  });
});
