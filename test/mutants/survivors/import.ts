import { ANY_WORD, each, NOBODY, RULE, SPARES, type Survivor } from './reasons.ts';

export const OF_IMPORT: readonly Survivor[] = [
  ...each('lib/use-cases/import/standing.ts', NOBODY, ["''"], ANY_WORD),
  ...each('lib/use-cases/import/import-row.ts', NOBODY, ["''"], ANY_WORD),
  ...each('lib/use-cases/import/import-row.ts', RULE, [
    ...["done.is !== 'completed' || done.reply.is !== 'created'", "done.is !== 'completed'"],
    ...["done.reply.is !== 'created'", "throw new Error('A create was answered as another work.');"],
  ]),
  ...each(
    'lib/use-cases/import/import-row.ts',
    'The scope has to be no caller’s, and the same each time: any words would do.',
    ["['import', 'csv']", "'import'", "'csv'"],
  ),
  ...each('lib/use-cases/import/import-from-stripe.ts', SPARES, ['wanted.length === 0'], 'false'),
  ...each('lib/use-cases/import/standing.ts', SPARES, ['linked.length === 0'], 'false'),
];
