import { each, SPARES, type Survivor } from './reasons.ts';

export const OF_HEALTH: readonly Survivor[] = [
  ...each('lib/use-cases/health/get-integration-health.ts', SPARES, ['news.length === 0'], 'false'),
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
];
