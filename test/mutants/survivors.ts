import { readFileSync } from 'node:fs';
import type { Mutant } from './sources.ts';
import { OF_USE_CASES } from './survivors-of-use-cases.ts';

/** `original` is the text that is changed, or one that holds it; without a `replacement`, whatever it is changed to. */
export type Survivor = {
  readonly file: string;
  readonly original: string;
  readonly replacement?: string;
  readonly why: string;
};

const DYNAMODB = 'lib/adapters/dynamodb';
const UNDEFINED = 'A field that is undefined is none: the SDK leaves it out, and so does whoever compares records.';
const OF_OURS = 'Positions and keys are made here, and have all their parts: the rest of the line is for the types.';

/** Mutants that no test can tell from the source, or need not, and why. */
export const SURVIVORS: readonly Survivor[] = [
  ...OF_USE_CASES,
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
  ...[
    'start !== undefined && { ExclusiveStartKey: start }',
    'start !== undefined',
    'retryAt !== undefined && { retryAt }',
    'retryAt !== undefined',
  ].map((original) => ({ file: `${DYNAMODB}/apart.ts`, original, replacement: 'true', why: UNDEFINED })),
  ...['isTombstone === true && { isTombstone }', 'isTombstone === true'].map((original) => ({
    file: `${DYNAMODB}/apart.ts`,
    ...{ original, replacement: 'true' },
    why: 'It is true or not there, never false.',
  })),
  ...["key.type !== 'sync'", `throw new Error(\`\${item.sk} is not how a customer stands with an integration.\`);`].map(
    (original) => ({
      file: `${DYNAMODB}/apart.ts`,
      original,
      why: 'Only sync records are written into this index: it tells whoever breaks that, before anything is done.',
    }),
  ),
  ...['at < distinct.length', 'Keys.length > 0'].map((original) => ({
    file: `${DYNAMODB}/dynamo-catalog-store.ts`,
    original,
    why: 'Either keeps an empty batch, which DynamoDB refuses, from being sent: alone neither is missed.',
  })),
  {
    file: `${DYNAMODB}/dynamo-catalog-store.ts`,
    original: '[]',
    why: 'What DynamoDB leaves out of its answer is no item of a name that anybody asked for.',
  },
  ...['from !== undefined && this.#shardOfCustomer(from) === shard', 'from !== undefined'].map((original) => ({
    file: `${DYNAMODB}/dynamo-catalog-store.ts`,
    ...{ original, replacement: 'true' },
    why: 'Without a position there is none to start from, whichever shard it would be of; and a walk begins in its shard.',
  })),
  {
    file: `${DYNAMODB}/dynamo-lease-store.ts`,
    original: 'race < RACES',
    why: 'How often is often enough is no promise.',
  },
  {
    file: `${DYNAMODB}/history.ts`,
    original: "'0'",
    why: 'DynamoDB refuses an empty key, and would say so at once; the embedded one takes it.',
  },
  ...["''"].flatMap((original) => [
    { file: `${DYNAMODB}/history.ts`, original, why: OF_OURS },
    { file: `${DYNAMODB}/keys.ts`, original, why: OF_OURS },
  ]),
  {
    file: `${DYNAMODB}/history.ts`,
    original: '[]',
    why: 'An answer without items: the SDK always has some, if none.',
  },
  ...['last !== undefined && Items.length > limit', 'last !== undefined'].map((original) => ({
    file: `${DYNAMODB}/history.ts`,
    ...{ original, replacement: 'true' },
    why: 'More than the limit is more than none: the one asks what the other says.',
  })),
  ...['start !== undefined && { ExclusiveStartKey: start }', 'start !== undefined'].map((original) => ({
    file: `${DYNAMODB}/history.ts`,
    ...{ original, replacement: 'true' },
    why: UNDEFINED,
  })),
  ...['shard < SHARDS && last !== undefined', 'shard < SHARDS', 'last !== undefined'].map((original) => ({
    file: `${DYNAMODB}/history.ts`,
    original,
    why: 'A page may say that there is more and the next one be empty. Where nothing was looked at, there is no position.',
  })),
  {
    file: `${DYNAMODB}/history.ts`,
    original: "key.type === 'operation'",
    replacement: 'true',
    why: 'What is no operation has no operation id.',
  },
  ...["kind === 'CUSTOMER' && sk === 'CUSTOMER'", "kind === 'CUSTOMER' && part === 'SYNC'", "kind === 'CUSTOMER'"].map(
    (original) => ({
      file: `${DYNAMODB}/keys.ts`,
      ...{ original, replacement: 'true' },
      why: 'No other partition has a part of this name: either half says what both do.',
    }),
  ),
  {
    file: `${DYNAMODB}/keys.ts`,
    original: "kind === 'CUSTOMER' && part === 'AUDIT'",
    why: 'No other partition has a part of this name: either half says what both do.',
  },
  {
    file: `${DYNAMODB}/transaction.ts`,
    original: 'true',
    why: 'One that is still going on has refused nothing, so it is sent again whether or not it is said to have met others.',
  },
  {
    file: `${DYNAMODB}/transaction.ts`,
    original: '[]',
    why: 'A word is no reason that anybody asks for.',
  },
];

/** `...(value !== undefined && { field: value })`, which always gives the field. */
const OPTIONAL_FIELD = /^([\w.]+) !== undefined && \{ (?:\w+: )?([\w.]+) \}$/;

function isOptionalField({ file, line, original, replacement }: Mutant): boolean {
  if (replacement !== 'true') return false;
  const [, asked, given] = OPTIONAL_FIELD.exec(original) ?? [];
  if (asked !== undefined) return asked === given;
  const [asks, value] = /^([\w.]+) !== undefined$/.exec(original) ?? [];
  const text = readFileSync(file, 'utf8').split('\n')[line - 1] ?? '';
  return asks !== undefined && new RegExp(`\\(${asks} && \\{ (\\w+: )?${value} \\}\\)`).test(text);
}

/** Why nobody notices this mutant, if it is known. */
export function whyNobodyNotices(mutant: Mutant): string | undefined {
  const { file, original, replacement } = mutant;
  const known = SURVIVORS.find(
    (each) => each.file === file && each.original === original && (each.replacement ?? replacement) === replacement,
  );
  return known?.why ?? (isOptionalField(mutant) ? UNDEFINED : undefined);
}
