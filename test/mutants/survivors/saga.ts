import { ANY_WORD, each, RULE, type Survivor, UNDEFINED } from './reasons.ts';

const SAGA = 'lib/use-cases/saga';
const SAID_BEFORE = 'Whoever changes or deletes a customer has said what it was: the question mark is for the types.';
const KEEPS_EMAIL = 'Nobody can ask for no email: an update that needs another claim has one.';
const LOOKS_FIRST = 'The condition of the write says the same: to look first spares a write that would be refused.';

export const OF_SAGA: readonly Survivor[] = [
  ...each(
    `${SAGA}/apply.ts`,
    'What is undefined is not before any time: to ask first is for the types.',
    ['operation.dueAt !== undefined'],
    'true',
  ),
  ...[`${SAGA}/apply.ts`, `${SAGA}/requests.ts`].map((file) => ({
    ...{ file, original: "outcome.is === 'failed'", replacement: 'true', on: 'outcome.replayed' },
    why: 'Only a failure is ever said to be replayed: it is asked for the types.',
  })),
  ...each(`${SAGA}/await-operation.ts`, 'The first of none is as undefined.', ['[undefined]'], '[]'),
  ...each(
    `${SAGA}/executor.ts`,
    'Of fifty, the first ten and the last forty are all.',
    ['steps.length <= 50'],
    'steps.length < 50',
  ),
  ...each(`${SAGA}/finalise.ts`, UNDEFINED, ['stripeRequestId === undefined'], 'false'),
  ...each(`${SAGA}/kinds/create.ts`, RULE, [
    ...['after === null', `throw new Error(\`Operation \${id} creates a customer without fields.\`);`],
  ]),
  ...each(`${SAGA}/kinds/create.ts`, 'A create always has an email.', ["''"], ANY_WORD),
  ...each(`${SAGA}/kinds/delete.ts`, SAID_BEFORE, ['before?.email'], 'before.email'),
  ...each(
    `${SAGA}/kinds/delete.ts`,
    'One that never reached Stripe is given no id: an empty one is not written either.',
    ["{ externalId: '' }"],
  ),
  ...[
    { original: 'externalId === undefined', replacement: 'false' },
    { original: "''", replacement: ANY_WORD },
  ].map((changed) => ({
    ...{ file: `${SAGA}/kinds/delete.ts`, ...changed, on: "if (externalId === undefined) return '';" },
    why: 'The delete of one that never reached Stripe is accepted unsent, and so never looked for: it is for the types.',
  })),
  ...each(`${SAGA}/kinds/update.ts`, RULE, [
    ...['after === null || fields === undefined', 'after === null', 'fields === undefined'],
    ...[
      `{ throw new Error(\`Operation \${id} does not say what it updates.\`); }`,
      `throw new Error(\`Operation \${id} does not say what it updates.\`);`,
    ],
  ]),
  {
    ...{ file: `${SAGA}/kinds/update.ts`, original: 'externalId === undefined', replacement: 'false' },
    on: 'const known = externalId === undefined ? after',
    why: 'With whom Stripe has not got, nothing is agreed on: what differs from nothing is all that there is.',
  },
  ...each(`${SAGA}/kinds/update.ts`, SAID_BEFORE, ['before?.email'], 'before.email'),
  ...each(`${SAGA}/kinds/update.ts`, SAID_BEFORE, ['operation.before?.email'], 'operation.before.email'),
  ...each(`${SAGA}/kinds/update.ts`, KEEPS_EMAIL, ['after.email !== null'], 'true'),
  ...each(
    `${SAGA}/kinds/update.ts`,
    'An update is released for its problem, which so is there: the question mark is for the types.',
    ['problem?.type'],
    'problem.type',
  ),
  ...each(
    `${SAGA}/resume-operation.ts`,
    LOOKS_FIRST,
    ['operation.dueAt === undefined', 'operation.dueAt > now'],
    'false',
  ),
  ...['false', 'operation.dueAt === undefined && operation.dueAt > now'].flatMap((replacement) =>
    each(
      `${SAGA}/resume-operation.ts`,
      LOOKS_FIRST,
      ['operation.dueAt === undefined || operation.dueAt > now'],
      replacement,
    ),
  ),
  ...each(`${SAGA}/undo.ts`, RULE, [
    ...['!kind.isUndone', `throw new Error(\`A \${operation.kind} is never undone.\`);`],
  ]),
  ...each(`${SAGA}/update-with-integrity.ts`, KEEPS_EMAIL, ['after.email !== null'], 'true'),
];
