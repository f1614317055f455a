import { ANY_WORD, each, NOBODY, SPARES, type Survivor } from './reasons.ts';

export const OF_CATALOG: readonly Survivor[] = [
  ...each('lib/use-cases/catalog/link-customer.ts', NOBODY, ["''"], ANY_WORD),
  ...each('lib/use-cases/catalog/list-customers.ts', SPARES, ['ids.length === 0'], 'false'),
];
