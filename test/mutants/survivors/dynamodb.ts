import { type Survivor, UNDEFINED } from './reasons.ts';

const DYNAMODB = 'lib/adapters/dynamodb';
const OF_OURS = 'Positions and keys are made here, and have all their parts: the rest of the line is for the types.';

export const OF_DYNAMODB: readonly Survivor[] = [
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
    file: `${DYNAMODB}/dynamo-catalog-store.ts`,
    ...{ original: 'expiresAtSeconds !== undefined', replacement: 'true' },
    why: 'What has no end is not before any moment: this half is for the types.',
  },
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
