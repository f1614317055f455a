import type { ComparisonPlace, ComparisonWalk } from '#domain/consistency-run.ts';
import { iso } from '#ports/system.ts';
import type { CompareDeps } from '../evidence.ts';
import type { Buckets } from './buckets.ts';
import { listExternal } from './list-external.ts';
import { type Finding, lookAgain } from './look.ts';
import { matchCustomers } from './match-customers.ts';
import { matchEmails } from './match-emails.ts';
import { meetCatalog, PARTS, scanCatalog } from './scan-catalog.ts';

/** A webhook and its poke have brought over by then what somebody changed in Stripe a moment before. */
const SETTLE_MS = 5_000;

/** A scan's answer for a part that has not been begun: a position is never empty. */
const FROM_THE_START = '';

export function beginWalk({ clock }: CompareDeps): ComparisonWalk {
  return { place: { stage: 'list' }, begunAt: iso(clock.nowMs()), catalogCustomers: 0, stripeCustomers: 0 };
}

/** How far a piece has come, what it has found, and how many entries of buckets it was the first to read. */
export type Piece = { readonly walk: ComparisonWalk; readonly findings: readonly Finding[]; readonly read: number };

/**
 * Compares both sides a piece further: a page of Stripe's customers, a page of each part of the catalog, a bucket to be
 * matched, or up to `most` suspects to be looked at again. A piece that throws has put nothing into the buckets, and one
 * that is done again from the same place is the same work. Nothing else is written.
 * @throws IntegrationUnavailableError
 */
export async function goOn(deps: CompareDeps, buckets: Buckets, walk: ComparisonWalk, most: number): Promise<Piece> {
  const { place } = walk;
  const at = (next: ComparisonPlace, more: Partial<ComparisonWalk> = {}, read = 0): Piece => ({
    ...{ walk: { ...walk, ...more, place: next }, findings: [], read },
  });
  switch (place.stage) {
    case 'list': {
      const { customers, isLive = walk.isLive, next } = await listExternal(deps, buckets, place.from);
      const stripeCustomers = walk.stripeCustomers + customers;
      const met = { stripeCustomers, ...(isLive !== undefined && { isLive }) };
      if (next !== undefined) return at({ stage: 'list', from: next }, met);
      return at({ stage: 'scan', from: Array.from({ length: PARTS }, () => FROM_THE_START) }, met);
    }
    case 'scan': {
      const pages = await Promise.all(
        place.from.map((from, part) => (from === null ? undefined : scanCatalog(deps, part, from || undefined))),
      );
      let { catalogCustomers } = walk;
      for (const page of pages) if (page !== undefined) catalogCustomers += meetCatalog(deps, buckets, page);
      const from = pages.map((page) => page?.next ?? null);
      if (from.some((next) => next !== null)) return at({ stage: 'scan', from }, { catalogCustomers });
      return at({ stage: 'match', table: 'emails', bucket: 0 }, { catalogCustomers, readAtMs: deps.clock.nowMs() });
    }
    case 'match': {
      const read = await (place.table === 'emails' ? matchEmails : matchCustomers)(buckets, place.bucket);
      const bucket = place.bucket + 1;
      if (bucket < buckets.count) return at({ ...place, bucket }, {}, read);
      const isHalf = place.table === 'emails';
      return at(
        isHalf ? { ...place, table: 'customers', bucket: 0 } : { stage: 'look', bucket: 0, after: '' },
        {},
        read,
      );
    }
    case 'look': {
      const notBeforeMs = (walk.readAtMs ?? 0) + SETTLE_MS;
      const { findings, read, last } = await lookAgain(deps, buckets, { ...place, most, notBeforeMs });
      const bucket = place.bucket + 1;
      const other: ComparisonPlace = bucket < buckets.count ? { stage: 'look', bucket, after: '' } : { stage: 'end' };
      const next = last === undefined ? other : { ...place, after: last };
      return { ...at(next, {}, place.after === '' ? read : 0), findings };
    }
    case 'end':
      return at(place);
  }
}
