import { invalid } from '#domain/problem.ts';

/** A cursor says where the next page begins. Opaque to callers: only what `writeCursor` made is read back. */
export function writeCursor(lastId: string): string {
  return Buffer.from(lastId).toString('base64url');
}

/** @throws ProblemError `validation` for anything that is not a cursor of ours. */
export function readCursor(cursor: string): string {
  const lastId = Buffer.from(cursor, 'base64url').toString();
  if (!/^[\w-]{1,64}$/.test(lastId) || writeCursor(lastId) !== cursor) {
    throw invalid([{ pointer: 'cursor', message: 'is not a cursor of this list' }]);
  }
  return lastId;
}
