import { ANY_WORD, each, looked, NOBODY, SPARES, type Survivor } from './reasons.ts';

export const OF_REPAIR: readonly Survivor[] = [
  ...looked(
    'lib/use-cases/repair/kinds/externals.ts',
    ['named?.sync', 'named.sync'],
    ['evidence.external?.owner', 'evidence.external.owner'],
    ['evidence.named?.customer', 'evidence.named.customer'],
    ['linked?.sync?.externalId', 'linked?.sync.externalId'],
    ['linked?.sync', 'linked.sync'],
    ['link?.customerId', 'link.customerId'],
  ),
  ...looked('lib/use-cases/repair/kinds/debts.ts', ['customer?.status', 'customer.status']),
  ...looked('lib/use-cases/repair/kinds/links.ts', ['evidence.sync?.externalId', 'evidence.sync.externalId']),
  ...looked('lib/use-cases/repair/gather.ts', ['named?.customer', 'named.customer']),
  ...each('lib/use-cases/repair/gather-customer.ts', NOBODY, ["''"], ANY_WORD),
  ...each('lib/use-cases/repair/gather.ts', NOBODY, ["''"], ANY_WORD),
  ...each(
    'lib/use-cases/repair/plan.ts',
    'An issue that is about no customer is about none that anybody names.',
    ["''"],
    ANY_WORD,
  ),
  ...each(
    'lib/use-cases/repair/gather.ts',
    'One that is gone by now has also changed since, which is asked next.',
    ['claim === undefined'],
    'false',
  ),
  ...each(
    'lib/use-cases/repair/is-same.ts',
    'No two fields of a record have the same name: which of two equals comes first is never asked.',
    ['a < b'],
    'a <= b',
  ),
  ...each(
    'lib/use-cases/repair/guard.ts',
    'Without a record of before there is nothing to refuse by, which the other half says.',
    ['known !== undefined'],
    'true',
  ),
  ...each(
    'lib/use-cases/repair/guard.ts',
    'A position has it or has it not, as what is asked for: two that are both without are made good to no effect.',
    ['unreadSince === undefined'],
    'false',
  ),
  ...each('lib/use-cases/repair/compare/list-external.ts', SPARES, ['customers.length === 0'], 'false'),
];
