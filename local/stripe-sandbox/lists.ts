/** Cursor pagination: https://docs.stripe.com/api/pagination */
import { invalidParameter, missingReference } from './errors.ts';
import type { Form } from './form-body.ts';
import { findInteger, findString } from './parameters.ts';

export const PAGE_PARAMETERS = ['limit', 'starting_after', 'ending_before'] as const;

export type Page = {
  readonly limit: number;
  readonly startingAfter: string | undefined;
  readonly endingBefore: string | undefined;
};

export function readLimit(form: Form): number {
  const limit = findInteger(form, 'limit') ?? 10;
  if (limit >= 1 && limit <= 100) return limit;
  const bound = limit < 1 ? 'greater than or equal to 1' : 'less than or equal to 100';
  throw invalidParameter(
    'limit',
    `Invalid integer: ${limit}; this value must be ${bound}.`,
    'parameter_invalid_integer',
  );
}

export function readPage(form: Form): Page {
  const startingAfter = findString(form, 'starting_after');
  const endingBefore = findString(form, 'ending_before');
  if (startingAfter !== undefined && endingBefore !== undefined) {
    throw invalidParameter('starting_after', 'You cannot parameterize both starting_after and ending_before.');
  }
  return { limit: readLimit(form), startingAfter, endingBefore };
}

/** Newest first; within one second, what was made later comes first. */
export function newestFirst<T>(inOrderOfMaking: readonly T[], createdOf: (entry: T) => number): T[] {
  return inOrderOfMaking.toReversed().sort((a, b) => createdOf(b) - createdOf(a));
}

/**
 * One page of `all`, which is newest first. A cursor is a place among all objects, whether or not it is listed itself:
 * a walk goes on when the object at its cursor was deleted meanwhile.
 */
export function pageOf<T>(
  all: readonly T[],
  page: Page,
  list: { readonly kind: string; readonly url: string; idOf(entry: T): string; isListed(entry: T): boolean },
): { readonly object: 'list'; readonly data: readonly T[]; readonly has_more: boolean; readonly url: string } {
  const placeOf = (cursor: string, param: string) => {
    const place = all.findIndex((entry) => list.idOf(entry) === cursor);
    if (place < 0) throw missingReference(list.kind, cursor, param);
    return place;
  };
  const backwards = page.endingBefore !== undefined;
  const candidates =
    page.endingBefore !== undefined
      ? all.slice(0, placeOf(page.endingBefore, 'ending_before')).reverse()
      : page.startingAfter !== undefined
        ? all.slice(placeOf(page.startingAfter, 'starting_after') + 1)
        : all;
  const found: T[] = [];
  for (const entry of candidates) {
    if (!list.isListed(entry)) continue;
    found.push(entry);
    if (found.length > page.limit) break;
  }
  const data = found.slice(0, page.limit);
  return {
    object: 'list',
    data: backwards ? data.reverse() : data,
    has_more: found.length > page.limit,
    url: list.url,
  };
}
