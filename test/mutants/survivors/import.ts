import { ANY_ENTRY, ANY_WORD, each, NOBODY, RULE, SPARES, type Survivor } from './reasons.ts';

const UNCOMPLETED = "done.is !== 'completed'";
const UNCREATED = "done.reply.is !== 'created'";

export const OF_IMPORT: readonly Survivor[] = [
  ...each('lib/use-cases/import/standing.ts', NOBODY, ["''"], ANY_WORD),
  ...each('lib/use-cases/import/import-row.ts', NOBODY, ["''"], ANY_WORD),
  ...each(
    'lib/use-cases/import/import-row.ts',
    RULE,
    [`${UNCOMPLETED} || ${UNCREATED}`, UNCOMPLETED, UNCREATED],
    'false',
  ),
  ...each(
    'lib/use-cases/import/import-row.ts',
    RULE,
    [`${UNCOMPLETED} || ${UNCREATED}`],
    `${UNCOMPLETED} && ${UNCREATED}`,
  ),
  ...each('lib/use-cases/import/import-row.ts', RULE, ["throw new Error('A create was answered as another work.');"]),
  ...each(
    'lib/use-cases/import/import-row.ts',
    'The scope has to be no caller’s, and the same each time: any words would do.',
    ["['import', 'csv']", "'import'", "'csv'"],
  ),
  ...each('lib/use-cases/import/import-from-stripe.ts', SPARES, ['wanted.length === 0'], 'false'),
  ...each('lib/use-cases/import/standing.ts', SPARES, ['linked.length === 0'], 'false'),
  ...each(
    'lib/use-cases/import/at-once.ts',
    'A process ends of what rejects unheard, and Jest fails the test of it: the one that tries mutants passes over it.',
    ['begun.catch(() => {});'],
  ),
  ...each('lib/use-cases/import/bring-in.ts', 'A round without pokes does nothing.', ['due.length > 0'], 'true'),
  ...each(
    'lib/use-cases/import/bring-in.ts',
    'A round without pokes does nothing.',
    ['due.length > 0'],
    'due.length >= 0',
  ),
  ...each(
    'lib/use-cases/import/bring-in.ts',
    'How often is often enough is no promise.',
    ['rounds < LONGEST_CHAIN'],
    'rounds <= LONGEST_CHAIN',
  ),
  ...each(
    'lib/use-cases/import/import-from-stripe.ts',
    'Nobody has this email, and nobody asks for it.',
    ['[]'],
    ANY_ENTRY,
  ),
  ...each(
    'lib/use-cases/import/import-row.ts',
    'A row is never refused for more than one of its fields: there is nothing to join.',
    ["', '"],
    '""',
  ),
  ...each(
    'lib/use-cases/import/standing.ts',
    'It is nobody whom anybody asks for, or has no external id.',
    ['[]'],
    ANY_ENTRY,
  ),
  ...each(
    'lib/use-cases/import/import-external.ts',
    'What is not there is not later than anything: the first half is for the types.',
    ['link.runExpiresAt !== undefined'],
    'true',
  ),
  ...each(
    'lib/use-cases/import/import-from-stripe.ts',
    'Of each one that is asked for it is told how it stands: the first half is for the types.',
    ['standing !== undefined'],
    'true',
  ),
  ...each(
    'lib/use-cases/import/import-row.ts',
    'Where nobody holds the email, nobody has the name either, which is asked next.',
    ['holderId === undefined'],
    'false',
  ),
];
