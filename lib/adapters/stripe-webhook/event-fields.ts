import { iso } from '#ports/system.ts';

/** What was expected of an event at this place (a JSON Pointer, RFC 6901) is not there. */
export class MalformedEventError extends Error {
  override readonly name = 'MalformedEventError';
  readonly pointer: string;

  constructor(pointer: string) {
    super(`The event is malformed at ${pointer}.`);
    this.pointer = pointer;
  }
}

export type Fields = Readonly<Record<string, unknown>>;

/** The fields of an object; none for anything else. */
export function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

/** @throws MalformedEventError for anything but a text. */
export function text(value: unknown, pointer: string): string {
  if (typeof value !== 'string') throw new MalformedEventError(pointer);
  return value;
}

/** Undefined where nothing stands, or null. @throws MalformedEventError for what is neither that nor a text. */
export function findText(value: unknown, pointer: string): string | undefined {
  return value === undefined || value === null ? undefined : text(value, pointer);
}

/** An id as Stripe gives them out. @throws MalformedEventError for anything else. */
export function identifier(value: unknown, pointer: string): string {
  const id = text(value, pointer);
  if (!/^[\w-]{1,255}$/.test(id)) throw new MalformedEventError(pointer);
  return id;
}

/** A time in whole seconds, as we write times. @throws MalformedEventError when it is none. */
export function instant(ms: number, pointer: string): string {
  // The range of ECMAScript's dates.
  if (!(Math.abs(ms) <= 8.64e15)) throw new MalformedEventError(pointer);
  return iso(Math.floor(ms / 1000) * 1000);
}
