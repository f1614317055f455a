import { A_WORD, ANY_ENTRY, each, NAME, NONE_LEFT, SAYS_BOTH, SPARES, type Survivor } from './reasons.ts';

const COMPARE = 'lib/use-cases/repair/compare';

export const OF_REPAIR_COMPARE: readonly Survivor[] = [
  ...each(`${COMPARE}/compare.ts`, NAME, ["'TooManyCustomersError'"]),
  ...each(
    `${COMPARE}/compare.ts`,
    'A walk that is at its end is after nobody: the rest of the line is for the types.',
    ["place.stage === 'look'"],
    'true',
  ),
  ...each(`${COMPARE}/list-external.ts`, SPARES, ['customers.length === 0'], 'false'),
  ...each(`${COMPARE}/list-external.ts`, 'There is nobody whose link it would be.', ['[]'], ANY_ENTRY),
  ...each(`${COMPARE}/list-external.ts`, A_WORD, ["typeof owner === 'object'"], 'true'),
  ...each(
    `${COMPARE}/look.ts`,
    'Suspects have different names, and so different places.',
    ['a.place < b.place'],
    'a.place <= b.place',
  ),
  ...each(
    `${COMPARE}/look.ts`,
    'Where some are left, some were looked at: nobody asks for none.',
    ['looked.at(-1)?.place'],
    'looked.at(-1).place',
  ),
  ...each(
    `${COMPARE}/look.ts`,
    'Of claims and operations the walk notes nothing that could have changed: the line is for the types.',
    ["evidence.of !== 'customer' && evidence.of !== 'external'"],
    'false',
  ),
  ...each(`${COMPARE}/look.ts`, NONE_LEFT, ['at < all.length'], 'at <= all.length'),
  ...each(
    `${COMPARE}/scan-catalog.ts`,
    SAYS_BOTH,
    ["found.key.type === 'emailClaim' && 'emailHash' in found.key"],
    "found.key.type === 'emailClaim' || 'emailHash' in found.key",
  ),
  ...each(`${COMPARE}/scan-catalog.ts`, SAYS_BOTH, ["found.key.type === 'emailClaim'"], 'true'),
  ...each(
    `${COMPARE}/scan-catalog.ts`,
    'Of what comes here, only a link has an integration.',
    ["found.key.type === 'link'"],
    'true',
  ),
];
