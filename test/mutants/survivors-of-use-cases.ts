import type { Survivor } from './survivors.ts';

const REPAIR = 'lib/use-cases/repair';
const ANY_WORD = '"Stryker was here!"';
const LOOKED = 'What stands before it has looked whether it is there: the question mark is for the types.';
const NOBODY = 'It names a record that there is not, as any other word would.';
const SPARES = 'A read of nothing answers nothing: the shortcut spares a call, and changes no answer.';
const RULE = 'Nothing here breaks this rule: it tells whoever will, before anything is done.';

const looked = (file: string, ...pairs: readonly (readonly [original: string, replacement: string])[]): Survivor[] =>
  pairs.map(([original, replacement]) => ({ file, original, replacement, why: LOOKED }));
const each = (file: string, why: string, originals: readonly string[], replacement?: string): Survivor[] =>
  originals.map((original) => ({ file, original, why, ...(replacement !== undefined && { replacement }) }));

/** Those of `lib/use-cases`. */
export const OF_USE_CASES: readonly Survivor[] = [
  ...looked(
    `${REPAIR}/kinds/externals.ts`,
    ['named?.sync', 'named.sync'],
    ['evidence.external?.owner', 'evidence.external.owner'],
    ['evidence.named?.customer', 'evidence.named.customer'],
    ['linked?.sync?.externalId', 'linked?.sync.externalId'],
    ['linked?.sync', 'linked.sync'],
    ['link?.customerId', 'link.customerId'],
  ),
  ...looked(`${REPAIR}/kinds/debts.ts`, ['customer?.status', 'customer.status']),
  ...looked(`${REPAIR}/kinds/links.ts`, ['evidence.sync?.externalId', 'evidence.sync.externalId']),
  ...looked(`${REPAIR}/gather.ts`, ['named?.customer', 'named.customer']),
  ...each(`${REPAIR}/gather-customer.ts`, NOBODY, ["''"], ANY_WORD),
  ...each(`${REPAIR}/gather.ts`, NOBODY, ["''"], ANY_WORD),
  ...each(
    `${REPAIR}/plan.ts`,
    'An issue that is about no customer is about none that anybody names.',
    ["''"],
    ANY_WORD,
  ),
  ...each('lib/use-cases/import/standing.ts', NOBODY, ["''"], ANY_WORD),
  ...each('lib/use-cases/import/import-row.ts', NOBODY, ["''"], ANY_WORD),
  ...each('lib/use-cases/catalog/link-customer.ts', NOBODY, ["''"], ANY_WORD),
  ...each(
    `${REPAIR}/gather.ts`,
    'One that is gone by now has also changed since, which is asked next.',
    ['claim === undefined'],
    'false',
  ),
  ...each(
    `${REPAIR}/is-same.ts`,
    'No two fields of a record have the same name: which of two equals comes first is never asked.',
    ['a < b'],
    'a <= b',
  ),
  ...each(
    `${REPAIR}/guard.ts`,
    'Without a record of before there is nothing to refuse by, which the other half says.',
    ['known !== undefined'],
    'true',
  ),
  ...each(
    `${REPAIR}/guard.ts`,
    'A position has it or has it not, as what is asked for: two that are both without are made good to no effect.',
    ['unreadSince === undefined'],
    'false',
  ),
  ...['import/import-from-stripe.ts: wanted', 'import/standing.ts: linked', 'catalog/list-customers.ts: ids'].flatMap(
    (place) => {
      const [file = '', list = ''] = place.split(': ');
      return each(`lib/use-cases/${file}`, SPARES, [`${list}.length === 0`], 'false');
    },
  ),
  ...each(`${REPAIR}/compare/list-external.ts`, SPARES, ['customers.length === 0'], 'false'),
  ...each('lib/use-cases/health/get-integration-health.ts', SPARES, ['news.length === 0'], 'false'),
  ...each('lib/use-cases/import/import-row.ts', RULE, [
    ...["done.is !== 'completed' || done.reply.is !== 'created'", "done.is !== 'completed'"],
    ...["done.reply.is !== 'created'", "throw new Error('A create was answered as another work.');"],
  ]),
  ...each(
    'lib/use-cases/import/import-row.ts',
    'The scope has to be no caller’s, and the same each time: any words would do.',
    ["['import', 'csv']", "'import'", "'csv'"],
  ),
  ...each('lib/use-cases/saga/kinds/create.ts', RULE, [
    ...['after === null', `throw new Error(\`Operation \${id} creates a customer without fields.\`);`],
  ]),
  ...each('lib/use-cases/saga/kinds/create.ts', 'A create always has an email.', ["''"], ANY_WORD),
  ...each('lib/use-cases/saga/kinds/update.ts', RULE, [
    ...['after === null || fields === undefined', 'after === null', 'fields === undefined'],
    ...[
      `{ throw new Error(\`Operation \${id} does not say what it updates.\`); }`,
      `throw new Error(\`Operation \${id} does not say what it updates.\`);`,
    ],
  ]),
  ...each('lib/use-cases/saga/undo.ts', RULE, [
    ...['!kind.isUndone', `throw new Error(\`A \${operation.kind} is never undone.\`);`],
  ]),
  ...each('lib/use-cases/health/counters.ts', 'Counts are kept and read under the same name, whatever it is.', [
    "'customers'",
  ]),
  ...each('lib/use-cases/health/counters.ts', 'Which of the shards counts is no matter to their sum.', [
    'letter.codePointAt(0) ?? 0',
  ]),
  ...each('lib/use-cases/health/get-integration-health.ts', 'A counter of one kind has no field of the other.', [
    ...['counters.slice(0, recentKeys.length)', 'counters.slice(recentKeys.length)'],
  ]),
  ...each(
    'lib/use-cases/health/get-integration-health.ts',
    'After the last page comes the first one again, all of which is known by then.',
    ['next === undefined'],
    'false',
  ),
  ...each('lib/use-cases/leases/with-lease.ts', 'Whoever catches it asks for its class: the name is read by people.', [
    ...["'LeaseTimeoutError'", "'LeaseLostError'"],
  ]),
];
