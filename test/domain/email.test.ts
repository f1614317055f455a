import { EMAIL_MAX_LENGTH, isEmail, normalizeEmail } from '#domain/email.ts';

const ofLength = (length: number) => `${'a'.repeat(length - '@example.com'.length)}@example.com`;

describe('an email', () => {
  it.each([
    'a@b.co',
    'a.b+tag@sub.example.com',
    'jürgen@exämple.de',
    '李@例子.公司',
    "o'neil@example.com",
    ofLength(512),
  ])('may be %p', (text) => {
    expect(isEmail(text)).toBe(true);
  });

  it.each([
    ...['', 'a', '@b.co', 'a@', 'a@b', 'a@b.', 'a@.co', 'a@b..co', '.a@b.co', 'a.@b.co', 'a..b@b.co', 'a@b@c.de'],
    ...['a b@c.de', ' a@b.co', 'a@b.co ', 'a@b.co\n', 'a,b@c.de', 'a@b.co,c@d.ef', '<a@b.co>', '"a"@b.co', 'a@[1.2]'],
    ...['a\u0000@b.co', 'a\u200d@b.co', 'a\ud800@b.co', ofLength(EMAIL_MAX_LENGTH + 1)],
  ])('is not %p', (text) => {
    expect(isEmail(text)).toBe(false);
  });

  it.each([
    ['JANE@Example.COM', 'jane@example.com'],
    [' jane@example.com ', 'jane@example.com'],
    ['u\u0308@example.com', '\u00fc@example.com'],
    // Only ASCII letters: what case means elsewhere depends on the language.
    ['\u00dc@example.com', '\u00dc@example.com'],
    ['jane.doe+a@example.com', 'jane.doe+a@example.com'],
  ])('%p is the same as %p', (one, other) => {
    expect(normalizeEmail(one)).toBe(other);
  });
});
