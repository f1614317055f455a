import { invalid } from '#domain/problem.ts';

const TIME = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`;

/** What a cursor is made of: an id, the number of a page, a digest, a time with what breaks its ties, or a due time with the key that is due. */
const POSITIONS = {
  id: /^[\w-]{1,64}$/,
  time: new RegExp(String.raw`^${TIME} [\w#:-]{1,128}$`),
  page: /^\d{1,9}$/,
  digest: /^[0-9a-f]{64}$/,
  due: new RegExp(String.raw`^${TIME} [\w#:-]{1,128} [\w#:-]{1,64}$`),
};

/** One list. Its name says all that decides what is in it: a cursor of one list means nothing in another. */
export type List = { readonly name: string; readonly position: keyof typeof POSITIONS };

/** What a page answers as `next_cursor`, opaque to callers: null after the last page. */
export function nextCursor(list: List, next: string | undefined): string | null {
  return next === undefined ? null : writeCursor(list, next);
}

/** @throws ProblemError `validation` for anything that is not a cursor of this list. */
export function readCursor(list: List, cursor: string): string {
  const [, position = ''] = Buffer.from(cursor, 'base64url').toString().split('\n');
  if (!POSITIONS[list.position].test(position) || writeCursor(list, position) !== cursor) {
    throw invalid([{ pointer: 'cursor', message: 'is not a cursor of this list' }]);
  }
  return position;
}

function writeCursor({ name }: List, position: string): string {
  return Buffer.from(`${name}\n${position}`).toString('base64url');
}
