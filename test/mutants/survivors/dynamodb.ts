import { ANY_ENTRY, ANY_WORD, each, type Survivor, UNDEFINED } from './reasons.ts';

const DYNAMODB = 'lib/adapters/dynamodb';
const OF_OURS = 'Positions and keys are made here, and have all their parts: the rest of the line is for the types.';
const SORTED = 'Only sync records are written into this index: it tells whoever breaks that, before anything is done.';
const NO_EMPTY_BATCH = 'Either keeps an empty batch, which DynamoDB refuses, from being sent: alone neither is missed.';
const MAY_BE_EMPTY =
  'A page may say that there is more and the next one be empty. Where nothing was looked at, there is no position.';

export const OF_DYNAMODB: readonly Survivor[] = [
  ...each(`${DYNAMODB}/apart.ts`, UNDEFINED, ['start !== undefined', 'retryAt !== undefined'], 'true'),
  ...each(`${DYNAMODB}/apart.ts`, 'It is true or not there, never false.', ['isTombstone === true'], 'true'),
  ...each(`${DYNAMODB}/apart.ts`, SORTED, ["key.type !== 'sync'"], 'false'),
  ...each(`${DYNAMODB}/apart.ts`, SORTED, [
    `throw new Error(\`\${item.sk} is not how a customer stands with an integration.\`);`,
  ]),
  ...each(`${DYNAMODB}/dynamo-catalog-store.ts`, NO_EMPTY_BATCH, ['at < distinct.length'], 'at <= distinct.length'),
  ...each(`${DYNAMODB}/dynamo-catalog-store.ts`, NO_EMPTY_BATCH, ['Keys.length > 0'], 'true'),
  ...each(`${DYNAMODB}/dynamo-catalog-store.ts`, NO_EMPTY_BATCH, ['Keys.length > 0'], 'Keys.length >= 0'),
  ...each(
    `${DYNAMODB}/dynamo-catalog-store.ts`,
    'What DynamoDB leaves out of its answer is no item of a name that anybody asked for.',
    ['[]'],
    ANY_ENTRY,
  ),
  ...each(
    `${DYNAMODB}/dynamo-catalog-store.ts`,
    'Without a position there is none to start from, whichever shard it would be of; and a walk begins in its shard.',
    ['from !== undefined'],
    'true',
  ),
  ...each(
    `${DYNAMODB}/dynamo-catalog-store.ts`,
    'What has no end is not before any moment: this half is for the types.',
    ['expiresAtSeconds !== undefined'],
    'true',
  ),
  ...each(
    `${DYNAMODB}/history.ts`,
    'DynamoDB refuses an empty key, and would say so at once; the embedded one takes it.',
    ["'0'"],
  ),
  ...each(`${DYNAMODB}/history.ts`, OF_OURS, ["''"], ANY_WORD),
  ...each(`${DYNAMODB}/keys.ts`, OF_OURS, ["''"], ANY_WORD),
  ...each(`${DYNAMODB}/history.ts`, 'An answer without items: the SDK always has some, if none.', ['[]'], ANY_ENTRY),
  ...each(`${DYNAMODB}/history.ts`, UNDEFINED, ['start !== undefined'], 'true'),
  ...each(
    `${DYNAMODB}/history.ts`,
    'More than the limit is more than none, and a page may say that there is more and the next one be empty.',
    ['last !== undefined'],
    'true',
  ),
  ...each(
    `${DYNAMODB}/history.ts`,
    MAY_BE_EMPTY,
    ['shard < SHARDS && last !== undefined'],
    'shard < SHARDS || last !== undefined',
  ),
  ...each(`${DYNAMODB}/history.ts`, MAY_BE_EMPTY, ['shard < SHARDS'], 'true'),
  ...each(`${DYNAMODB}/history.ts`, MAY_BE_EMPTY, ['shard < SHARDS'], 'shard <= SHARDS'),
  ...each(`${DYNAMODB}/history.ts`, 'What is no operation has no operation id.', ["key.type === 'operation'"], 'true'),
  ...each(
    `${DYNAMODB}/keys.ts`,
    'No other partition has a part of this name: either half says what both do.',
    ["kind === 'CUSTOMER'"],
    'true',
  ),
  ...each(
    `${DYNAMODB}/transaction.ts`,
    'One that is still going on has refused nothing, so it is sent again whether or not it is said to have met others.',
    ['true'],
    'false',
  ),
  ...each(`${DYNAMODB}/transaction.ts`, 'A word is no reason that anybody asks for.', ['[]'], ANY_ENTRY),
];
