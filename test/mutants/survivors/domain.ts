import type { Survivor } from './reasons.ts';

export const OF_DOMAIN: readonly Survivor[] = [
  {
    file: 'lib/domain/customer.ts',
    original: '{ name: null, email: null }',
    why: 'A value that is absent and one that is null are the same to whoever compares them, which is all that is done.',
  },
  {
    file: 'lib/domain/idempotency-key.ts',
    original: 'quoted?.[1]?.replaceAll',
    replacement: 'quoted?.[1].replaceAll',
    why: 'The group is part of every match: the question mark is for the types.',
  },
  {
    file: 'lib/domain/merge.ts',
    original: '[]',
    replacement: '["Stryker was here"]',
    why: 'A word is no field that anybody asks for.',
  },
  {
    file: 'lib/domain/merge.ts',
    original: "'apart'",
    why: 'It is the one verdict that nothing follows from: any word that nobody asks for would do.',
  },
];
