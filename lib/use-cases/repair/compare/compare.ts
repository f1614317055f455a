import type { ConsistencyReport } from '#domain/consistency.ts';
import type { ComparisonWalk } from '#domain/consistency-run.ts';
import type { CompareDeps } from '../evidence.ts';
import { oneBucket } from './buckets.ts';
import type { Finding } from './look.ts';
import { beginWalk, goOn } from './walk.ts';

export type Comparison = {
  readonly report: ConsistencyReport;
  readonly findings: readonly Finding[];
  readonly isLive: boolean | undefined;
};

/** One report holds no more; where it ends, the next one goes on. */
const MOST_SUSPECTS = 1_000;

/** More customers than are compared in one go. */
export class TooManyCustomersError extends Error {
  override readonly name = 'TooManyCustomersError';
}

/**
 * Compares both sides in full and in one go, in two passes: what does not look right is read again on both sides, and is
 * an issue only if it has not changed and is no work of somebody's. Writes nothing.
 * @throws IntegrationUnavailableError, TooManyCustomersError
 */
export async function compare(deps: CompareDeps, from = ''): Promise<Comparison> {
  const buckets = oneBucket();
  let walk = beginWalk(deps);
  while (walk.place.stage !== 'look') {
    ({ walk } = await goOn(deps, buckets, walk, MOST_SUSPECTS));
    assertComparable(walk, deps.mostAtOnce);
  }
  const fromPlace = { ...walk, place: { ...walk.place, after: from } };
  const looked = await goOn(deps, buckets, fromPlace, MOST_SUSPECTS);
  const { place } = looked.walk;
  const nextCursor = place.stage === 'look' ? place.after : undefined;
  const { findings } = looked;
  const { begunAt: validatedAt, catalogCustomers, stripeCustomers, isLive } = walk;
  const report = {
    ...{ validatedAt, consistent: findings.length === 0 && nextCursor === undefined && from === '' },
    ...{ catalogCustomers, stripeCustomers, issueCount: findings.length },
    issues: findings.map(({ issue }) => issue),
    ...(nextCursor !== undefined && { nextCursor }),
  };
  return { report, findings, isLive };
}

function assertComparable({ catalogCustomers, stripeCustomers }: ComparisonWalk, most: number): void {
  if (Math.max(catalogCustomers, stripeCustomers) > most) {
    throw new TooManyCustomersError(`More than ${most} customers on one side.`);
  }
}
