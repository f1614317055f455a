import type { ComparisonPlace, ComparisonWalk } from '#domain/consistency-run.ts';
import { iso } from '#ports/system.ts';
import type { CompareDeps } from '../evidence.ts';
import type { Buckets } from './buckets.ts';
import { listExternal } from './list-external.ts';
import { type Finding, lookAgain } from './look.ts';
import { matchCustomers } from './match-customers.ts';
import { matchEmails } from './match-emails.ts';
import { PARTS, scanCatalog } from './scan-catalog.ts';

/** A webhook and its poke have brought over by then what somebody changed in Stripe a moment before. */
const SETTLE_MS = 5_000;

/** A scan's answer for a part that has not been begun: a position is never empty. */
const FROM_THE_START = '';

export function beginWalk({ clock }: CompareDeps): ComparisonWalk {
  return { place: { stage: 'list' }, begunAt: iso(clock.nowMs()), catalogCustomers: 0, stripeCustomers: 0 };
}

/**
 * Compares both sides a piece further: a page of Stripe's customers, a page of each part of the catalog, a bucket to be
 * matched, or up to `most` suspects to be looked at again. What it meets is in the buckets, and what it has found is
 * answered: done again from the same place with the same buckets, a piece is the same work. Writes nothing else.
 * @throws IntegrationUnavailableError
 */
export async function goOn(
  deps: CompareDeps,
  buckets: Buckets,
  walk: ComparisonWalk,
  most: number,
): Promise<{ readonly walk: ComparisonWalk; readonly findings: readonly Finding[] }> {
  const { place } = walk;
  const at = (next: ComparisonPlace, more: Partial<ComparisonWalk> = {}) => ({
    walk: { ...walk, ...more, place: next },
    findings: [],
  });
  switch (place.stage) {
    case 'list': {
      const { customers, isLive = walk.isLive, next } = await listExternal(deps, buckets, place.from);
      const met = {
        stripeCustomers: walk.stripeCustomers + customers,
        ...(isLive !== undefined && { isLive }),
      };
      if (next !== undefined) return at({ stage: 'list', from: next }, met);
      return at({ stage: 'scan', from: Array.from({ length: PARTS }, () => FROM_THE_START) }, met);
    }
    case 'scan': {
      const pages = await Promise.all(
        place.from.map((from, part) =>
          from === null ? undefined : scanCatalog(deps, buckets, part, from || undefined),
        ),
      );
      const live = pages.reduce((sum, page) => sum + (page?.live ?? 0), walk.catalogCustomers);
      const from = pages.map((page) => page?.next ?? null);
      if (from.some((next) => next !== null)) return at({ stage: 'scan', from }, { catalogCustomers: live });
      return at({ stage: 'match', bucket: 0 }, { catalogCustomers: live, readAtMs: deps.clock.nowMs() });
    }
    case 'match': {
      await matchEmails(buckets, place.bucket);
      await matchCustomers(buckets, place.bucket);
      const bucket = place.bucket + 1;
      return at(bucket < buckets.count ? { stage: 'match', bucket } : { stage: 'look', bucket: 0, after: '' });
    }
    case 'look': {
      const notBeforeMs = (walk.readAtMs ?? 0) + SETTLE_MS;
      const { findings, last } = await lookAgain(deps, buckets, { ...place, most, notBeforeMs });
      if (last !== undefined) return { ...at({ ...place, after: last }), findings };
      const bucket = place.bucket + 1;
      return { ...at(bucket < buckets.count ? { stage: 'look', bucket, after: '' } : { stage: 'end' }), findings };
    }
    case 'end':
      return at(place);
  }
}
